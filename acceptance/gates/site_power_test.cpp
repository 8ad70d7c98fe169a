#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class SitePower : public MachineGateTest {
 protected:
  SitePower() : MachineGateTest(kSitePower) {}
  BmcPsu& psu() { return (*bmc().psus.value)[2]; }
  void expect_psu(Verdict verdict, std::string_view code) const {
    EXPECT_EQ(to_word(on("psu/PSU 2").verdict), to_word(verdict)) << on("psu/PSU 2").reason;
    EXPECT_EQ(on("psu/PSU 2").code, code) << on("psu/PSU 2").reason;
  }
};

TEST_F(SitePower, PassesGoodEvidence) { expect_pass(); }

TEST_F(SitePower, FailsASupplyThatSaysThatItIsBroken) {
  psu().health = KnownText("Critical");
  expect_psu(Verdict::fail, "site.power.psu_failed");
  EXPECT_EQ(on("psu/PSU 2").blame, Blame::node);
  measure();
  psu().state = KnownText("UnavailableOffline");
  expect_psu(Verdict::fail, "site.power.psu_failed");
}

TEST_F(SitePower, ASupplyWithoutInputIsTheSites) {
  psu().input_mv = 2'000;
  psu().health = KnownText("Critical");
  expect_psu(Verdict::fail, "site.power.no_input");
  EXPECT_EQ(on("psu/PSU 2").blame, Blame::site);
}

TEST_F(SitePower, ASoundSpareThatStandsByIsFine) {
  psu().state = KnownText("StandbySpare");
  expect_pass();
  psu().health = KnownText("Warning");
  expect_psu(Verdict::fail, "site.power.psu_failed");
}

TEST_F(SitePower, ADcFeedIsAFeed) {
  for (BmcPsu& one : *bmc().psus.value) one.input_mv = 54'000;
  expect_pass();
}

TEST_F(SitePower, FailsFewerSuppliesThanOrdered) {
  psu().state = KnownText("Absent");
  expect_at("node", Verdict::fail, "site.power.missing");
  measure();
  bmc().psus.value->pop_back();
  expect_at("node", Verdict::fail, "site.power.missing");
}

TEST_F(SitePower, AnEmptySlotBeyondTheOrderIsFine) {
  BmcPsu empty;
  empty.state = KnownText("Absent");
  bmc().psus.value->push_back(empty);
  expect_pass();
}

TEST_F(SitePower, FailsLostRedundancy) {
  bmc().power_redundancy = KnownText("Critical");
  expect_at("node", Verdict::fail, "site.power.redundancy");
  EXPECT_EQ(on("node").blame, Blame::site);
}

TEST_F(SitePower, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field : {&BmcPsu::state, &BmcPsu::health}) {
    measure();
    psu().*field = KnownText::missing("null");
    expect_psu(Verdict::not_measured, "fact.absent");
  }
  measure();
  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{1} << 40}) {
    psu().input_mv = bad;
    expect_psu(Verdict::not_measured, "fact.impossible");
  }
  psu().input_mv = KnownInt::missing("not every supply measures it");
  expect_pass();
  bmc().power_redundancy = KnownText::missing("null");
  expect_at("node", Verdict::not_measured, "fact.absent");
  bmc() = BmcFacts{};
  expect_at("node", Verdict::not_measured, "fact.absent");
}

TEST_F(SitePower, WithoutAnOrderNothingPasses) {
  profile.machine.site.reset();
  expect_at("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
