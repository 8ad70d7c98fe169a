#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class NvlinkLinks : public MachineGateTest {
 protected:
  NvlinkLinks() : MachineGateTest(kNvlinkLinks) {}
  std::vector<NvLink>& links() { return *gpu().nvlinks.value; }
};

TEST_F(NvlinkLinks, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(NvlinkLinks, FailsFewerLinksThanOrdered) {
  links().resize(17);
  expect(Verdict::fail, "nvlink.links.missing");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  links().resize(1);
  expect(Verdict::fail, "nvlink.links.missing");
  links().clear();
  expect(Verdict::fail, "nvlink.links.missing");
}

TEST_F(NvlinkLinks, FailsALinkThatIsNotUpAndNamesItsOtherEnd) {
  links()[7].state = KnownText("inactive");
  expect(Verdict::fail, "nvlink.links.down");
  EXPECT_NE(on_gpu1().reason.find("link 7 to switch 0000:05:00.0 is inactive"), std::string::npos)
      << on_gpu1().reason;
}

// All of them at once is what a fabric that was not set up looks like, and no broken link.
TEST_F(NvlinkLinks, NoLinkUpIsAConfiguration) {
  for (NvLink& link : links()) link.state = KnownText("inactive");
  expect(Verdict::fail, "nvlink.links.none_up");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
}

TEST_F(NvlinkLinks, FailsAnotherVersionAndALowerSpeed) {
  links()[3].version = KnownText("3.0");
  expect(Verdict::fail, "nvlink.links.slow");
  measure();
  links()[3].speed_bytes_per_s = 25'000'000'000;
  expect(Verdict::fail, "nvlink.links.slow");
}

// A B200's driver answers for more links than the part has.
TEST_F(NvlinkLinks, IndicesBehindTheLastLinkAreNoLinks) {
  for (std::int64_t i = 18; i < 24; ++i) {
    NvLink none;
    none.index = i;
    none.state = KnownText("inactive");
    links().push_back(none);
  }
  expect(Verdict::pass, "");
  links()[0].state = KnownText("inactive");
  expect(Verdict::fail, "nvlink.links.down");
}

TEST_F(NvlinkLinks, ALinkThatSleepsAtRestIsUpAndHasNoSpeed) {
  links()[2].state = KnownText("sleep");
  links()[2].speed_bytes_per_s = KnownInt::missing("Not Supported");
  expect(Verdict::pass, "");
}

TEST_F(NvlinkLinks, ALinkThatSleepsIsStillOfTheVersionThatWasOrdered) {
  for (NvLink& link : *gpu().nvlinks.value) link.state = KnownText("sleep");
  expect(Verdict::pass, "");
  (*gpu().nvlinks.value)[0].version = KnownText("3.1");
  expect(Verdict::fail, "nvlink.links.slow");
  (*gpu().nvlinks.value)[0].version = KnownText::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(NvlinkLinks, WhatIsNotWrittenAsWeKnowItIsNotUp) {
  links()[0].state = KnownText("Active");
  expect(Verdict::fail, "nvlink.links.down");
  links()[0].state = KnownText("inActive");
  expect(Verdict::fail, "nvlink.links.down");
}

TEST_F(NvlinkLinks, NeverPassesAnAbsentOrImpossibleFact) {
  links()[0].state = KnownText::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
  links()[1].state = KnownText("inactive");  // known to be down, whatever link 0 is
  expect(Verdict::fail, "nvlink.links.down");
  measure();
  links()[0].version = KnownText::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  links()[0].speed_bytes_per_s = KnownInt::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  links()[0].index = KnownInt::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
  links()[0].index = 1;  // listed twice
  expect(Verdict::not_measured, "fact.impossible");
  links()[0].index = -1;
  expect(Verdict::not_measured, "fact.impossible");
  measure();
  links().push_back(links()[0]);
  links().back().index = 18;  // more links up than the part has
  expect(Verdict::not_measured, "fact.impossible");
  gpu().nvlinks = KnownList<NvLink>::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
}

class NvlinkTraffic : public NvlinkLinks {
 protected:
  // The links of gpu/1 that were active in that block of the last way of copying.
  std::int64_t& active(std::size_t block) {
    Measurement* last = nullptr;
    for (Measurement& m : evidence.measurements) {
      if (m.gate == "nvlink.p2p") last = &m;
    }
    return last->active_links[block][1];
  }
  void without_traffic() {
    std::erase_if(evidence.measurements,
                  [](const Measurement& m) { return m.gate == "nvlink.p2p"; });
  }
};

TEST_F(NvlinkTraffic, FailsALinkThatIsLostWhileDataMove) {
  active(10) = 17;
  expect(Verdict::fail, "nvlink.links.lost_under_traffic");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  active(10) = 24;  // a driver may answer for more than the part has
  expect(Verdict::pass, "");
}

TEST_F(NvlinkTraffic, NeverPassesATrafficOfWhichTheLinksWereNotRead) {
  active(3) = -1;
  expect(Verdict::not_measured, "nvlink.links.unread_under_traffic");
  active(10) = 17;  // known to be lost in another block, whatever block 3 was
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "nvlink.p2p") m.active_links.clear();
  }
  expect_all(Verdict::not_measured, "nvlink.links.unread_under_traffic");
  measure();
  for (Measurement& m : evidence.measurements) {
    for (auto& row : m.active_links) row.pop_back();
  }
  expect_all(Verdict::not_measured, "nvlink.links.unread_under_traffic");
}

// Before there is traffic, and where none is ordered, the state at rest is all there is.
TEST_F(NvlinkTraffic, AsksForNoTrafficOfItsOwn) {
  EXPECT_TRUE(gate_.next(order(), healthy_facts(order())).empty());
  without_traffic();
  expect_all(Verdict::pass, "");
  links()[7].state = KnownText("inactive");
  expect(Verdict::fail, "nvlink.links.down");
  measure();
  active(10) = 17;
  std::erase(profile.required, "nvlink.p2p");
  expect_all(Verdict::pass, "");
}

TEST_F(NvlinkLinks, WithoutAnOrderNothingPasses) {
  profile.machine.links.reset();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
