// The choice of the Hopper kernel's tile and its tensor maps, by hand.
#include "kernels/gemm/gemm_sm90_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace {

using ga::ElementType;
using ga::GemmKernel;
using ga::ProductShape;

const ga::Sm90Policy& policy(GemmKernel kernel) { return *ga::sm90_find(kernel); }

// 8192^3 on 132 SMs: 2048 tiles are 16 rounds; a step of k takes 16 cycles of the tensor cores, and
// 768 bytes at 6154 / 132 bytes a clock take 16.47.
TEST(Sm90Model, ByHand) {
  const auto cycles = [](GemmKernel kernel, ElementType in) {
    return ga::sm90_model_cycles(policy(kernel), {8192, 8192, 1}, in, 132);
  };
  const double wide = cycles(GemmKernel::sm90_128x256, ElementType::bf16);
  EXPECT_NEAR(wide, 16 * 768 / (6154.0 / 132), 1e-9);
  const double pair = cycles(GemmKernel::sm90_128x256_pair, ElementType::bf16);
  EXPECT_NEAR(pair, 16 * 16, 1e-9);  // half of B from the peer: the tensor cores bound
  const double square = cycles(GemmKernel::sm90_128x128, ElementType::bf16);
  EXPECT_NEAR(square, 32 * 512 / (6154.0 / 132), 1e-9);
  // The bytes of an element and the time of its product go together.
  EXPECT_NEAR(cycles(GemmKernel::sm90_128x256, ElementType::tf32), 2 * wide, 1e-9);
  EXPECT_NEAR(cycles(GemmKernel::sm90_128x256_pair, ElementType::int8), pair / 2, 1e-9);
  EXPECT_NEAR(cycles(GemmKernel::sm90_128x128_promoted, ElementType::fp8), square / 2, 1e-9);
}

GemmKernel picked(const ProductShape& shape, ElementType in) {
  return ga::sm90_pick(shape, in, 132)->kernel;
}

TEST(Sm90Pick, TakesLargeTilesForLargeProductsAndSmallForSmall) {
  for (const ElementType in :
       {ElementType::bf16, ElementType::fp16, ElementType::tf32, ElementType::int8}) {
    EXPECT_EQ(picked({8192, 8192, 8192}, in), GemmKernel::sm90_128x256);
    EXPECT_EQ(picked({16384, 16384, 16384}, in), GemmKernel::sm90_128x256);
    EXPECT_EQ(picked({1024, 1024, 1024}, in), GemmKernel::sm90_128x128);
    EXPECT_EQ(picked({128, 10240, 8192}, in), GemmKernel::sm90_128x128);
    EXPECT_EQ(picked({1, 1, 1}, in), GemmKernel::sm90_128x128);
  }
}

constexpr ElementType kServed[] = {ElementType::bf16, ElementType::fp16, ElementType::tf32,
                                   ElementType::fp8, ElementType::int8};

TEST(Sm90Pick, NeverTakesWhatIsForSweepsAlone) {
  for (const ElementType in : kServed) {
    for (std::int64_t m = 64; m <= 20000; m = m * 3 / 2) {
      for (std::int64_t n = 64; n <= 20000; n = n * 3 / 2) {
        for (const int sm_count : {1, 132}) {
          const ga::Sm90Policy* const found = ga::sm90_pick({m, n, 512}, in, sm_count);
          ASSERT_NE(found, nullptr);
          EXPECT_TRUE(ga::contains(found->by_shape & found->serves, in));
        }
      }
    }
  }
}

TEST(Sm90Pick, PromotesTheSumsOfFp8AndOfNothingElse) {
  for (const ElementType in : kServed) {
    for (const std::int64_t side : {64, 1000, 8192}) {
      EXPECT_EQ(ga::sm90_pick({side, side, side}, in, 132)->promotes, in == ElementType::fp8);
    }
  }
}

