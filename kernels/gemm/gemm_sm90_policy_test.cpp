// The choice of the Hopper kernel's tile and its tensor maps, by hand.
#include "kernels/gemm/gemm_sm90_policy.h"

#include <gtest/gtest.h>

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
  const double wide = ga::sm90_model_cycles(policy(GemmKernel::sm90_128x256), {8192, 8192, 1}, 132);
  EXPECT_NEAR(wide, 16 * 768 / (6154.0 / 132), 1e-9);
  const double pair =
      ga::sm90_model_cycles(policy(GemmKernel::sm90_128x256_pair), {8192, 8192, 1}, 132);
  EXPECT_NEAR(pair, 16 * 16, 1e-9);  // half of B from the peer: the tensor cores bound
  const double square =
      ga::sm90_model_cycles(policy(GemmKernel::sm90_128x128), {8192, 8192, 1}, 132);
  EXPECT_NEAR(square, 32 * 512 / (6154.0 / 132), 1e-9);
}

TEST(Sm90Pick, TakesLargeTilesForLargeProductsAndSmallForSmall) {
  EXPECT_EQ(ga::sm90_pick({8192, 8192, 8192}, 132).kernel, GemmKernel::sm90_128x256);
  EXPECT_EQ(ga::sm90_pick({16384, 16384, 16384}, 132).kernel, GemmKernel::sm90_128x256);
  EXPECT_EQ(ga::sm90_pick({1024, 1024, 1024}, 132).kernel, GemmKernel::sm90_128x128);
  EXPECT_EQ(ga::sm90_pick({128, 10240, 8192}, 132).kernel, GemmKernel::sm90_128x128);
  EXPECT_EQ(ga::sm90_pick({1, 1, 1}, 132).kernel, GemmKernel::sm90_128x128);
}

TEST(Sm90Pick, NeverTakesWhatIsForSweepsAlone) {
  for (std::int64_t m = 64; m <= 20000; m = m * 3 / 2) {
    for (std::int64_t n = 64; n <= 20000; n = n * 3 / 2) {
      EXPECT_TRUE(ga::sm90_pick({m, n, 512}, 132).by_shape);
      EXPECT_TRUE(ga::sm90_pick({m, n, 512}, 1).by_shape);
    }
  }
}

TEST(Sm90Policies, AreNamedOnceAndSayTheirSweep) {
  std::set<std::string> names;
  for (const ga::Sm90Policy& p : ga::kSm90Policies) {
    EXPECT_TRUE(names.insert(p.name).second);
    EXPECT_EQ(ga::sm90_find(p.kernel), &p);
    EXPECT_NE(std::string(p.sweep), "");
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
  const auto maps = ga::sm90_maps(
      {.m = 300, .n = 500, .k = 700},
      {memory, memory, memory, 704, 512, 504, ElementType::fp16, ElementType::fp32}, 128);
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

TEST(Sm90Fault, SaysWhatTmaCannotDo) {
  alignas(16) static const char memory[32] = {};
  const auto fault = [](const void* a, std::int64_t lda, std::int64_t ldb, std::int64_t ldc) {
    const ProductShape shape{64, 64, 64};
    const char* const text =
        ga::sm90_fault(shape, ga::sm90_maps(shape, {a, memory, memory, lda, ldb, ldc}, 128));
    return std::string(text == nullptr ? "" : text);
  };
  EXPECT_EQ(fault(memory, 64, 64, 64), "");
  EXPECT_EQ(fault(memory + 2, 64, 64, 64), "address is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 68, 64, 64), "pitch is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 64, 65, 64), "pitch is no multiple of 16 bytes");
  EXPECT_EQ(fault(memory, 64, 64, 71), "pitch is no multiple of 16 bytes");
  const ProductShape huge{(std::int64_t{1} << 31) - 1, 64, 64};
  EXPECT_NE(ga::sm90_fault(huge, ga::sm90_maps(huge, {memory, memory, memory, 64, 64, 64}, 128)),
            nullptr);
}

// Rows of C end inside 16 bytes: 4 elements of fp32, 8 of a 16-bit type. Those of A and B may.
TEST(Sm90Fault, RefusesRowsOfCThatAStoreWouldOverrun) {
  alignas(16) static const char memory[16] = {};
  const auto fault = [](std::int64_t n, ElementType out) {
    const ProductShape shape{64, n, 61};
    const ga::Sm90Operands operands{memory, memory, memory, 64, 72, 72, ElementType::bf16, out};
    const char* const text = ga::sm90_fault(shape, ga::sm90_maps(shape, operands, 128));
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
  ga::Sm90Device device{.arch = 90, .sm_count = 132, .built = true};
};

ga::Sm90Choice choose(const Ask& ask) {
  alignas(16) static const char memory[16] = {};
  return ga::sm90_choose(ask.kernel, {4096, 4096, 4096},
                         {memory, memory, memory, ask.lda, 4096, 4096}, ask.device);
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
    EXPECT_EQ(choose({.kernel = p.kernel}).policy, &p) << p.name;
  }
}

}  // namespace
