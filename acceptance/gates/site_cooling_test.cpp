#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class SiteCooling : public MachineGateTest {
 protected:
  SiteCooling() : MachineGateTest(kSiteCooling) {}
  BmcFan& fan() { return (*bmc().fans.value)[1]; }
  void expect_part(std::string_view unit, Verdict verdict, std::string_view code) const {
    EXPECT_EQ(to_word(on(unit).verdict), to_word(verdict)) << on(unit).reason;
    EXPECT_EQ(on(unit).code, code) << on(unit).reason;
  }
};

TEST_F(SiteCooling, PassesGoodEvidence) { expect_pass(); }

TEST_F(SiteCooling, FailsAnInletOutsideItsBand) {
  for (const std::int64_t mc : {9'999, 35'001}) {
    bmc().inlet_mc = mc;
    expect_at("node", Verdict::fail, "site.cooling.inlet");
    EXPECT_EQ(on("node").blame, Blame::site);
  }
}

TEST_F(SiteCooling, FailsAFanThatStandsStillOrSaysThatItIsBroken) {
  fan().speed_rpm = 0;
  expect_part("fan/Fan 1", Verdict::fail, "site.cooling.fan_failed");
  measure();
  fan().speed_rpm = KnownInt::missing("in percent");
  fan().speed_percent = 0;
  expect_part("fan/Fan 1", Verdict::fail, "site.cooling.fan_failed");
  measure();
  fan().health = KnownText("Critical");
  expect_part("fan/Fan 1", Verdict::fail, "site.cooling.fan_failed");
  measure();
  fan().state = KnownText("Disabled");
  expect_part("fan/Fan 1", Verdict::fail, "site.cooling.fan_failed");
  EXPECT_EQ(on("fan/Fan 1").blame, Blame::node);
}

TEST_F(SiteCooling, FailsFewerFansOrDetectorsThanOrdered) {
  fan().state = KnownText("Absent");
  expect_at("node", Verdict::fail, "site.cooling.missing");
  measure();
  bmc().leaks.value->clear();
  expect_at("node", Verdict::fail, "site.cooling.missing");
}

TEST_F(SiteCooling, FailsLostRedundancy) {
  bmc().fan_redundancy = KnownText("Warning");
  expect_at("node", Verdict::fail, "site.cooling.redundancy");
}

TEST_F(SiteCooling, FailsALeak) {
  for (const char* word : {"Warning", "Critical"}) {
    bmc().leaks.value->front().detector = KnownText(word);
    expect_part("leak/Leak 0", Verdict::fail, "site.cooling.leak");
    EXPECT_EQ(on("leak/Leak 0").blame, Blame::site);
  }
}

TEST_F(SiteCooling, WhatIsKnownToBeBadFailsEvenWhereTheInletIsAbsent) {
  bmc().inlet_mc = KnownInt::missing("no such sensor");
  bmc().fan_redundancy = KnownText("Critical");
  expect_at("node", Verdict::fail, "site.cooling.redundancy");
}

TEST_F(SiteCooling, ALiquidCooledNodeWithoutFansPassesWhereNoneWereOrdered) {
  profile.machine.site->fans = profile.machine.site->leak_detectors = 0;
  bmc().fans = KnownList<BmcFan>::missing("the BMC has none");
  bmc().leaks = KnownList<BmcLeak>::missing("the BMC has none");
  bmc().fan_redundancy = KnownText::missing("the BMC has none");
  expect_pass();
}

TEST_F(SiteCooling, NeverPassesAnAbsentOrImpossibleFact) {
  bmc().inlet_mc = KnownInt::missing("no such sensor");
  expect_at("node", Verdict::not_measured, "fact.absent");
  bmc().inlet_mc = 1'000'000;
  expect_at("node", Verdict::not_measured, "fact.impossible");
  measure();
  bmc().fans = KnownList<BmcFan>::missing("HTTP 503");
  expect_at("node", Verdict::not_measured, "fact.absent");
  measure();
  bmc().leaks = KnownList<BmcLeak>::missing("HTTP 503");
  expect_at("node", Verdict::not_measured, "fact.absent");
  measure();
  bmc().leaks.value->front().detector = KnownText::missing("null");
  expect_part("leak/Leak 0", Verdict::not_measured, "fact.absent");
  for (const auto field : {&BmcFan::state, &BmcFan::health}) {
    measure();
    fan().*field = KnownText::missing("null");
    expect_part("fan/Fan 1", Verdict::not_measured, "fact.absent");
  }
  bmc() = BmcFacts{};
  expect_at("node", Verdict::not_measured, "fact.absent");
}

TEST_F(SiteCooling, WithoutAnOrderNothingPasses) {
  profile.machine.site.reset();
  expect_at("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
