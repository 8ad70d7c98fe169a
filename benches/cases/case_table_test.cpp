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
  const std::set<std::string_view> units{"bytes_per_s", "flops", "launches", "mhz"};
  const std::set<std::string_view> checks{"pattern", "checksum", "exact"};
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
  EXPECT_EQ(*params, (Params{{"k", 64}, {"m", 8192}, {"n", 8192}}));
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

TEST(CaseTable, RefusesAnExactSumThatFloatsWouldRound) {
  EXPECT_FALSE(complete_params(*find_case("gemm.bf16.own.exact"), {{"k", 1 << 18}}));
  EXPECT_TRUE(complete_params(*find_case("gemm.bf16.own.exact"), {{"k", (1 << 18) - 1}}));
}

}  // namespace
}  // namespace ga
