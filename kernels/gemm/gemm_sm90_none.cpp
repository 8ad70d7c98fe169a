// Stands where gemm_sm90.cu stands in builds without sm_90a.
#include "kernels/gemm/gemm_sm90.h"

namespace ga {

bool sm90_built() { return false; }

namespace {

Error not_built() { return {ErrorCode::internal, "gemm: this build has no kernel for sm_90a"}; }

}  // namespace

Result<GemmPlan> sm90_plan(const Gemm&, const Sm90Policy&, const DeviceShape&) {
  return not_built();
}

Status sm90_launch(const Gemm&, const GemmPlan&, cudaStream_t) { return not_built(); }

}  // namespace ga
