// Runs the portable GEMM kernel on the CPU over poisoned operands of any of its types. For tests,
// after simt_ptx.h.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/gemm_kernel.cuh"

// Its own namespace: the tests of the Hopper kernel have an operand and a run of their own.
namespace ga::testing::portable {

struct Layout {
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;  // elements behind each row, poisoned
  std::int64_t skew_a = 0, skew_b = 0;           // elements before the first: misaligned pointers
  std::uint64_t placement = 0;
  std::int64_t wave = 3;
  simt::Options options{};
};

template <class T>
constexpr ElementType type_of() {
  return std::is_same_v<T, Bf16>           ? ElementType::bf16
         : std::is_same_v<T, Fp16>         ? ElementType::fp16
         : std::is_same_v<T, Tf32>         ? ElementType::tf32
         : std::is_same_v<T, Fp8>          ? ElementType::fp8
         : std::is_same_v<T, std::int8_t>  ? ElementType::int8
         : std::is_same_v<T, std::int32_t> ? ElementType::int32
                                           : ElementType::fp32;
}

template <class T>
T rounded(double x) {
  T out{};
  set_element(&out, 0, type_of<T>(), x);
  return out;
}

// Of operands: NaN, or an integer that exact data has not.
template <class T>
T poison() {
  if constexpr (std::is_same_v<T, std::int8_t>) {
    return -128;
  } else {
    return rounded<T>(__builtin_nan(""));
  }
}
inline constexpr double kPoison = 12345;  // of C

// 16-byte aligned memory full of poison, with exact data where the matrix is.
template <class T>
struct Operand {
  std::vector<T> memory;
  T* data;
  std::int64_t ld;

  Operand(std::int64_t rows, std::int64_t cols, std::int64_t pad, std::int64_t skew,
          std::uint64_t seed, std::uint32_t stream)
      : memory(static_cast<std::size_t>(rows * (cols + pad) + skew + 32), poison<T>()),
        data(memory.data() + skew),
        ld(cols + pad) {
    while (reinterpret_cast<std::uintptr_t>(data - skew) % kChunkBytes != 0) ++data;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) {
        const auto index = static_cast<std::uint64_t>(i * cols + j);
        data[i * ld + j] = rounded<T>(exact_element(seed, index, stream, type_of<T>()));
      }
    }
  }
  bool async() const {
    const auto pitch = static_cast<std::uintptr_t>(ld) * sizeof(T);
    return (reinterpret_cast<std::uintptr_t>(data) | pitch) % kChunkBytes == 0;
  }
};

template <class Out>
struct Outcome {
  std::vector<Out> c;  // m x (n + pad)
  std::vector<std::uint32_t> smid;
};

template <class Shape, bool kAlwaysAsync, class In, class Out>
void launch(GemmParams params, const Layout& s) {
  params.tiles_m = (params.m + Shape::kM - 1) / Shape::kM;
  params.tiles_n = (params.n + Shape::kN - 1) / Shape::kN;
  params.placement = make_placement(s.placement, params.tiles_m * params.tiles_n, s.wave);
  params.paired = params.ldc % 2 == 0;
  if (kAlwaysAsync) {
    EXPECT_TRUE(params.async_a && params.async_b) << "the test asks for copies that cannot be";
  }
  simt::Options options = s.options;
  options.dynamic_shared = Shape::kSharedBytes;
  simt::run({static_cast<unsigned>(params.tiles_m * params.tiles_n)}, Shape::kThreads, options,
            [&] { gemm_kernel<Shape, In, Out, kAlwaysAsync>(params); });
}

template <class Shape, bool kAlwaysAsync, class In, class Out = ptx::MmaSum<In>>
Outcome<Out> run(const ExactGemm& g, const Layout& s) {
  constexpr bool kAlongK = b_along_k(type_of<In>());
  const Operand<In> a(g.m, g.k, s.pad_a, s.skew_a, g.seed, kStreamExactA);
  const Operand<In> b(kAlongK ? g.n : g.k, kAlongK ? g.k : g.n, s.pad_b, s.skew_b, g.seed,
                      kStreamExactB);
  const std::int64_t tiles_m = (g.m + Shape::kM - 1) / Shape::kM;
  const std::int64_t tiles_n = (g.n + Shape::kN - 1) / Shape::kN;
  const std::int64_t ldc = g.n + s.pad_c;
  Outcome<Out> out{std::vector<Out>(static_cast<std::size_t>(g.m * ldc), rounded<Out>(kPoison)),
                   std::vector<std::uint32_t>(static_cast<std::size_t>(tiles_m * tiles_n), 999)};
  launch<Shape, kAlwaysAsync, In, Out>({.a = a.data,
                                        .b = b.data,
                                        .c = out.c.data(),
                                        .m = g.m,
                                        .n = g.n,
                                        .k = g.k,
                                        .lda = a.ld,
                                        .ldb = b.ld,
                                        .ldc = ldc,
                                        .smid = out.smid.data(),
                                        .async_a = a.async(),
                                        .async_b = b.async()},
                                       s);
  return out;
}

// Each element the exact one, rounded once, and what lies behind the rows untouched.
template <class Out>
void expect_exact(const ExactGemm& g, const Layout& s, const Outcome<Out>& out) {
  std::vector<std::int64_t> expected(static_cast<std::size_t>(g.m * g.n));
  exact_gemm_product(g, expected.data());
  const std::int64_t ldc = g.n + s.pad_c;
  int wrong = 0;
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < ldc; ++j) {
      const auto right =
          j < g.n ? static_cast<double>(expected[static_cast<std::size_t>(i * g.n + j)]) : kPoison;
      const double got = element(out.c.data(), i * ldc + j, type_of<Out>());
      const Out rounded_right = rounded<Out>(right);
      if (!(got == element(&rounded_right, 0, type_of<Out>())) && ++wrong < 4) {
        ADD_FAILURE() << "(" << i << ", " << j << ") is " << got << ", should be " << right;
      }
    }
  }
  EXPECT_EQ(wrong, 0) << g.m << "x" << g.n << "x" << g.k;
  for (const std::uint32_t id : out.smid) EXPECT_LT(id, 999u);
}

}  // namespace ga::testing::portable
