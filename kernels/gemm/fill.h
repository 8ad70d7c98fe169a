// Fills a bf16 or fp16 operand on the device; the same elements as kernels/data gives on the host.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/random_gemm.h"
#include "reports/model/result.h"

namespace ga {

// Small integers in [-8, 8]: exact_element(seed, row * cols + col, stream).
struct FillExact {
  void* data = nullptr;
  std::int64_t rows = 0, cols = 0, ld = 0;  // ld in elements; padding is not touched
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;              // kStreamExactA or kStreamExactB
  ElementType type = ElementType::bf16;  // or fp16
};
Status fill_exact(const FillExact& args, cudaStream_t stream);

// random_value() of word row * cols + col of the stream, rounded to the type.
struct FillRandom {
  void* data = nullptr;
  std::int64_t rows = 0, cols = 0, ld = 0;
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;  // kStreamRandomA or kStreamRandomB
  RandomKind kind = RandomKind::uniform;
  ElementType type = ElementType::bf16;
};
Status fill_random(const FillRandom& args, cudaStream_t stream);

}  // namespace ga
