#include <gtest/gtest.h>

#include "acceptance/core/judge.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kOneShot = 1, kTwoShot = 2, kNvls = 3;

class AllreduceExact : public GateTest {
 protected:
  AllreduceExact() : GateTest(kAllreduceExact) {}

  void expect_node(Verdict verdict, std::string_view code) { expect_on("node", verdict, code); }
  Measurement& sum(std::int64_t algorithm, std::int64_t type = 0) {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == "allreduce.exact" && m.params.at("algorithm") == algorithm &&
          m.params.at("type") == type) {
        return m;
      }
    }
    ADD_FAILURE() << "no series of algorithm " << algorithm;
    return evidence.measurements.front();
  }
  // Wrong elements found on `finder` in what `maker` summed; -1: each.
  void spoil(std::int64_t algorithm, int finder, int maker, std::int64_t type = 0) {
    Measurement& m = sum(algorithm, type);
    m.check->wrong += 1;
    for (int i = 0; i < 16; ++i) {
      const bool own_alone = algorithm == kOneShot && i / 4 != i % 4;
      if ((finder < 0 || i / 4 == finder) && (maker < 0 || i % 4 == maker) && !own_alone) {
        m.cells[0][static_cast<std::size_t>(i)] = 3;
      }
    }
  }
  std::vector<std::string> units() const {
    std::vector<std::string> all;
    for (const Finding& finding : gate_.judge(order(), evidence)) all.push_back(finding.unit_id);
    return all;
  }
  void refuse_multicast() {
    std::erase_if(evidence.measurements, [](const Measurement& m) {
      return m.gate == "allreduce.exact" && m.params.at("algorithm") == kNvls;
    });
    evidence.exits.push_back({"load node", "allreduce.exact allreduce.exact node", "error",
                              "multicast.refused: cuMulticastCreate: not supported"});
  }
};

using Units = std::vector<std::string>;

TEST_F(AllreduceExact, PassesThreeAlgorithmsInThreeTypesAndBf16AtQuick) {
  expect_node(Verdict::pass, "");
  EXPECT_EQ(units(), Units{"node"});
  EXPECT_EQ(sum(kNvls, 2).samples.size(), 1u);
  EXPECT_EQ(sum(kOneShot).samples.size(), 3u);
  EXPECT_EQ(sum(kOneShot).params.at("seed"), kConstantSeed);
  level = Level::quick;
  measure();
  expect_node(Verdict::pass, "");
  std::size_t all = 0;
  for (const Measurement& m : evidence.measurements) all += m.gate == "allreduce.exact" ? 1 : 0;
  EXPECT_EQ(all, 3u);
}

TEST_F(AllreduceExact, NamesTheGpuWhoseSumsAreWrongEverywhere) {
  spoil(kTwoShot, -1, 2);
  EXPECT_EQ(units(), Units{"gpu/2"});
  expect_on("gpu/2", Verdict::fail, "allreduce.exact.wrong_data");
  EXPECT_EQ(on("gpu/2").blame, Blame::gpu);
  spoil(kNvls, -1, 2, 1);
  EXPECT_EQ(units(), Units{"gpu/2"});
}

TEST_F(AllreduceExact, NamesTheGpuThatFindsTheSumsOfSeveralWrong) {
  spoil(kTwoShot, 3, 0);
  spoil(kTwoShot, 3, 1);
  EXPECT_EQ(units(), Units{"gpu/3"});
}

TEST_F(AllreduceExact, OneCellIsThePair) {
  spoil(kTwoShot, 3, 1, 2);
  EXPECT_EQ(units(), Units{"gpu/1-gpu/3"});
  expect_on("gpu/1-gpu/3", Verdict::fail, "allreduce.exact.wrong_somewhere");
}

TEST_F(AllreduceExact, NamesTwoGpusAtOnce) {
  spoil(kTwoShot, -1, 0);
  spoil(kTwoShot, -1, 2);
  EXPECT_EQ(units(), (Units{"gpu/0", "gpu/2"}));
}

