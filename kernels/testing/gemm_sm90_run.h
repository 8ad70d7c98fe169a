// Runs the Hopper kernel on the CPU over poisoned operands. For tests, after simt_ptx_sm90.h.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/gemm_sm90_kernel.cuh"

namespace ga::testing {

struct Launch {
  std::uint64_t placement = 0;
  std::int64_t pad_c = 0;  // elements behind each row of C, besides those that make 16 bytes
  simt::Options options{};
  unsigned grid = 1;  // CTAs
};

inline constexpr std::uint16_t kPoisonBits = 0x7FC1;  // a NaN of both 16-bit types
inline constexpr float kPoison = 12345.5f;

template <class T>
T rounded(float x) {
  if constexpr (std::is_same_v<T, Bf16>) return to_bf16(x);
  if constexpr (std::is_same_v<T, Fp16>) return to_fp16(x);
  if constexpr (std::is_same_v<T, Tf32>) return to_tf32(x);
  if constexpr (std::is_same_v<T, Fp8>) return to_fp8(x);
  if constexpr (std::is_arithmetic_v<T>) return static_cast<T>(x);
}

// A NaN where the type has one, and what no product here gives.
template <class T>
T poison() {
  if constexpr (std::is_same_v<T, float>) return kPoison;
  if constexpr (std::is_same_v<T, std::int32_t>) return 0x5A5A5A5A;
  if constexpr (std::is_same_v<T, std::int8_t>) return 0x5A;
  if constexpr (std::is_same_v<T, Tf32>) return T{0x7FC02000};
  if constexpr (std::is_same_v<T, Fp8>) return T{0x7F};
  if constexpr (sizeof(T) == 2) return T{kPoisonBits};
}

template <class T>
constexpr ElementType tensor_element() {
  return std::is_same_v<T, Bf16>           ? ElementType::bf16
         : std::is_same_v<T, Fp16>         ? ElementType::fp16
         : std::is_same_v<T, Tf32>         ? ElementType::tf32
         : std::is_same_v<T, Fp8>          ? ElementType::fp8
         : std::is_same_v<T, std::int8_t>  ? ElementType::int8
         : std::is_same_v<T, std::int32_t> ? ElementType::int32
                                           : ElementType::fp32;
}

// A matrix whose rows are padded to 16 bytes, poison everywhere at first.
template <class T>
struct Matrix {
  std::int64_t rows, cols, ld;
  std::vector<T> memory;
  T* data;

  Matrix(std::int64_t rows_, std::int64_t cols_, std::int64_t pad) : rows(rows_), cols(cols_) {
    const std::int64_t unit = 16 / static_cast<std::int64_t>(sizeof(T));
    ld = (cols + pad + unit - 1) / unit * unit;
    memory.assign(static_cast<std::size_t>(rows * ld + unit), poison<T>());
    data = memory.data();
    while (reinterpret_cast<std::uintptr_t>(data) % 16 != 0) ++data;
  }
  void fill_exact(std::uint64_t seed, std::uint32_t stream) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) {
        const auto index = static_cast<std::uint64_t>(i * cols + j);
        data[i * ld + j] =
            rounded<T>(static_cast<float>(exact_element(seed, index, stream, tensor_element<T>())));
      }
    }
  }
  TensorMapShape map(std::uint32_t box_rows) const {
    return {data,
            tensor_element<T>(),
            static_cast<std::uint64_t>(cols),
            static_cast<std::uint64_t>(rows),
            static_cast<std::uint64_t>(ld) * sizeof(T),
            kBoxRowBytes / static_cast<std::uint32_t>(sizeof(T)),
            box_rows};
  }
};

template <class Out>
struct Outcome {
  std::vector<Out> c;
  std::int64_t ldc;
  std::vector<std::uint32_t> smid;
};

// b as it is stored: k rows, or n where the type lies along k.
template <class Shape, class In, class Out>
Outcome<Out> run_sm90(const Matrix<In>& a, const Matrix<In>& b, const Launch& launch) {
  constexpr std::int64_t kDepth = kStageDepthBytes / static_cast<std::int64_t>(sizeof(In));
  constexpr std::uint32_t kRowsB = kAlongK<In> ? Shape::kN / Shape::kCluster : kBoxRowsAlongN;
  Matrix<Out> c(a.rows, kAlongK<In> ? b.rows : b.cols, launch.pad_c);
  const auto tiles_m = static_cast<std::uint32_t>((c.rows + Shape::kM - 1) / Shape::kM);
  const auto tiles_n = static_cast<std::uint32_t>((c.cols + Shape::kN - 1) / Shape::kN);
  Outcome<Out> out{{}, c.ld, std::vector<std::uint32_t>(tiles_m * tiles_n, 999)};
  const std::uint32_t units_m = (tiles_m + Shape::kCluster - 1) / Shape::kCluster;
  const Placement placement = make_placement(launch.placement, units_m * tiles_n,
                                             launch.grid / static_cast<unsigned>(Shape::kCluster));
  const Sm90Params params{
      .a = simt::encode(a.map(Shape::kM)),
      .b = simt::encode(b.map(kRowsB)),
      .c = simt::encode(c.map(kStagedRows)),
      .order = {.placement = narrow(placement), .units_m = units_m, .units_n = tiles_n, .group = 4},
      .tiles_m = tiles_m,
      .tiles_n = tiles_n,
      .k_tiles = static_cast<std::uint32_t>((a.cols + kDepth - 1) / kDepth),
      .smid = out.smid.data()};
  simt::Options options = launch.options;
  options.dynamic_shared = Shape::kSharedBytes;
  options.cluster = Shape::kCluster;
  simt::run({launch.grid}, Shape::kThreads, options,
            [&] { gemm_sm90_kernel<Shape, In, Out>(params); });
  for (const std::uint32_t id : out.smid) EXPECT_LT(id, 999u);
  out.c.assign(c.data, c.data + c.rows * c.ld);
  return out;
}

template <class Shape, class In, class Out>
Outcome<Out> run_sm90(const ExactGemm& g, const Launch& launch) {
  Matrix<In> a(g.m, g.k, 3);
  Matrix<In> b(kAlongK<In> ? g.n : g.k, kAlongK<In> ? g.k : g.n, 1);
  a.fill_exact(g.seed, kStreamExactA);
  b.fill_exact(g.seed, kStreamExactB);
  return run_sm90<Shape, In, Out>(a, b, launch);
}

// Every element exact, everything behind the rows poison.
template <class Sum>
void expect_exact(const ExactGemm& g, const Outcome<Sum>& out) {
  std::vector<std::int64_t> expected(static_cast<std::size_t>(g.m * g.n));
  exact_gemm_product(g, expected.data());
  int wrong = 0;
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < out.ldc; ++j) {
      const Sum got = out.c[static_cast<std::size_t>(i * out.ldc + j)];
      const Sum right = j < g.n ? static_cast<Sum>(expected[static_cast<std::size_t>(i * g.n + j)])
                                : poison<Sum>();
      if (!(got == right) && ++wrong < 4) {
        ADD_FAILURE() << "(" << i << ", " << j << ") is " << got << ", should be " << right;
      }
    }
  }
  EXPECT_EQ(wrong, 0) << g.m << "x" << g.n << "x" << g.k;
}

}  // namespace ga::testing
