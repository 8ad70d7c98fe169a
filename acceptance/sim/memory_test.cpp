// Memory and exercisers of the simulated node: which fault is met by what.
#include "acceptance/sim/memory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "acceptance/sim/cases.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30, kS = 1'000'000'000;

class SimMemory : public ::testing::Test {
 protected:
  SimulatedBlock block(const std::string& fault, std::string_view case_id, const Params& given,
                       std::int64_t block_ns = kS, int gpu = 1) {
    std::string text =
        "format = 1\nname = \"odd\"\ndescription = \"d\"\npart = \"h200\"\ngpus = 4\nseed = 1\n";
    if (!fault.empty()) text += "[[fault]]\nunit = \"gpu/1\"\nkind = " + fault;
    const auto scenario = parse_scenario(text, "s.toml");
    EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().what());
    const auto params = complete_params(*find_case(case_id), given);
    EXPECT_TRUE(params) << case_id;
    return simulate_block(*scenario,
                          {.gpu = gpu,
                           .case_id = case_id,
                           .params = *params,
                           .index = 0,
                           .block_ns = block_ns,
                           .warm_s = 300},
                          workshop_);
  }
  // Wrong words of a walk through 130 GiB.
  std::int64_t walk(const std::string& fault, std::int64_t test, std::int64_t hold_s = 0,
                    std::int64_t flip = 0) {
    const Params params{{"bytes", 130 * kGib}, {"test", test}, {"hold_s", hold_s}, {"flip", flip}};
    return block(fault, "memory.pattern", params, kS + hold_s * kS).check.check.wrong;
  }
  Check exercise(const std::string& fault, const std::string& name, std::int64_t hot, int gpu) {
    return block(fault, "exercise." + name, {{"hot", hot}}, kS / 2, gpu).check.check;
  }
  ExactWorkshop workshop_;
};

TEST_F(SimMemory, AWalkOfASoundGpuIsRightAndNearTheRateOfItsPart) {
  for (const std::int64_t test : {0, 1, 2, 3}) EXPECT_EQ(walk("", test), 0);
  const auto one = block("", "memory.pattern", {{"bytes", 130 * kGib}});
  EXPECT_NEAR(static_cast<double>(one.sample.value), 4.3e12, 0.05e12);
  EXPECT_EQ(one.check.check.kind, "pattern");
}

TEST_F(SimMemory, AStuckBitIsMetByWhateverReachesItAndByNothingElse) {
  const std::string fault = "\"memory-stuck\"\nseverity = 100\n";
  for (const std::int64_t test : {0, 1, 2, 3}) EXPECT_GT(walk(fault, test), 0);
  EXPECT_EQ(block(fault, "memory.pattern", {{"bytes", 99 * kGib}}).check.check.wrong, 0);
  EXPECT_EQ(block(fault, "memory.copy", {}).check.check.wrong, 0);
  EXPECT_EQ(block(fault, "pcie.h2d", {}).check.check.wrong, 0);
  const auto found = block(fault, "memory.pattern", {{"bytes", 130 * kGib}}).check.check;
  ASSERT_TRUE(found.first);
  EXPECT_EQ(found.first->element, 100 * kGib / 8);
  EXPECT_GT(block("\"memory-stuck\"\nseverity = 2\n", "memory.copy", {}).check.check.wrong, 0);
}

TEST_F(SimMemory, ALostAddressLineIsMetByOwnAddressesAlone) {
  const std::string fault = "\"memory-alias\"\nseverity = 34\n";
  EXPECT_GT(walk(fault, 0), 0);
  for (const std::int64_t test : {1, 2, 3}) EXPECT_EQ(walk(fault, test), 0);
  EXPECT_EQ(block(fault, "memory.pattern", {{"bytes", 16 * kGib}}).check.check.wrong, 0);
  const auto found = block(fault, "memory.pattern", {{"bytes", 130 * kGib}}).check.check;
  ASSERT_TRUE(found.first);
  EXPECT_EQ(found.first->xor_bits, "0000000400000000");
}

