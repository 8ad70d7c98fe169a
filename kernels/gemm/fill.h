// Fills an operand of any type of kGemmTypes on the device; the same elements as kernels/data gives
// on the host. rows and cols are those of the matrix as it is stored: b_along_k().
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/random_gemm.h"
#include "reports/model/result.h"

namespace ga {

// Small integers: exact_element(seed, row * cols + col, stream, type).
struct FillExact {
  void* data = nullptr;
  std::int64_t rows = 0, cols = 0, ld = 0;  // ld in elements; padding is not touched
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;  // kStreamExactA or kStreamExactB
  ElementType type = ElementType::bf16;
};
Status fill_exact(const FillExact& args, cudaStream_t stream);

// random_number() of word row * cols + col of the stream, rounded to the type.
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
