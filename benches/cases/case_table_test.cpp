#include "benches/cases/case_table.h"

#include <gtest/gtest.h>

#include <set>

namespace ga {
namespace {

TEST(CaseTable, IdsAreUniqueAndFound) {
  std::set<std::string_view> ids;
  for (const CaseInfo& info : all_cases()) {
    EXPECT_TRUE(ids.insert(info.id).second) << info.id;
    EXPECT_EQ(find_case(info.id), &info);
    EXPECT_FALSE(info.description.empty()) << info.id;
  }
  EXPECT_EQ(find_case("memory.teleport"), nullptr);
}

TEST(CaseTable, UnitsAndChecksAreOfTheClosedLists) {
  const std::set<std::string_view> units{"bytes_per_s", "flops", "launches", "mhz", "ns"};
  const std::set<std::string_view> checks{"pattern", "checksum", "exact", "reference", "tree"};
  for (const CaseInfo& info : all_cases()) {
    EXPECT_TRUE(units.contains(info.unit)) << info.id;
    EXPECT_TRUE(checks.contains(info.check_kind)) << info.id;
  }
}

TEST(CaseTable, EveryFallbackIsInsideItsOwnRange) {
  for (const CaseInfo& info : all_cases()) {
    EXPECT_TRUE(complete_params(info, {})) << info.id;
    for (const CaseParameter& p : info.parameters) {
      EXPECT_TRUE(complete_params(info, {{std::string(p.name), p.fallback}})) << info.id << p.name;
    }
  }
}

TEST(CaseTable, FillsWhatWasNotGiven) {
  const auto params = complete_params(*find_case("gemm.bf16.own"), {{"k", 64}});
  ASSERT_TRUE(params);
  EXPECT_EQ(*params, (Params{{"alone", 0}, {"k", 64}, {"m", 8192}, {"n", 8192}}));
}

TEST(CaseTable, RefusesAnUnknownParameterAndNamesTheKnown) {
  const auto params = complete_params(*find_case("pcie.h2d"), {{"byte", 4096}});
  ASSERT_FALSE(params);
  EXPECT_EQ(params.error().what(), "case 'pcie.h2d' has no parameter 'byte'");
  EXPECT_EQ(params.error().hint(), "it takes bytes, alone");
}

TEST(CaseTable, RefusesAValueOutsideItsRangeOrStep) {
  const CaseInfo& copy = *find_case("memory.copy");
  EXPECT_FALSE(complete_params(copy, {{"bytes", 0}}));
  EXPECT_FALSE(complete_params(copy, {{"bytes", 4097}}));
  const auto params = complete_params(*find_case("gemm.bf16.own"), {{"m", 65537}});
  ASSERT_FALSE(params);
  EXPECT_EQ(params.error().hint(), "1 to 65536, in steps of 1");
}

TEST(CaseTable, HasEveryTypeByOursAndTheVendorsTimedAndExact) {
  for (const GemmType& type : kGemmTypes) {
    const std::string name = "gemm." + std::string(type.name);
    for (const char* who : {".own", ".cublaslt"}) {
      const CaseInfo* const timed = find_case(name + who);
      const CaseInfo* const exact = find_case(name + who + ".exact");
      ASSERT_TRUE(timed != nullptr && exact != nullptr) << name << who;
      EXPECT_EQ(timed->unit, "flops");
      EXPECT_EQ(timed->check_kind, "checksum");
      EXPECT_EQ(exact->unit, "launches");
      EXPECT_EQ(exact->check_kind, "exact");
    }
  }
}

TEST(CaseTable, SaysTheTypesInAndOut) {
  EXPECT_EQ(find_case("gemm.bf16.own")->description,
            "C = A B by our kernel: bf16 in, fp32 sums, bf16 out, random data");
  EXPECT_EQ(find_case("gemm.int8.cublaslt")->description,
            "C = A B by cuBLASLt: int8 in, int32 sums, int32 out, random data");
  EXPECT_EQ(find_case("gemm.fp8.own.exact")->description,
            "Small integers by our kernel: fp8 in, fp32 out, each launch held to the exact digest");
}

TEST(CaseTable, RefusesAnExactSumThatFloatsWouldRound) {
  EXPECT_FALSE(complete_params(*find_case("gemm.bf16.own.exact"), {{"k", 1 << 18}}));
  EXPECT_TRUE(complete_params(*find_case("gemm.bf16.own.exact"), {{"k", (1 << 18) - 1}}));
  EXPECT_FALSE(complete_params(*find_case("gemm.fp8.own.exact"), {{"k", (1 << 14) + 1}}));
  EXPECT_TRUE(complete_params(*find_case("gemm.fp8.own.exact"), {{"k", 1 << 14}}));
  EXPECT_FALSE(complete_params(*find_case("gemm.int8.cublaslt.exact"), {{"k", (1 << 17) + 1}}));
}

TEST(GemmCase, IsReadFromItsIdAndWrittenAsIt) {
  const auto c = gemm_case("gemm.int8.cublaslt.exact");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->type->in, ElementType::int8);
  EXPECT_FALSE(c->own);
  EXPECT_TRUE(c->exact);
  const auto plain = gemm_case("gemm.fp64.own");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->type->in, ElementType::fp64);
  EXPECT_TRUE(plain->own);
  EXPECT_FALSE(plain->exact);
  EXPECT_EQ(gemm_case_id(*plain), "gemm.fp64.own");
}

TEST(GemmCase, IsNothingForOtherIds) {
  for (const char* id : {"memory.copy", "gemm", "gemm.bf16", "gemm.fp4.own", "gemm.bf16.own.exac",
                         "gemm.bf16.own.exact.hot", "gemm.BF16.own", ""}) {
    EXPECT_FALSE(gemm_case(id)) << id;
  }
}

}  // namespace
}  // namespace ga