TEST_F(SimMemory, WhatFadesIsMetByAWalkThatHoldsTheComplementAlone) {
  const std::string fault = "\"memory-fades\"\nseverity = 2\n";
  EXPECT_EQ(walk(fault, 3, 0, 1), 0);
  EXPECT_EQ(walk(fault, 3, 300, 0), 0);
  EXPECT_EQ(walk(fault, 3, 300, 1), 2);
  EXPECT_EQ(walk("", 3, 300, 1), 0);
  const auto held = block(fault, "memory.pattern",
                          {{"bytes", 130 * kGib}, {"test", 3}, {"hold_s", 300}}, 310 * kS);
  EXPECT_EQ(held.check.check.launches, 1);
  EXPECT_GT(held.sample.elapsed_ns, 300 * kS);
  EXPECT_LT(held.sample.elapsed_ns, 301 * kS);
}

TEST_F(SimMemory, AHotMemoryIsAsFastAndAsRight) {
  const auto cool = block("", "memory.copy", {});
  const auto hot = block("\"memory-hot\"\nseverity = 25\n", "memory.copy", {});
  ASSERT_TRUE(cool.sample.memory_temp_mc && hot.sample.memory_temp_mc);
  EXPECT_EQ(*hot.sample.memory_temp_mc, *cool.sample.memory_temp_mc + 25'000);
  EXPECT_EQ(hot.sample.value, cool.sample.value);
  EXPECT_EQ(hot.sample.temp_mc, cool.sample.temp_mc);
  EXPECT_FALSE(block("", "pcie.h2d", {}).sample.memory_temp_mc);
}

TEST_F(SimMemory, AChainTakesItsTimeAndLongerWhereItIsSlow) {
  const auto sound = block("", "memory.chase", {});
  EXPECT_EQ(sound.sample.unit, "ns");
  EXPECT_NEAR(static_cast<double>(sound.sample.value), 750, 15);
  EXPECT_EQ(sound.check.check.kind, "exact");
  const auto slow = block("\"slow-chase\"\nseverity = 1\n", "memory.chase", {});
  EXPECT_NEAR(static_cast<double>(slow.sample.value), 1500, 30);
  EXPECT_EQ(block("\"slow-chase\"\n", "memory.copy", {}).sample.value,
            block("", "memory.copy", {}).sample.value);
}

TEST_F(SimMemory, ExercisersAgreeOnEveryGpuColdAndHot) {
  const std::string digest = exercise("", "atomic", 0, 0).got;
  EXPECT_EQ(digest.size(), 16u);
  for (const int gpu : {0, 3}) {
    for (const std::int64_t hot : {0, 1}) {
      const Check check = exercise("", "atomic", hot, gpu);
      EXPECT_EQ(check.got, digest);
      EXPECT_EQ(check.expected, digest);
      EXPECT_EQ(check.wrong, 0);
    }
  }
  EXPECT_NE(exercise("", "l2", 0, 0).got, digest);
  EXPECT_EQ(exercise("", "special", 0, 0).kind, "reference");
  EXPECT_GE(block("", "exercise.l2", {}).sample.value, 400);
}

TEST_F(SimMemory, AWrongExerciserIsWrongWhereItIsNamed) {
  const std::string fault = "\"exercise-wrong\"\nexercise = \"copy\"\n";
  const Check wrong = exercise(fault, "copy", 0, 1);
  EXPECT_GT(wrong.wrong, 0);
  EXPECT_NE(wrong.got, wrong.expected);
  EXPECT_EQ(exercise(fault, "copy", 0, 2).wrong, 0);
  EXPECT_EQ(exercise(fault, "l2", 0, 1).wrong, 0);
  const Check differs = exercise("\"special-differs\"\n", "special", 0, 1);
  EXPECT_EQ(differs.wrong, 0);
  EXPECT_NE(differs.got, exercise("\"special-differs\"\n", "special", 0, 2).got);
  EXPECT_EQ(exercise("\"special-differs\"\n", "shuffle", 0, 1).got,
            exercise("", "shuffle", 0, 2).got);
}

}  // namespace
}  // namespace ga
