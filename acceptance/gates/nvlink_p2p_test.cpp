#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class NvlinkP2p : public GateTest {
 protected:
  NvlinkP2p() : GateTest(kNvlinkP2p) {}

  // From now on copies from `from` to `to` (-1: any) reach only so many parts per million.
  void slow(std::int64_t from, std::int64_t to, std::int64_t ppm,
            std::function<bool(const Request&, std::size_t)> when = {}) {
    cells = [=, before = cells](const Request& request, std::size_t block, Cells& square) {
      if (before) before(request, block, square);
      if (request.case_id != "nvlink.p2p" || (when && !when(request, block))) return;
      for (std::int64_t i = 0; i < 16; ++i) {
        const bool hit = (from < 0 || i / 4 == from) && (to < 0 || i % 4 == to);
        auto& cell = square[static_cast<std::size_t>(i)];
        if (hit) cell = cell / 1000 * ppm / 1000;
      }
    };
    measure();
  }
  void slow_gpu(std::int64_t gpu, std::int64_t ppm) {
    slow(gpu, -1, ppm);
    slow(-1, gpu, ppm);
  }
  // Everything passes but these.
  void expect_only(std::vector<std::string> units, Verdict verdict, std::string_view code) {
    for (const Finding& finding : gate_.judge(order(), evidence)) {
      const bool named = std::find(units.begin(), units.end(), finding.unit_id) != units.end();
      EXPECT_EQ(to_word(finding.verdict), to_word(named ? verdict : Verdict::pass))
          << finding.unit_id << " " << finding.code << " " << finding.reason;
      EXPECT_EQ(finding.code, named ? code : "") << finding.unit_id;
    }
    for (const std::string& unit : units) EXPECT_EQ(on(unit).unit_id, unit);
  }
  std::vector<std::size_t> blocks() const {
    std::vector<std::size_t> all;
    for (const Measurement& m : evidence.measurements) {
      if (m.gate == "nvlink.p2p") all.push_back(m.samples.size());
    }
    return all;
  }
  void calibrated_at(std::int64_t value) {
    for (Limit& limit : profile.limits) {
      if (limit.gate == "nvlink.p2p") limit.value = value;
    }
    measure();
  }
};

using Blocks = std::vector<std::size_t>;

TEST_F(NvlinkP2p, PassesGoodEvidenceOfFourWaysAndOfOneAtQuick) {
  expect_only({}, Verdict::pass, "");
  EXPECT_EQ(blocks(), (Blocks{11, 11, 11, 11}));
  EXPECT_EQ(gate_.judge(order(), evidence).size(), 5u);
  level = Level::quick;
  measure();
  expect_only({}, Verdict::pass, "");
  EXPECT_EQ(blocks(), Blocks{11});
}