TEST(Sm90Pick, HasNothingForTypesWithoutTensorCoresHere) {
  for (const ElementType in : {ElementType::fp32, ElementType::fp64, ElementType::int32}) {
    EXPECT_EQ(ga::sm90_pick({64, 64, 64}, in, 132), nullptr);
  }
}

TEST(Sm90Policies, AreNamedOnceAndSayTheirSweep) {
  std::set<std::string> names;
  for (const ga::Sm90Policy& p : ga::kSm90Policies) {
    EXPECT_TRUE(names.insert(p.name).second);
    EXPECT_EQ(ga::sm90_find(p.kernel), &p);
    EXPECT_NE(std::string(p.sweep), "");
    EXPECT_EQ(p.by_shape & ~p.serves, 0u) << p.name;
    EXPECT_TRUE(!p.promotes || p.serves == ga::kSm90Fp8) << p.name;
  }
  EXPECT_EQ(ga::sm90_find(GemmKernel::portable), nullptr);
  EXPECT_EQ(ga::sm90_find(GemmKernel::by_shape), nullptr);
}

// 384 x 512 are 3 x 2 tiles, or 2 x 2 pairs one below the other.
TEST(Sm90Clusters, AreNoMoreThanFitOrThanThereIsWorkFor) {
  const ga::Sm90Policy& pair = policy(GemmKernel::sm90_128x256_pair);
  EXPECT_EQ(ga::sm90_clusters(policy(GemmKernel::sm90_128x256), {384, 512, 64}, 132), 6);
  EXPECT_EQ(ga::sm90_clusters(pair, {384, 512, 64}, 66), 4);
  EXPECT_EQ(ga::sm90_clusters(pair, {384, 512, 64}, 3), 3);
  EXPECT_EQ(ga::sm90_clusters(pair, {8192, 8192, 64}, 60), 60);
}

// Boxes: A 64 of k by the tile's rows, B 64 of n by 64 of k, C 128 bytes by 64 rows.
TEST(Sm90Maps, ByHand) {
  alignas(16) static const char memory[16] = {};
  const auto maps =
      ga::sm90_maps({.m = 300, .n = 500, .k = 700},
                    {memory, memory, memory, 704, 512, 504, ElementType::fp16, ElementType::fp32},
                    policy(GemmKernel::sm90_128x256));
  EXPECT_EQ(maps.a.cols, 700u);
  EXPECT_EQ(maps.a.rows, 300u);
  EXPECT_EQ(maps.a.pitch_bytes, 1408u);
  EXPECT_EQ(maps.a.box_cols, 64u);
  EXPECT_EQ(maps.a.box_rows, 128u);
  EXPECT_EQ(maps.b.cols, 500u);
  EXPECT_EQ(maps.b.rows, 700u);
  EXPECT_EQ(maps.b.pitch_bytes, 1024u);
  EXPECT_EQ(maps.b.box_rows, 64u);
  EXPECT_EQ(maps.c.element, ElementType::fp32);
  EXPECT_EQ(maps.c.pitch_bytes, 2016u);
  EXPECT_EQ(maps.c.box_cols, 32u);
  EXPECT_EQ(maps.c.box_rows, 64u);
  EXPECT_EQ(ga::sm90_fault({300, 500, 700}, maps), nullptr);
}

