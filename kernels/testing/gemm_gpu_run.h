// What the GPU tests of the GEMM share: every kernel that this GPU runs, on poisoned operands.
#pragma once

#include <cmath>
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
  std::string name() const { return kernel_name() + (in == ElementType::fp16 ? " fp16" : " bf16"); }
};

// The portable kernel, and on Hopper each policy of its own: the choice by shape is one of these.
// GA_VARIANT names one ("128x256", "128x256 fp16"): then a kernel that hangs does not hide the
// rest.
inline std::vector<Variant> variants() {
  std::vector<GemmKernel> kernels{GemmKernel::portable};
  if (must(current_shape()).arch == 90 && sm90_built()) {
    for (const Sm90Policy& policy : kSm90Policies) kernels.push_back(policy.kernel);
  }
  const char* const only = std::getenv("GA_VARIANT");
  std::vector<Variant> all;
  for (const GemmKernel kernel : kernels) {
    for (const ElementType in : {ElementType::bf16, ElementType::fp16}) {
      const Variant v{kernel, in};
      if (only == nullptr || v.name() == only || v.kernel_name() == only) all.push_back(v);
    }
  }
  EXPECT_FALSE(all.empty()) << "this GPU has no variant GA_VARIANT=" << only;
  return all;
}

struct GemmSize {
  std::int64_t m, n, k;
  std::int64_t pad_a = 0, pad_b = 0, pad_c = 0;  // elements behind each row, full of NaN
};

inline std::size_t elements(std::int64_t rows, std::int64_t ld) {
  return static_cast<std::size_t>(rows * ld);
}

// TMA takes rows whose pitch is a multiple of 16 bytes, and writes rows that are one themselves: n
// becomes the next multiple of 4 floats.
inline GemmSize padded_for(const Variant& v, GemmSize s) {
  if (!v.sm90()) return s;
  const auto up = [](std::int64_t used, std::int64_t pad, std::int64_t unit) {
    return (used + pad + unit - 1) / unit * unit - used;
  };
  s.n += up(s.n, 0, 4);
  return {s.m, s.n, s.k, up(s.k, s.pad_a, 8), up(s.n, s.pad_b, 8), up(s.n, s.pad_c, 8)};
}

inline constexpr std::uint16_t kNan16 = 0x7FC0;  // a NaN of both 16-bit types

struct ExactOperands {
  DeviceBuffer<std::uint16_t> a, b;
  DeviceBuffer<float> c;
  Gemm gemm;
};

inline ExactOperands exact_operands(const Variant& v, const GemmSize& size, std::uint64_t seed) {
  const GemmSize s = padded_for(v, size);
  const std::int64_t lda = s.k + s.pad_a, ldb = s.n + s.pad_b, ldc = s.n + s.pad_c;
  ExactOperands o{to_device(std::vector<std::uint16_t>(elements(s.m, lda), kNan16)),
                  to_device(std::vector<std::uint16_t>(elements(s.k, ldb), kNan16)),
                  to_device(std::vector<float>(elements(s.m, ldc), std::nanf(""))),
                  {}};
  must_ok(fill_exact({o.a.data(), s.m, s.k, lda, seed, kStreamExactA, v.in}, nullptr));
  must_ok(fill_exact({o.b.data(), s.k, s.n, ldb, seed, kStreamExactB, v.in}, nullptr));
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
            .out = GemmOut::fp32,
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
