#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class NicLinks : public MachineGateTest {
 protected:
  NicLinks() : MachineGateTest(kNicLinks) {}
  NicPort& port() { return (*host().nics.value)[1]; }
  void expect_port(Verdict verdict, std::string_view code) const {
    const Finding finding = on("nic/mlx5_1/1");
    EXPECT_EQ(to_word(finding.verdict), to_word(verdict)) << finding.reason;
    EXPECT_EQ(finding.code, code) << finding.reason;
  }
};

TEST_F(NicLinks, PassesGoodEvidence) { expect_pass(); }

TEST_F(NicLinks, FailsFewerPortsThanOrdered) {
  host().nics.value->pop_back();
  expect_at("node", Verdict::fail, "nic.links.missing");
  EXPECT_EQ(on("node").blame, Blame::node);
  host().nics.value->clear();
  expect_at("node", Verdict::fail, "nic.links.missing");
}

TEST_F(NicLinks, FailsAPortThatIsDown) {
  for (const char* state : {"DOWN", "INIT", "ARMED"}) {
    port().state = KnownText(state);
    expect_port(Verdict::fail, "nic.links.down");
    EXPECT_EQ(on("nic/mlx5_1/1").blame, Blame::site);
  }
  measure();
  port().phys_state = KnownText("Polling");
  expect_port(Verdict::fail, "nic.links.down");
}

TEST_F(NicLinks, FailsALowerRateAndLostLanes) {
  port().rate_mbps = 200'000;
  expect_port(Verdict::fail, "nic.links.slow");
  measure();
  port().width_current = 8;
  expect_port(Verdict::fail, "nic.links.narrow");
  EXPECT_EQ(on("nic/mlx5_1/1").blame, Blame::node);
}

TEST_F(NicLinks, PortsBeyondTheOrderOnlyWarn) {
  NicPort storage = port();
  storage.port = KnownText("mlx5_9/1");
  storage.state = KnownText("DOWN");
  storage.board_id = KnownText("MT_0000000884");
  host().nics.value->push_back(storage);
  expect_pass();
  EXPECT_EQ(on("node").warn.size(), 1u);
  port().state = KnownText("DOWN");
  expect_port(Verdict::fail, "nic.links.down");
}

// Eight ordered, nine up with a storage port among them, and an ordered one down: not enough.
TEST_F(NicLinks, APortThatIsUpDoesNotHideOneOfTheSameBoardThatIsDown) {
  NicPort other = port();
  other.port = KnownText("mlx5_9/1");
  host().nics.value->push_back(other);
  port().state = KnownText("DOWN");
  expect_port(Verdict::fail, "nic.links.down");
  EXPECT_EQ(on("node").verdict, Verdict::pass);
}

TEST_F(NicLinks, ARateThatTheProfileOnlyAssumesFailsNothing) {
  profile.machine.nics->origin.status = LimitStatus::provisional;
  port().rate_mbps = 200'000;
  expect_port(Verdict::borderline, "order.assumed");
  port().state = KnownText("DOWN");
  expect_port(Verdict::fail, "nic.links.down");
}

TEST_F(NicLinks, TheSamePortTwiceDoesNotCountTwice) {
  port().port = (*host().nics.value)[0].port;
  expect_at("node", Verdict::not_measured, "fact.impossible");
}

TEST_F(NicLinks, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field : {&NicPort::state, &NicPort::phys_state}) {
    measure();
    port().*field = KnownText::missing("no such file");
    expect_port(Verdict::not_measured, "fact.absent");
  }
  for (const auto field : {&NicPort::rate_mbps, &NicPort::width_current, &NicPort::width_max}) {
    measure();
    port().*field = KnownInt::missing("no such file");
    expect_port(Verdict::not_measured, "fact.absent");
    port().*field = -1;
    expect_port(Verdict::not_measured, "fact.impossible");
  }
  host().nics = KnownList<NicPort>::missing("no such folder");
  expect_at("node", Verdict::not_measured, "fact.absent");
}

TEST_F(NicLinks, WithoutAnOrderNothingPasses) {
  profile.machine.nics.reset();
  expect_at("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
