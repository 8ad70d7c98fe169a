// The launcher of GEMM in fp32 and fp64, for gemm.cu alone.
#pragma once

#include "kernels/gemm/gemm.h"
#include "kernels/runtime/device.h"

namespace ga {

// Whether products of this type are computed here: on every GPU from sm_80, any shape and
// alignment.
constexpr bool fma_type(ElementType in) {
  return in == ElementType::fp32 || in == ElementType::fp64;
}

// Precondition: fma_type(args.in), and gemm.cu has checked the arguments.
Result<GemmPlan> fma_plan(const Gemm& args, const DeviceShape& device);
// Precondition: fma_plan() gave this plan, for these arguments and the current device.
Status fma_launch(const Gemm& args, const GemmPlan& plan, const DeviceShape& device,
                  cudaStream_t stream);

}  // namespace ga