// B of a type that lies along k: boxes of 128 bytes of k by the tile's columns, or a CTA's share.
TEST(Sm90Maps, OfBAlongKByHand) {
  alignas(16) static const char memory[16] = {};
  struct {
    ElementType in, out;
    std::uint32_t box_cols;
    std::uint64_t pitch_bytes;
  } const cases[] = {{ElementType::tf32, ElementType::fp32, 32, 2880},
                     {ElementType::fp8, ElementType::bf16, 128, 720},
                     {ElementType::int8, ElementType::int32, 128, 720}};
  for (const auto& c : cases) {
    const ga::Sm90Operands operands{memory, memory, memory, 704, 720, 512, c.in, c.out};
    const auto maps =
        ga::sm90_maps({300, 504, 700}, operands, policy(GemmKernel::sm90_128x256_pair));
    EXPECT_EQ(maps.a.box_cols, c.box_cols);
    EXPECT_EQ(maps.b.element, c.in);
    EXPECT_EQ(maps.b.cols, 700u);
    EXPECT_EQ(maps.b.rows, 504u);
    EXPECT_EQ(maps.b.pitch_bytes, c.pitch_bytes);
    EXPECT_EQ(maps.b.box_cols, c.box_cols);
    EXPECT_EQ(maps.b.box_rows, 128u);
    EXPECT_EQ(maps.c.element, c.out);
    EXPECT_EQ(ga::sm90_fault({300, 504, 700}, maps), nullptr);
    const auto alone = ga::sm90_maps({300, 504, 700}, operands, policy(GemmKernel::sm90_128x256));
    EXPECT_EQ(alone.b.box_rows, 256u);
  }
}

// 16 elements of one byte are 16 bytes: rows of k = 24 need a pitch of 32.
TEST(Sm90Fault, WantsPitchesOfSixteenBytesOfEveryType) {
  alignas(16) static const char memory[16] = {};
  const auto fault = [](ElementType in, std::int64_t ld) {
    const ga::Sm90Operands operands{memory, memory, memory, ld, ld, 64, in, ga::gemm_type(in).sum};
    const ProductShape shape{64, 64, 20};
    const char* const text =
        ga::sm90_fault(shape, ga::sm90_maps(shape, operands, policy(GemmKernel::sm90_128x128)));
    return std::string(text == nullptr ? "" : text);
  };
  const std::string refused = "pitch is no multiple of 16 bytes";
  EXPECT_EQ(fault(ElementType::tf32, 20), "");
  EXPECT_EQ(fault(ElementType::tf32, 22), refused);
  EXPECT_EQ(fault(ElementType::int8, 24), refused);
  EXPECT_EQ(fault(ElementType::fp8, 24), refused);
  EXPECT_EQ(fault(ElementType::int8, 32), "");
}

TEST(Sm90Fault, SaysWhatTmaCannotDo) {
  alignas(16) static const char memory[32] = {};
  const auto fault = [](const void* a, std::int64_t lda, std::int64_t ldb, std::int64_t ldc) {
    const ProductShape shape{64, 64, 64};
    const char* const text = ga::sm90_fault(
        shape,
        ga::sm90_maps(shape, {a, memory, memory, lda, ldb, ldc}, policy(GemmKernel::sm90_128x256)));
    return std::string(text == nullptr ? "" : text);
  };
  EXPECT_EQ(fault(memory, 64, 64, 64), "");
  EXPECT_EQ(fault(memory + 2, 64, 64, 64), "address is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 68, 64, 64), "pitch is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 64, 65, 64), "pitch is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 64, 64, 71), "pitch is no multiple of 16 bytes");
  const ProductShape huge{(std::int64_t{1} << 31) - 1, 64, 64};
  EXPECT_NE(ga::sm90_fault(huge, ga::sm90_maps(huge, {memory, memory, memory, 64, 64, 64},
                                               policy(GemmKernel::sm90_128x256))),
            nullptr);
}

// Rows of C end inside 16 bytes: 4 elements of fp32, 8 of a 16-bit type. Those of A and B may.
TEST(Sm90Fault, RefusesRowsOfCThatAStoreWouldOverrun) {
  alignas(16) static const char memory[16] = {};
  const auto fault = [](std::int64_t n, ElementType out) {
    const ProductShape shape{64, n, 61};
    const ga::Sm90Operands operands{memory, memory, memory, 64, 72, 72, ElementType::bf16, out};
    const char* const text =
        ga::sm90_fault(shape, ga::sm90_maps(shape, operands, policy(GemmKernel::sm90_128x256)));
    return std::string(text == nullptr ? "" : text);
  };
  const std::string refused = "a row of C is no multiple of 16 bytes";
  EXPECT_EQ(fault(68, ElementType::fp32), "");
  EXPECT_EQ(fault(64, ElementType::bf16), "");
  EXPECT_EQ(fault(68, ElementType::bf16), refused);
  for (const std::int64_t n : {1, 61, 63, 65, 67}) {
    EXPECT_EQ(fault(n, ElementType::fp32), refused) << n;
    EXPECT_EQ(fault(n, ElementType::bf16), refused) << n;
  }
}

