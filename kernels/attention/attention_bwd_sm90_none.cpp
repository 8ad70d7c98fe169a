// Stands where attention_bwd_sm90.cu stands in builds without sm_90a.
#include "kernels/attention/attention_bwd_sm90.h"

namespace ga {

const char* attention_bwd_sm90_refuses(const AttentionBackward&, const DeviceShape&) {
  return "this build has no kernel for sm_90a";
}

Status attention_bwd_sm90_launch(const AttentionBackward&, const DeviceShape&, cudaStream_t) {
  return Error(ErrorCode::internal, "attention backward: this build has no kernel for sm_90a");
}

}  // namespace ga