// Any sender may have spoilt it.
TEST_F(AllreduceExact, OneShotAloneNamesNoGpu) {
  spoil(kOneShot, 1, 1);
  EXPECT_EQ(units(), Units{"node"});
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
  EXPECT_NE(on("node").reason.find("found on gpu/1"), std::string::npos) << on("node").reason;
  spoil(kTwoShot, -1, 1);
  EXPECT_EQ(units(), Units{"gpu/1"});
}

TEST_F(AllreduceExact, OneAlgorithmWrongEverywhereAccusesTheKernel) {
  for (const std::int64_t algorithm : {kOneShot, kTwoShot, kNvls}) {
    measure();
    spoil(algorithm, -1, -1);
    expect_node(Verdict::not_measured, "allreduce.exact.kernel_wrong");
    EXPECT_EQ(on("node").blame, Blame::suite);
  }
}

TEST_F(AllreduceExact, TheKernelIsNotAccusedUnlessTheOthersAreRight) {
  spoil(kTwoShot, -1, -1);
  spoil(kNvls, -1, -1, 1);
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
  measure();
  spoil(kTwoShot, -1, -1);
  sum(kOneShot).check.reset();
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
  measure();
  spoil(kNvls, -1, -1);  // and the switches' sums are wrong for NCCL, too
  for (Measurement& m : evidence.measurements) {
    if (m.case_id == "allreduce.nccl_nvls") m.check->wrong = 1;
  }
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
}

TEST_F(AllreduceExact, EitherCountOfWrongElementsFails) {
  sum(kTwoShot).check->wrong = 1;  // and no cell says where
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
  measure();
  sum(kTwoShot).cells[0][5] = 1;  // and the check says nothing
  expect_on("gpu/1", Verdict::fail, "allreduce.exact.wrong_data");
  measure();
  sum(kTwoShot).check->wrong = 1;
  sum(kTwoShot).cells.clear();
  expect_node(Verdict::fail, "allreduce.exact.wrong_somewhere");
}

TEST_F(AllreduceExact, WithoutMulticastNvlsIsAWarningUnlessTheSwitchesMustSum) {
  refuse_multicast();
  EXPECT_TRUE(gate_.next(order(), evidence).empty()) << "refused once is refused";
  EXPECT_TRUE(check_asked(all_gates(), order(), evidence));
  expect_node(Verdict::not_measured, "allreduce.exact.no_multicast");
  std::erase(profile.required, "allreduce.nccl_nvls");
  expect_node(Verdict::pass, "");
  EXPECT_EQ(on("node").warn.size(), 1u);
  evidence.exits.push_back({"load node", "allreduce.exact allreduce.exact", "signal", "SIGSEGV"});
  expect_node(Verdict::not_measured, "worker.fault");
}

TEST_F(AllreduceExact, NeverPassesFewerLaunchesThanTheLevelDemands) {
  set_samples(sum(kTwoShot, 2), 999);
  expect_node(Verdict::not_measured, "allreduce.exact.too_few_launches");
  set_samples(sum(kTwoShot, 2), 1000);
  expect_node(Verdict::pass, "");
  profile.sizes.exact_launches = 1001;
  expect_node(Verdict::not_measured, "allreduce.exact.too_few_launches");
  profile.sizes.exact_launches = 64;
  level = Level::quick;
  measure();
  set_samples(sum(kTwoShot), 64);
  expect_node(Verdict::pass, "");
}

TEST_F(AllreduceExact, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("allreduce.exact", "node");
  sum(kNvls).cells.clear();
  expect_node(Verdict::not_measured, "series.malformed");
  measure();
  sum(kNvls).cells[0].resize(9);
  for (auto& row : sum(kNvls).cells) row.resize(9);
  expect_node(Verdict::not_measured, "series.malformed");
  measure();
  sum(kNvls).cells[0][2] = -1;
  expect_node(Verdict::not_measured, "series.malformed");
  profile.sizes.exact_launches = 0;
  expect_node(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
