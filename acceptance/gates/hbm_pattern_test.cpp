#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::string_view kCase = "memory.pattern";
// 95 % of 150,754,820,096 bytes in whole MiB.
constexpr std::int64_t kBytes = 136'582 * (std::int64_t{1} << 20);

class HbmPattern : public GateTest {
 protected:
  HbmPattern() : GateTest(kHbmPattern) {}
  Measurement& walk(std::int64_t test, std::int64_t hold_s = 0, std::int64_t flip = 0) {
    for (Measurement& m : evidence.measurements) {
      const bool here = m.case_id == kCase && m.unit_id == "gpu/1";
      const bool held = here && m.params.at("hold_s") == hold_s && m.params.at("flip") == flip;
      if (held && m.params.at("test") == test) return m;
    }
    ADD_FAILURE() << "no walk " << test;
    return series(kCase);
  }
  std::vector<Request> asked() const {
    Evidence nothing;
    nothing.facts = evidence.facts;
    return kHbmPattern.next(order(), nothing);
  }
  void expect_reason(std::string_view part) const {
    EXPECT_NE(on_gpu1().reason.find(part), std::string::npos) << on_gpu1().reason;
  }
};

TEST_F(HbmPattern, PassesFourWalksThroughTheShareOfEachGpu) {
  expect_all(Verdict::pass, "");
  ASSERT_EQ(asked().size(), 16u);
  std::int64_t seconds = 0;
  for (const Request& request : asked()) {
    EXPECT_EQ(request.params.at("bytes"), kBytes);
    EXPECT_EQ(request.params.at("hold_s"), 0);
    EXPECT_EQ(request.phase, Phase::memory);
    if (request.unit_id == "gpu/1") seconds += request.blocks * request.block_ns / 1'000'000'000;
  }
  EXPECT_EQ(seconds, 28);
  expect_reason("143.2 of 150.8 GB (95.0 %)");
  expect_reason("own address 4000.0 GB/s");
}

TEST_F(HbmPattern, AtSoakTwoWalksMoreLetBitsFadeAtBothValues) {
  level = Level::soak;
  for (const std::int64_t flip : {0, 1}) {
    measure();
    expect_all(Verdict::pass, "");
    EXPECT_EQ(walk(3, 150, flip).block_ns, 160'000'000'000);
    EXPECT_EQ(walk(3, 150, flip).samples.size(), 1u);
    walk(3, 150, flip).check->wrong = 1;
    expect(Verdict::fail, "hbm.pattern.wrong_data");
    expect_reason("held for 150 s: 1 wrong words");
  }
  EXPECT_EQ(walk(3, 150, 0).params.at("seed"), walk(3, 150, 1).params.at("seed"));
}

// A block of the one is none of the other, however often the one is measured again.
TEST_F(HbmPattern, NeverPassesOneOfTwoComplements) {
  level = Level::soak;
  for (const std::int64_t flip : {0, 1}) {
    measure();
    Measurement& kept = walk(3, 150, flip);
    kept.discarded = {{0, "interrupted"}};
    const Params gone = walk(3, 150, 1 - flip).params;
    std::erase_if(evidence.measurements,
                  [&](const Measurement& m) { return m.unit_id == "gpu/1" && m.params == gone; });
    expect(Verdict::not_measured, "series.absent");
    const auto asked = kHbmPattern.next(order(), evidence);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].params, gone);
  }
}

TEST_F(HbmPattern, FailsOneWrongWordOfAnyWalkAndSaysWhere) {
  for (const std::int64_t test : {0, 1, 2, 3}) {
    measure();
    walk(test).check->wrong = 1;
    expect(Verdict::fail, "hbm.pattern.wrong_data");
  }
  walk(3).check->first = FirstMismatch{.element = 1000,
                                       .expected = "00000000000000ff",
                                       .got = "00000000000000fc",
                                       .xor_bits = "0000000000000003"};
  expect_reason(
      "random: 1 wrong words; first at byte 8000 of the walk: expected "
      "00000000000000ff, got 00000000000000fc, xor 0000000000000003, 2 bits");
  expect_reason("no bank: not documented for HBM3; no ECC counter moved in the run");
  evidence.after[1].ecc_dram_corrected = 2;
  expect_reason("ECC counters in the run: ecc_dram_corrected +2");
  evidence.after[1].ecc_dram_corrected = KnownInt::missing("GPU is lost");
  expect_reason("not known: ecc_dram_corrected");
}

