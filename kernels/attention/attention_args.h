// What an attention is told, without CUDA: the launchers (attention.h), the reference and the CPU
// tests read it.
#pragma once

#include <cstdint>

#include "kernels/data/attention_shape.h"

namespace ga {

enum class AttentionKernel { by_shape, portable, sm90 };

struct Attention {
  const void* q = nullptr;  // of shape.type, 16-byte aligned, as are all of them
  const void* k = nullptr;
  const void* v = nullptr;
  void* o = nullptr;
  float* lse = nullptr;  // optional: natural log of the sum of exp(scale score), by row
  AttentionShape shape{};
  float scale = 0;
  // As Gemm's: 0 is the natural order (longest tile first), any other value a shuffle of its own.
  std::uint64_t placement = 0;
  std::uint32_t* smid = nullptr;  // optional: the SM of each tile; attention_plan().tiles() words
  AttentionKernel kernel = AttentionKernel::by_shape;
};

// Plain C++ in double: what random data are compared with. Host pointers in `args`; o holds doubles
// in O's layout, lse (may be null) doubles.
void attention_ref(const Attention& args, double* o, double* lse);

}  // namespace ga
