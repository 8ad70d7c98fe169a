// The Hopper kernel's launcher, for gemm.cu alone.
#pragma once

#include "kernels/gemm/gemm.h"
#include "kernels/runtime/device.h"

namespace ga {

// Whether this build holds machine code for sm_90a.
bool sm90_built();

inline Sm90Operands sm90_operands(const Gemm& g) {
  return {g.a, g.b, g.c, g.lda, g.ldb, g.ldc, g.in, g.out};
}

// Precondition: sm90_choose() chose this policy for the current device, whose shape `device` is.
Result<GemmPlan> sm90_plan(const Gemm& args, const Sm90Policy& policy, const DeviceShape& device);
// Precondition: sm90_plan() gave this plan, for these arguments and the current device.
Status sm90_launch(const Gemm& args, const GemmPlan& plan, cudaStream_t stream);

}  // namespace ga
