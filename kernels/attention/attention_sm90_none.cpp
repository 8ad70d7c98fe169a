// Stands where attention_sm90.cu stands in builds without sm_90a.
#include "kernels/attention/attention_sm90.h"

namespace ga {
namespace {

Error not_built() {
  return {ErrorCode::internal, "attention: this build has no kernel for sm_90a"};
}

}  // namespace

const char* attention_sm90_refuses(const Attention&, const DeviceShape&) {
  return "this build has no kernel for sm_90a";
}

Result<AttentionPlan> attention_sm90_plan(const Attention&, const DeviceShape&) {
  return not_built();
}

Status attention_sm90_launch(const Attention&, const AttentionPlan&, const DeviceShape&,
                             cudaStream_t) {
  return not_built();
}

}  // namespace ga