TEST_F(NvlinkP2p, ARowIsHeldAfterARepeatAndNamedByWhatItSends) {
  slow(1, -1, 944'444);  // one link of eighteen
  expect_only({"gpu/1"}, Verdict::borderline, "nvlink.p2p.uneven");
  EXPECT_NE(on_gpu1().reason.find("sends slowly"), std::string::npos) << on_gpu1().reason;
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  EXPECT_EQ(blocks(), (Blocks{30, 30, 30, 30}));
}

TEST_F(NvlinkP2p, AColumnIsWhatAGpuReceivesAndBothAreTheGpu) {
  slow(-1, 2, 900'000);
  expect_only({"gpu/2"}, Verdict::borderline, "nvlink.p2p.uneven");
  EXPECT_NE(on("gpu/2").reason.find("receives slowly"), std::string::npos) << on("gpu/2").reason;
  slow(2, -1, 900'000);
  expect_only({"gpu/2"}, Verdict::borderline, "nvlink.p2p.uneven");
  EXPECT_NE(on("gpu/2").reason.find("sends and receives"), std::string::npos);
}

TEST_F(NvlinkP2p, ASingleCellIsThePairAndNeitherGpu) {
  slow(0, 3, 920'000);
  expect_only({"gpu/0-gpu/3"}, Verdict::borderline, "nvlink.p2p.uneven");
  ASSERT_EQ(on("gpu/0").warn.size(), 1u);
  EXPECT_TRUE(on_gpu1().warn.empty());
  slow(0, 3, 500'000);
  expect_only({"gpu/0-gpu/3"}, Verdict::fail, "nvlink.p2p.below_gross");
}

TEST_F(NvlinkP2p, APairThatOnlyFailsInCompanyIsReportedAsAPair) {
  slow(1, 2, 800'000,
       [](const Request& request, std::size_t) { return request.params.at("shift") == 1; });
  expect_only({"gpu/1-gpu/2"}, Verdict::fail, "nvlink.p2p.below_floor");
  EXPECT_EQ(blocks(), (Blocks{11, 30, 11, 30}));
}

TEST_F(NvlinkP2p, FailsAGpuBelowACalibratedFloorAndHoldsItBelowAPublishedOne) {
  slow_gpu(1, 850'000);  // 319.6 and more of 335
  expect_only({"gpu/1"}, Verdict::fail, "nvlink.p2p.below_floor");
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  measure();
  expect_only({"gpu/1"}, Verdict::borderline, "nvlink.p2p.below_provisional");
  slow_gpu(1, 800'000);
  expect_only({"gpu/1"}, Verdict::fail, "nvlink.p2p.below_gross");
}

TEST_F(NvlinkP2p, NamesTwoGpusAtOnce) {
  slow(1, -1, 950'000);
  slow(-1, 2, 940'000);
  expect_only({"gpu/1", "gpu/2"}, Verdict::borderline, "nvlink.p2p.uneven");
}

TEST_F(NvlinkP2p, AllAlikeBelowTheFloorIsTheNodeAndNoGpu) {
  calibrated_at(390'000'000'000);
  expect_only({"node"}, Verdict::fail, "nvlink.p2p.below_floor");
  calibrated_at(376'500'000'000);  // some pairs and some not
  for (const Finding& finding : gate_.judge(order(), evidence)) {
    EXPECT_EQ(finding.verdict == Verdict::pass, finding.unit_id != "node") << finding.reason;
  }
}

TEST_F(NvlinkP2p, LowByTheShareOfASwitchIsASwitch) {
  slow(-1, -1, 750'000);
  expect_only({"node"}, Verdict::fail, "nvlink.p2p.switch_lost");
  EXPECT_EQ(on("node").blame, Blame::node);
  profile.machine.links->copy_bytes_per_s = 0;  // nobody knows what to expect: the floor decides
  measure();
  expect_only({"node"}, Verdict::fail, "nvlink.p2p.below_gross");
  cells = {};
  for (const std::int64_t gpu : {0, 3}) {
    slow(gpu, -1, 750'000, {});
    slow(-1, gpu, 750'000, {});
  }
  // Twice where both are in S; the rest of their cells tell.
  profile.limits.clear();
  measure();
  expect_only({"node"}, Verdict::borderline, "nvlink.p2p.uneven");
}

TEST_F(NvlinkP2p, ThePcieRateIsAFabricThatIsNotUsed) {
  slow_gpu(1, 120'000);
  expect_only({"gpu/1"}, Verdict::fail, "nvlink.p2p.not_over_nvlink");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  cells = {};
  slow(0, 2, 120'000);
  expect_only({"gpu/0-gpu/2"}, Verdict::fail, "nvlink.p2p.not_over_nvlink");
  cells = {};
  slow(-1, -1, 120'000);
  expect_only({"node"}, Verdict::fail, "nvlink.p2p.not_over_nvlink");
}

TEST_F(NvlinkP2p, WhatDoesNotRepeatIsAWarningAndNamesNobody) {
  slow(1, -1, 910'000, [](const Request&, std::size_t block) { return block < 11; });
  expect_only({}, Verdict::pass, "");
  EXPECT_FALSE(on("node").warn.empty());
}

TEST_F(NvlinkP2p, WhatMovesBetweenTheRepeatsIsHeldAndNamesNobody) {
  profile.limits.clear();
  slow(1, -1, 700'000, [](const Request&, std::size_t block) { return block < 11; });
  slow(2, -1, 700'000, [](const Request&, std::size_t block) { return block >= 11; });
  expect_only({"node"}, Verdict::borderline, "nvlink.p2p.uneven");
}

TEST_F(NvlinkP2p, AtQuickTheOtherEngineIsTheRepeat) {
  level = Level::quick;
  slow_gpu(1, 870'000);
  EXPECT_EQ(blocks(), (Blocks{30, 30}));
  expect_only({"gpu/1"}, Verdict::borderline, "nvlink.p2p.below_at_quick");
}

TEST_F(NvlinkP2p, PassesASoundNodeWhosePairsDifferByOnePercent) {
  slow(0, 1, 990'000);
  slow(2, -1, 988'000);
  expect_only({}, Verdict::pass, "");
  EXPECT_EQ(blocks(), (Blocks{11, 11, 11, 11}));
}

TEST_F(NvlinkP2p, FailsWrongDataHoweverFast) {
  series("nvlink.p2p", "node").check->wrong = 1;
  const auto findings = gate_.judge(order(), evidence);
  ASSERT_EQ(findings.size(), 1u) << "no GPU passes beside it";
  EXPECT_EQ(findings[0].code, "nvlink.p2p.wrong_data");
}

TEST_F(NvlinkP2p, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("nvlink.p2p", "node");
  const Evidence good = evidence;
  const auto spoiled = [&](const std::function<void(Rows&)>& spoil, std::string_view code) {
    evidence = good;
    spoil(series("nvlink.p2p", "node").cells);
    expect_on("node", Verdict::not_measured, code);
    EXPECT_EQ(gate_.judge(order(), evidence).size(), 1u);
  };
  spoiled([](Rows& rows) { rows.clear(); }, "series.malformed");
  spoiled([](Rows& rows) { rows.pop_back(); }, "series.malformed");
  spoiled([](Rows& rows) { rows[3].pop_back(); }, "series.malformed");
  spoiled([](Rows& rows) { rows[3][1] = 0; }, "series.malformed");
  spoiled([](Rows& rows) { rows[3][1] = -1; }, "series.malformed");
  spoiled([](Rows& rows) { rows[3][1] = std::int64_t{1} << 62; }, "series.malformed");
  spoiled([](Rows& rows) { rows[3][0] = 5; }, "series.malformed");  // the diagonal
  spoiled(
      [](Rows& rows) {
        for (auto& row : rows) row = {0, 1, 1, 0};
      },
      "series.malformed");  // of two GPUs
}

TEST_F(NvlinkP2p, NeedsSizeGpusLinksAndAFloorOfThisStack) {
  profile.sizes.p2p_bytes = 0;
  measure();
  expect_on("node", Verdict::not_measured, "profile.incomplete");
  profile = test_profile();
  profile.machine.links.reset();
  measure();
  expect_on("node", Verdict::not_measured, "profile.incomplete");
  profile = test_profile();
  for (Limit& limit : profile.limits) limit.key.part_name = "NVIDIA B200";
  measure();
  expect_on("node", Verdict::not_measured, "limit.no_floor_for_stack");
  profile = test_profile();
  profile.ordered.gpus = 1;
  measure();
  expect_on("node", Verdict::not_measured, "profile.incomplete");
  EXPECT_TRUE(gate_.next(order(), evidence).empty());
}

TEST_F(NvlinkP2p, WithoutAFloorCompleteEvenAndRightPasses) {
  profile.limits.clear();
  measure();
  expect_only({}, Verdict::pass, "");
}

}  // namespace
}  // namespace ga
