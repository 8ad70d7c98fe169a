#include "benches/cases/comparison.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "benches/cases/shapes.h"

namespace ga {
namespace {

// Ours at 98 and 102 in turn, the baseline at 100: the ratio's median is 1.
Comparison good() {
  Comparison c{.own = "gemm.bf16.own",
               .baseline = "gemm.bf16.cublaslt",
               .what = "64x64x64",
               .unit = "flops",
               .own_samples = {},
               .baseline_samples = {},
               .candidates = {},
               .chosen = {},
               .no_baseline = {},
               .peak = 200};
  for (int i = 0; i < 30; ++i) {
    c.own_samples.push_back(i % 2 == 0 ? 98 : 102);
    c.baseline_samples.push_back(100);
  }
  return c;
}

TEST(Comparison, IsTheMedianOfTheRatiosOfPairs) {
  const auto s = summarise(good());
  ASSERT_TRUE(s);
  EXPECT_DOUBLE_EQ(s->ratio.median, 1.0);
  EXPECT_DOUBLE_EQ(s->ratio.low, 0.98);
  EXPECT_DOUBLE_EQ(s->ratio.high, 1.02);
  EXPECT_GE(s->ratio.coverage, 0.95);
  EXPECT_EQ(s->own_median, 100);
  EXPECT_DOUBLE_EQ(s->own_of_peak, 0.5);
}

TEST(Comparison, RefusesWrongDataHoweverFast) {
  Comparison c = good();
  c.wrong = 1;
  const auto s = summarise(c);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().what(), "gemm.bf16.own 64x64x64: 1 wrong results");
}

TEST(Comparison, WritesLatenciesInNanoseconds) {
  Comparison c = good();
  c.own = "memory.chase";
  c.unit = "ns";
  c.baseline.clear();
  c.baseline_samples.clear();
  EXPECT_NE(to_table(std::vector{c}).find(" 100 ns "), std::string::npos);
}

TEST(Comparison, RefusesFewerThanThirtyAlternations) {
  Comparison c = good();
  c.own_samples.pop_back();
  c.baseline_samples.pop_back();
  EXPECT_FALSE(summarise(c));
}

TEST(Comparison, RefusesSamplesWithoutAPartner) {
  Comparison c = good();
  c.baseline_samples.pop_back();
  EXPECT_FALSE(summarise(c));
}

TEST(Comparison, RefusesARatioToNothing) {
  Comparison c = good();
  c.baseline_samples.assign(30, 0);
  EXPECT_FALSE(summarise(c));
  c = good();
  c.own_samples.assign(30, 0);
  EXPECT_FALSE(summarise(c));
}

TEST(Comparison, WithoutABaselineHasNoRatio) {
  Comparison c = good();
  c.baseline.clear();
  c.baseline_samples.clear();
  const auto s = summarise(c);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->ratio.median, 0.0);
}

TEST(Comparison, TableSaysWhyALineHasNoNumbers) {
  Comparison bad = good();
  bad.wrong = 3;
  const std::vector<Comparison> both{good(), bad};
  const std::string table = to_table(both);
  EXPECT_NE(table.find("0.980..1.020"), std::string::npos) << table;
  EXPECT_NE(table.find("3 wrong results"), std::string::npos) << table;
}

TEST(Comparison, TableSaysWhyOursIsAlone) {
  Comparison alone = good();
  alone.baseline.clear();
  alone.baseline_samples.clear();
  alone.no_baseline = "libcudnn.so.9 was not found";
  EXPECT_NE(to_table(std::vector{alone}).find("\n  alone: libcudnn.so.9 was not found\n"),
            std::string::npos);
}

// 1 and 0.25: the geometric mean is a half. What is alone or wrong has no ratio.
TEST(Means, AreGeometricAndOfEachCase) {
  Comparison slow = good();
  slow.baseline_samples.assign(30, 400);
  Comparison alone = good();
  alone.baseline.clear();
  Comparison wrong = good();
  wrong.wrong = 1;
  EXPECT_EQ(to_means(std::vector{good(), slow, alone, wrong}, kAttentionTarget),
            "gemm.bf16.own / gemm.bf16.cublaslt: geometric mean of 2 ratios 0.500 (must 0.90, aim "
            "1.05), lowest 0.250 (aim 0.97)\n");
  EXPECT_EQ(to_means(std::vector{alone}, kAttentionTarget), "");
  EXPECT_EQ(to_means(std::vector{good()}, kAttentionBwdTarget),
            "gemm.bf16.own / gemm.bf16.cublaslt: geometric mean of 1 ratios 1.000 (must 0.70, aim "
            "0.95), lowest 1.000\n");
}

