// Runs the fp32 and fp64 GEMM on the CPU for its tests, on poisoned operands.
#pragma once

#include "kernels/testing/simt_ptx_fma.h"
//
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/gemm/gemm_fma_fp32.cuh"
#include "kernels/gemm/gemm_fma_fp64.cuh"

namespace ga::testing {

struct FmaSize {
  std::int64_t m, n, k;
};

struct FmaLayout {
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;     // elements behind each row
  std::int64_t skew_a = 0, skew_b = 0, skew_c = 0;  // elements before the first
  std::uint64_t placement = 0;
  std::int64_t wave = 3;
  simt::Options options{};
};

// A matrix in memory full of NaN, `skew` elements behind a 16-byte address.
template <class T>
struct FmaMatrix {
  std::vector<T> memory;
  T* data;
  std::int64_t rows, cols, ld;

  FmaMatrix(std::int64_t height, std::int64_t width, std::int64_t pad, std::int64_t skew)
      : memory(static_cast<std::size_t>(height * (width + pad) + skew + 4),
               std::numeric_limits<T>::quiet_NaN()),
        data(memory.data()),
        rows(height),
        cols(width),
        ld(width + pad) {
    while (reinterpret_cast<std::uintptr_t>(data) % 16 != 0) ++data;
    data += skew;
  }
  FmaMatrix(const FmaMatrix&) = delete;

  T& at(std::int64_t i, std::int64_t j) { return data[i * ld + j]; }
  T at(std::int64_t i, std::int64_t j) const { return data[i * ld + j]; }
  bool chunked() const {
    return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && ld * sizeof(T) % 16 == 0;
  }
  template <class Value>
  void fill(Value&& value) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) at(i, j) = static_cast<T>(value(i, j));
    }
  }
};

template <class T>
struct FmaOperands {
  FmaLayout layout;
  FmaMatrix<T> a, b, c;
  std::vector<std::uint32_t> smid{};

  explicit FmaOperands(const FmaSize& s, const FmaLayout& l = {})
      : layout(l),
        a(s.m, s.k, l.pad_a, l.skew_a),
        b(s.k, s.n, l.pad_b, l.skew_b),
        c(s.m, s.n, l.pad_c, l.skew_c) {}
};

// Runs the instance that gemm_fma.cu would launch.
template <class Product>
void run_fma(FmaOperands<typename Product::Element>& o) {
  const std::int64_t tiles_m = (o.c.rows + Product::kM - 1) / Product::kM;
  const std::int64_t tiles_n = (o.c.cols + Product::kN - 1) / Product::kN;
  o.smid.assign(static_cast<std::size_t>(tiles_m * tiles_n), 999);
  const FmaParams params{
      .a = o.a.data,
      .b = o.b.data,
      .c = o.c.data,
      .m = o.c.rows,
      .n = o.c.cols,
      .k = o.a.cols,
      .lda = o.a.ld,
      .ldb = o.b.ld,
      .ldc = o.c.ld,
      .tiles_m = tiles_m,
      .tiles_n = tiles_n,
      .placement = make_placement(o.layout.placement, tiles_m * tiles_n, o.layout.wave),
      .smid = o.smid.data(),
      .chunked_c = o.c.chunked()};
  const bool any_a = sizeof(typename Product::Element) == 4;  // copied by elements always
  simt::Options options = o.layout.options;
  options.dynamic_shared = Product::kSharedBytes;
  const simt::Dim grid{static_cast<unsigned>(tiles_m * tiles_n)};
  if ((any_a || o.a.chunked()) && o.b.chunked()) {
    simt::run(grid, Product::kThreads, options, [&] { gemm_fma_kernel<Product, true>(params); });
  } else {
    simt::run(grid, Product::kThreads, options, [&] { gemm_fma_kernel<Product, false>(params); });
  }
}

}  // namespace ga::testing
