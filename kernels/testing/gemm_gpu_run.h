// What the GPU tests of the GEMM share: every kernel that this GPU runs, on poisoned operands.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernels/check/check.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/fill.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/gemm_sm90.h"
#include "kernels/runtime/device.h"
#include "kernels/testing/gpu.h"

namespace ga::testing {

struct Variant {
  GemmKernel kernel = GemmKernel::by_shape;
  ElementType in = ElementType::bf16;
  bool sm90() const { return sm90_find(kernel) != nullptr; }
  std::string kernel_name() const {
    const Sm90Policy* const policy = sm90_find(kernel);
    return policy != nullptr ? policy->name : "portable";
  }
  std::string name() const { return kernel_name() + " " + std::string(gemm_type(in).name); }
};

// Whether the kernel takes operands of this type on this GPU.
inline bool runs(GemmKernel kernel, ElementType in, const DeviceShape& shape) {
  if (const Sm90Policy* const policy = sm90_find(kernel)) return contains(policy->serves, in);
  return in != ElementType::fp8 || shape.arch >= 89;
}

// The portable kernel, and on Hopper each policy of its own: the choice by shape is one of these.
// GA_VARIANT names one ("128x256", "128x256 fp16"): then a kernel that hangs does not hide the
// rest.
inline std::vector<Variant> variants() {
  const DeviceShape shape = must(current_shape());
  std::vector<GemmKernel> kernels{GemmKernel::portable};
  if (shape.arch == 90 && sm90_built()) {
    for (const Sm90Policy& policy : kSm90Policies) kernels.push_back(policy.kernel);
  }
  const char* const only = std::getenv("GA_VARIANT");
  std::vector<Variant> all;
  for (const GemmKernel kernel : kernels) {
    for (const GemmType& type : kGemmTypes) {
      const Variant v{kernel, type.in};
      if (!runs(kernel, type.in, shape)) continue;
      if (only == nullptr || v.name() == only || v.kernel_name() == only) all.push_back(v);
    }
  }
  EXPECT_FALSE(all.empty()) << "this GPU has no variant GA_VARIANT=" << only;
  return all;
}

struct GemmSize {
  std::int64_t m, n, k;
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;  // elements behind each row, poisoned
};

inline std::size_t elements(std::int64_t rows, std::int64_t ld) {
  return static_cast<std::size_t>(rows * ld);
}

// TMA takes rows whose pitch is a multiple of 16 bytes, and writes rows that are one themselves.
inline GemmSize padded_for(const Variant& v, GemmSize s) {
  if (!v.sm90()) return s;
  const auto up = [](std::int64_t used, std::int64_t pad, ElementType type) {
    const std::int64_t unit = 16 / element_bytes(type);
    return (used + pad + unit - 1) / unit * unit - used;
  };
  const ElementType sum = gemm_type(v.in).sum;
  s.n += up(s.n, 0, sum);
  const std::int64_t row_b = b_along_k(v.in) ? s.k : s.n;
  return {s.m, s.n, s.k, up(s.k, s.pad_a, v.in), up(row_b, s.pad_b, v.in), up(s.n, s.pad_c, sum)};
}

inline constexpr unsigned char kPoison = 0xFF;  // in every byte: a NaN, or -1

using DeviceBytes = DeviceBuffer<unsigned char>;
inline DeviceBytes poisoned(std::int64_t rows, std::int64_t ld, ElementType type) {
  const auto bytes = elements(rows, ld) * static_cast<std::size_t>(element_bytes(type));
  return to_device(std::vector<unsigned char>(bytes, kPoison));
}

struct ExactOperands {
  DeviceBytes a, b, c;
  Gemm gemm;
  ExactGemm exact(std::uint64_t seed) const { return {gemm.m, gemm.n, gemm.k, seed, gemm.in}; }
};

inline ExactOperands exact_operands(const Variant& v, const GemmSize& size, std::uint64_t seed) {
  const GemmSize s = padded_for(v, size);
  const bool along_k = b_along_k(v.in);
  const std::int64_t rows_b = along_k ? s.n : s.k, cols_b = along_k ? s.k : s.n;
  const std::int64_t lda = s.k + s.pad_a, ldb = cols_b + s.pad_b, ldc = s.n + s.pad_c;
  const ElementType sum = gemm_type(v.in).sum;
  ExactOperands o{
      poisoned(s.m, lda, v.in), poisoned(rows_b, ldb, v.in), poisoned(s.m, ldc, sum), {}};
  must_ok(fill_exact({o.a.data(), s.m, s.k, lda, seed, kStreamExactA, v.in}, nullptr));
  must_ok(fill_exact({o.b.data(), rows_b, cols_b, ldb, seed, kStreamExactB, v.in}, nullptr));
  o.gemm = {.a = o.a.data(),
            .b = o.b.data(),
            .c = o.c.data(),
            .m = s.m,
            .n = s.n,
            .k = s.k,
            .lda = lda,
            .ldb = ldb,
            .ldc = ldc,
            .in = v.in,
            .out = sum,
            .kernel = v.kernel};
  return o;
}

inline DigestReport digest_of(const Gemm& g, std::uint64_t seed) {
  const auto scratch =
      must(DeviceBuffer<unsigned char>::make(digest_product_scratch_bytes(g.m, g.n)));
  const auto report = must(DeviceBuffer<DigestReport>::make(1));
  must_ok(digest_product({.c = g.c,
                          .type = g.out,
                          .m = g.m,
                          .n = g.n,
                          .ldc = g.ldc,
                          .seed = seed,
                          .scratch = scratch.data(),
                          .report = report.data()},
                         nullptr));
  return must(fetch(report.data()));
}

}  // namespace ga::testing