TEST(Peak, IsOfItsType) {
  const Peak h200 = peak_of("NVIDIA H200");
  EXPECT_EQ(h200.flops(ElementType::bf16), 989'000'000'000'000);
  EXPECT_EQ(h200.flops(ElementType::fp16), h200.flops(ElementType::bf16));
  EXPECT_EQ(h200.flops(ElementType::tf32), 494'500'000'000'000);
  EXPECT_EQ(h200.flops(ElementType::fp8), 1'979'000'000'000'000);
  EXPECT_EQ(h200.flops(ElementType::int8), h200.flops(ElementType::fp8));
  EXPECT_EQ(h200.flops(ElementType::fp64), 67'000'000'000'000);
  EXPECT_EQ(peak_of("NVIDIA A100-SXM4-80GB").flops(ElementType::fp8), 0);
  EXPECT_EQ(peak_of("NVIDIA T4").flops(ElementType::fp32), 0);
}

TEST(Peak, IsOfTheWholeNameOnly) {
  EXPECT_EQ(peak_of("NVIDIA H200").bytes_per_s, 4'800'000'000'000);
  EXPECT_EQ(peak_of("NVIDIA H200 NVL").bytes_per_s, 0);
}

TEST(Shapes, HaveSquaresFrom1024To16384AndLayers) {
  const auto shapes = default_shapes();
  EXPECT_EQ(shapes.front(), (NamedShape{"square-1024", 1024, 1024, 1024}));
  EXPECT_EQ(shapes[4].k, 16384);
  EXPECT_GT(shapes.size(), 8u);
}

TEST(Attentions, CoverLengthsDimensionsMasksAndHeads) {
  const auto all = default_attentions(ElementType::fp16);
  std::set<std::int64_t> dims, lengths, heads;
  std::set<std::string> names;
  int causal = 0;
  for (const NamedAttention& one : all) {
    EXPECT_EQ(one.shape.batch * one.shape.seq_q, kAttentionTokens) << one.name;
    EXPECT_EQ(one.shape.seq_q, one.shape.seq_kv) << one.name;
    EXPECT_EQ(one.shape.type, ElementType::fp16) << one.name;
    dims.insert(one.shape.dim);
    lengths.insert(one.shape.seq_q);
    heads.insert(one.shape.heads / one.shape.kv_heads);
    names.insert(one.name);
    causal += one.shape.mask == AttentionMask::causal ? 1 : 0;
  }
  EXPECT_EQ(dims, (std::set<std::int64_t>{64, 128}));
  EXPECT_EQ(lengths, (std::set<std::int64_t>{1024, 2048, 4096, 8192, 16384, 32768}));
  EXPECT_EQ(heads, (std::set<std::int64_t>{1, 4}));
  EXPECT_EQ(names.size(), all.size());
  EXPECT_EQ(2 * causal, static_cast<int>(all.size()));
  EXPECT_EQ(all[0].name, "h32-kv8 d128 causal 1k");
}

TEST(Shapes, ReadsNamesAndComments) {
  const auto shapes = parse_shapes("# sides\n64 128 256\n\n1 2 3 odd  # why not\n", "s.txt");
  ASSERT_TRUE(shapes);
  EXPECT_EQ(*shapes, (std::vector<NamedShape>{{"64x128x256", 64, 128, 256}, {"odd", 1, 2, 3}}));
}

TEST(Shapes, RefusesWithFileLineAndRemedy) {
  for (const char* text : {"\n64 64\n", "\n64 64 0\n", "\n64 64 65537\n", "\n64 64 6x\n",
                           "\n1 2 3 4 5\n", "\n64 64 1e3\n"}) {
    const auto shapes = parse_shapes(text, "s.txt");
    ASSERT_FALSE(shapes) << text;
    EXPECT_TRUE(shapes.error().what().starts_with("s.txt:2: ")) << shapes.error().what();
    EXPECT_FALSE(shapes.error().hint().empty());
  }
  EXPECT_FALSE(parse_shapes("# nothing\n", "s.txt"));
}

}  // namespace
}  // namespace ga
