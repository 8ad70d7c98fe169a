// C = A B for the types of kGemmTypes, any shape: by wgmma and TMA on Hopper where the operands
// allow it, by mma.sync on sm_80 and everything since (fp8: sm_89), in fp32 by ordinary fused
// multiply-adds.
//
// A is m x k, B is k x n, C is m x n, all row-major, but B is stored as n rows of k elements where
// b_along_k() says so; leading dimensions in elements. Added in the type's sum. Every output
// element is the sum over k in one fixed order, whatever the placement: no split-K, no atomics, so
// that the same inputs give the same bits on every launch, placement and GPU of one kind.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/gemm/gemm_sm90_policy.h"
#include "reports/model/result.h"

namespace ga {

using GemmOut = ElementType;

struct Gemm {
  const void* a = nullptr;  // of type `in`
  const void* b = nullptr;
  void* c = nullptr;  // of type `out`
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldc = 0;
  ElementType in = ElementType::bf16;
  GemmOut out = GemmOut::bf16;  // gemm_type(in).out or .sum
  // Which CTA computes which tile: 0 is the natural order, any other value its own bijective
  // shuffle. A launch counter here moves every tile over the SMs in time.
  std::uint64_t placement = 0;
  // Optional: the SM that computed each tile, row-major by tile; gemm_plan().tiles() words.
  std::uint32_t* smid = nullptr;
  GemmKernel kernel = GemmKernel::by_shape;
};

constexpr double gemm_flops(std::int64_t m, std::int64_t n, std::int64_t k) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}
// Least bytes over the memory bus: A and B in once, C out once.
constexpr double gemm_bytes(std::int64_t m, std::int64_t n, std::int64_t k, ElementType in,
                            GemmOut out) {
  const double read = element_bytes(in) * static_cast<double>(k) * static_cast<double>(m + n);
  return read + element_bytes(out) * static_cast<double>(m) * static_cast<double>(n);
}

// What gemm() will run for these arguments on the current device.
struct GemmPlan {
  int tile_m = 0, tile_n = 0, tile_k = 0;
  int stages = 0;
  int threads = 0;
  std::size_t shared_bytes = 0;
  std::int64_t tiles_m = 0, tiles_n = 0;
  bool async_a = false;  // copies of 16 bytes or more for A; else element by element, slower
  bool async_b = false;
  GemmKernel kernel = GemmKernel::portable;
  int cluster = 1;        // CTAs that share operands
  std::int64_t ctas = 0;  // launched; fewer than tiles() where each works through several
  // Why it is the portable kernel on a Hopper GPU; "" elsewhere and where it was asked for.
  const char* not_sm90 = "";
  std::int64_t tiles() const { return tiles_m * tiles_n; }
};
Result<GemmPlan> gemm_plan(const Gemm& args);

Status gemm(const Gemm& args, cudaStream_t stream);

// Plain C++, any type, added in double: what random products are compared with. c holds m x n
// doubles.
void gemm_ref(const Gemm& args, double* c);

}  // namespace ga
