// The tile shapes of the portable GEMM, and its instances: compiled in two files, to take half the
// time.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/gemm/gemm.h"
#include "kernels/gemm/gemm_kernel.cuh"

namespace ga {

template <class In>
constexpr int kDepth = kDepthBytes / static_cast<int>(sizeof(In));
// 8 warps of 64 x 64: 128 accumulators a thread, the most that leaves two sets of fragments.
template <class In>
using Large4 = GemmShape<128, 256, kDepth<In>, 2, 4, 4>;  // 192 KiB of shared memory
template <class In>
using Large3 = GemmShape<128, 256, kDepth<In>, 2, 4, 3>;  // 144 KiB
// 8 warps of 64 x 32 for 99 KiB of shared memory, and for products of few tiles. Of 32 x 32 for
// fp8: where ptxas makes fp16 of it, the copies need registers.
template <class In>
using Medium3 = std::conditional_t<std::is_same_v<In, Fp8>, GemmShape<128, 64, kDepth<In>, 4, 2, 3>,
                                   GemmShape<128, 128, kDepth<In>, 2, 4, 3>>;  // 72 and 96 KiB

enum class Tile { large4, large3, medium3 };

// One instance of the kernel, and how to launch it.
struct Instance {
  void (*kernel)(GemmParams);
  GemmPlan plan;
};

template <class Shape>
Instance instance_of(void (*kernel)(GemmParams)) {
  return {kernel, GemmPlan{.tile_m = Shape::kM,
                           .tile_n = Shape::kN,
                           .tile_k = Shape::kK,
                           .stages = Shape::kStages,
                           .threads = Shape::kThreads,
                           .shared_bytes = Shape::kSharedBytes}};
}

// Few for types other than bf16 and fp16, for the time and the space that each instance takes.
template <class In, class Out>
Instance instance_of(Tile tile, bool async) {
  using Medium = Medium3<In>;
  // Operands that 16-byte copies cannot read: one tile shape is enough, they are never timed.
  if (!async) return instance_of<Medium>(&gemm_kernel<Medium, In, Out, false>);
  if constexpr (sizeof(In) == 2) {
    using Large = Large4<In>;
    if (tile == Tile::large4) return instance_of<Large>(&gemm_kernel<Large, In, Out, true>);
  }
  if constexpr (!std::is_same_v<In, Fp8>) {
    using Large = Large3<In>;
    if (tile != Tile::medium3) return instance_of<Large>(&gemm_kernel<Large, In, Out, true>);
  }
  return instance_of<Medium>(&gemm_kernel<Medium, In, Out, true>);
}

// For tf32, fp8 and int8; others have no kernel.
Instance types_instance(const Gemm& args, Tile tile, bool async);

}  // namespace ga
