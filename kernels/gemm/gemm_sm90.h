// The Hopper kernel's launcher, for gemm.cu alone.
#pragma once

#include "kernels/gemm/gemm.h"
#include "kernels/runtime/device.h"

namespace ga {

// Whether this build holds machine code for sm_90a.
bool sm90_built();

// The maps of gemm()'s operands.
inline Sm90Maps sm90_maps(const Gemm& g, int tile_m) {
  return sm90_maps({g.m, g.n, g.k}, {g.a, g.b, g.c, g.lda, g.ldb, g.ldc, g.in, g.out}, tile_m);
}

// Precondition: arguments that gemm() takes, sm90_fault() nullptr, a device of arch 90.
GemmPlan sm90_plan(const Gemm& args, const Sm90Policy& policy, const DeviceShape& device);
Status sm90_launch(const Gemm& args, const GemmPlan& plan, cudaStream_t stream);

}  // namespace ga
