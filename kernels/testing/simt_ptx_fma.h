// The functions of kernels/ptx that the fp32 and fp64 GEMM add, for the CPU, as the PTX ISA
// describes them. Include before the kernel's .cuh.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/testing/simt_ptx.h"

namespace ga::ptx {

// Misaligned is undefined on a GPU, and here.
template <class T, std::size_t kCount>
void load_shared(T (&to)[kCount], std::uint32_t shared) {
  static_assert(sizeof to == 16);
  if (shared % 16 != 0) std::abort();
  std::memcpy(to, simt::dynamic_shared() + (shared - simt::kSharedBase), sizeof to);
}

inline void fma_pair(float& c0, float& c1, float a, float b0, float b1) {
  c0 = std::fmaf(a, b0, c0);
  c1 = std::fmaf(a, b1, c1);
}

// Rounded after each of the eight, in the order of k; what a GPU does in between is its own matter.
inline void mma_m16n8k8(double (&c)[4], const double (&a)[4], const double (&b)[2]) {
  const double mine[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  const unsigned char* const all = simt::exchange(mine, sizeof mine);
  const auto given = [&](int lane, int index) {
    double value = 0;
    std::memcpy(&value, all + lane * static_cast<int>(simt::kSlot) + 8 * index, sizeof value);
    return value;
  };
  // Where element (row, k) of A and (k, col) of B lie: matrix_fp64.cuh.
  const int lane = static_cast<int>(simt::thread_index().x % 32);
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4, col = 2 * (lane % 4) + i % 2;
    for (int k = 0; k < 8; ++k) {
      const double left = given(4 * row + k % 4, i / 2 + 2 * (k / 4));
      c[i] = std::fma(left, given(4 * col + k % 4, 4 + k / 4), c[i]);
    }
  }
}

}  // namespace ga::ptx