struct Ask {
  GemmKernel kernel = GemmKernel::by_shape;
  std::int64_t lda = 4096;
  ElementType in = ElementType::bf16, out = ElementType::bf16;
  ga::Sm90Device device{.arch = 90, .sm_count = 132, .built = true};
};

ga::Sm90Choice choose(const Ask& ask) {
  alignas(16) static const char memory[16] = {};
  return ga::sm90_choose(ask.kernel, {4096, 4096, 4096},
                         {memory, memory, memory, ask.lda, 4096, 4096, ask.in, ask.out},
                         ask.device);
}

TEST(Sm90Choose, TakesHoppersKernelOnHopperAlone) {
  ASSERT_NE(choose({}).policy, nullptr);
  EXPECT_EQ(choose({}).policy->kernel, GemmKernel::sm90_128x256);
  for (const int arch : {80, 86, 89, 100, 103, 120}) {
    Ask other;
    other.device.arch = arch;
    EXPECT_EQ(choose(other).policy, nullptr) << arch;
    EXPECT_STREQ(choose(other).reason, "the GPU is no Hopper");
  }
}

TEST(Sm90Choose, SaysWhyThePortableKernelRuns) {
  Ask not_built;
  not_built.device.built = false;
  EXPECT_STREQ(choose(not_built).reason, "this build has no kernel for sm_90a");
  EXPECT_STREQ(choose({.lda = 4097}).reason, "pitch is no multiple of 16 bytes");
  EXPECT_EQ(choose({.kernel = GemmKernel::portable}).policy, nullptr);
  Ask one_sm{.kernel = GemmKernel::sm90_128x256_pair};
  one_sm.device.sm_count = 1;
  EXPECT_STREQ(choose(one_sm).reason, "fewer SMs than a cluster");
}

TEST(Sm90Choose, TakesWhatIsAskedForByName) {
  for (const ga::Sm90Policy& p : ga::kSm90Policies) {
    for (const ga::GemmType& type : ga::kGemmTypes) {
      const auto chosen = choose({.kernel = p.kernel, .in = type.in, .out = type.out});
      EXPECT_EQ(chosen.policy, ga::contains(p.serves, type.in) ? &p : nullptr) << p.name;
    }
  }
}

TEST(Sm90Choose, RefusesTypesItHasNoKernelFor) {
  const std::string refused = "not for elements of these types";
  EXPECT_EQ(choose({.in = ElementType::fp32, .out = ElementType::fp32}).reason, refused);
  EXPECT_EQ(choose({.in = ElementType::fp64, .out = ElementType::fp64}).reason, refused);
  EXPECT_EQ(choose({.in = ElementType::int8, .out = ElementType::bf16}).reason, refused);
  EXPECT_EQ(choose({.in = ElementType::fp8, .out = ElementType::fp16}).reason, refused);
  EXPECT_EQ(choose({.kernel = GemmKernel::sm90_128x128_promoted}).reason, refused);
  for (const ga::GemmType& type : ga::kGemmTypes) {
    const bool served =
        std::find(std::begin(kServed), std::end(kServed), type.in) != std::end(kServed);
    for (const ElementType out : {type.out, type.sum}) {
      EXPECT_EQ(choose({.in = type.in, .out = out}).policy != nullptr, served) << type.name;
    }
  }
}

}  // namespace