TEST_F(HbmPattern, AWrongWordFailsWhateverElseHappened) {
  walk(2).check->wrong = 1;
  walk(0).samples.clear();
  evidence.exits.push_back({"load gpu/1", "hbm.pattern memory.pattern", "signal", "SIGSEGV"});
  expect(Verdict::fail, "hbm.pattern.wrong_data");
}

TEST_F(HbmPattern, APlaceThatIsNoneIsNoReasonToCrash) {
  for (const std::int64_t element : {std::int64_t{-1}, std::int64_t{1} << 62}) {
    walk(0).check->wrong = 1;
    walk(0).check->first =
        FirstMismatch{.element = element, .expected = "", .got = "zz", .xor_bits = "zz"};
    expect(Verdict::fail, "hbm.pattern.wrong_data");
    expect_reason("first at element");
  }
}

TEST_F(HbmPattern, CorrectedErrorsWarnWhereTheDataAreRight) {
  evidence.after[1].ecc_dram_corrected = 3;
  expect(Verdict::pass, "");
  ASSERT_EQ(on_gpu1().warn.size(), 1u);
  EXPECT_EQ(on_gpu1().warn[0], "ecc_dram_corrected: 3 in the run");
}

TEST_F(HbmPattern, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(kCase); }

TEST_F(HbmPattern, NeverPassesLessThanTheShare) {
  for (const std::int64_t test : {0, 1, 2, 3}) walk(test).params["bytes"] = kBytes / 2;
  expect(Verdict::not_measured, "hbm.pattern.coverage");
  expect_reason("own address");
  measure();
  walk(1).params["bytes"] = kBytes - (1 << 20);
  expect(Verdict::not_measured, "hbm.pattern.coverage");
  measure();
  std::erase_if(evidence.measurements,
                [](const Measurement& m) { return m.case_id == kCase && m.unit_id == "gpu/1"; });
  evidence.exits.push_back(
      {"load gpu/1", "hbm.pattern memory.pattern", "error", "memory.too_small: 12 MiB are free"});
  expect(Verdict::not_measured, "hbm.pattern.coverage");
  expect_reason("12 MiB are free");
}

TEST_F(HbmPattern, NeverPassesAMemoryOfUnknownSize) {
  for (const KnownInt& size : {KnownInt::missing("GPU is lost"), KnownInt(0), KnownInt(-1),
                               KnownInt(std::int64_t{1} << 62)}) {
    gpu().memory_bytes = size;
    measure_on();
    expect(Verdict::not_measured, size ? "fact.impossible" : "fact.absent");
  }
}

// So that a plan, which knows no GPU, says how long it takes.
TEST_F(HbmPattern, WithoutASizeInTheFactsItAsksForWhatWasOrdered) {
  gpu().memory_bytes = KnownInt::missing("not asked");
  const auto all = asked();
  const auto mine =
      std::find_if(all.begin(), all.end(), [](const Request& r) { return r.unit_id == "gpu/1"; });
  ASSERT_NE(mine, all.end());
  EXPECT_EQ(mine->params.at("bytes"), 135'898 * (std::int64_t{1} << 20));
  profile.ordered.memory_bytes_min = 0;
  for (const Request& request : asked()) EXPECT_NE(request.unit_id, "gpu/1");
}

TEST_F(HbmPattern, NeedsAShareInTheProfile) {
  profile.sizes.pattern_ppm = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
  EXPECT_TRUE(asked().empty());
}

}  // namespace
}  // namespace ga
