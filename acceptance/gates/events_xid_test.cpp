#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kInRunNs = 6'000'000'000, kBeforeNs = 500'000'000;
constexpr std::int64_t kLaterNs = 5'000'000'001;  // another incident

std::string changed(const char* to) {
  return std::string("GPU recovery action changed from 0x1 (GPU Reset Required) to ") + to;
}

class EventsXid : public GateTest {
 protected:
  EventsXid() : GateTest(kEventsXid) {}
  void say(std::string code, std::string text = "a line", std::int64_t t_ns = kInRunNs,
           std::string unit = "gpu/1") {
    evidence.log.push_back({t_ns, "kmsg", std::move(unit), std::move(code), std::move(text)});
  }
  void expect_node(Verdict verdict, std::string_view code) const {
    EXPECT_EQ(to_word(on("node").verdict), to_word(verdict)) << on("node").reason;
    EXPECT_EQ(on("node").code, code);
  }
};

TEST_F(EventsXid, PassesASilentLog) {
  expect_all(Verdict::pass, "");
  expect_node(Verdict::pass, "");
}

TEST_F(EventsXid, FailsAGpuThatFellOffTheBus) {
  say("xid.79");
  expect(Verdict::fail, "events.xid.fault");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  expect_node(Verdict::pass, "");
  measure();
  say("nvrm.fallen_off_bus");
  expect(Verdict::fail, "events.xid.fault");
}

TEST_F(EventsXid, AsksForAResoakAfterTheFirstAndFailsTheSecond) {
  for (const char* code : {"xid.48", "xid.94", "xid.95", "xid.140"}) {
    measure();
    say(code);
    expect(Verdict::not_measured, "events.xid.reset");
    say(code, "a line", kInRunNs + kLaterNs);
    expect(Verdict::fail, "events.xid.again");
  }
}

TEST_F(EventsXid, AsksForARestartWhereNoMemoryIsConcernedAndFailsTheSecond) {
  say("xid.119");
  expect(Verdict::not_measured, "events.xid.restart");
  say("xid.119", "a line", kInRunNs + kLaterNs);
  expect(Verdict::fail, "events.xid.again");
}

TEST_F(EventsXid, LinesOfOneIncidentAreOne) {
  say("xid.94");
  say("xid.94", "another line", kInRunNs + kLaterNs - 1);
  expect(Verdict::not_measured, "events.xid.reset");
  say("xid.94", "a third", kInRunNs + kLaterNs + 1);  // soon after the second, late after the first
  expect(Verdict::fail, "events.xid.again");
}

// Xid 154 repeats what other messages ask for, and its "none" is good news.
TEST_F(EventsXid, AChangeOfTheRecoveryActionIsNoSecondFault) {
  say("xid.154", changed("0x1 (GPU Reset Required)"));
  say("xid.154", changed("0x0 (None)"), kInRunNs + kLaterNs);
  expect(Verdict::not_measured, "events.xid.restart");
  say("xid.154", changed("0x2 (Node Reboot Required)"), kInRunNs + 2 * kLaterNs);
  expect(Verdict::not_measured, "events.xid.restart");
}

TEST_F(EventsXid, TheTablesBlameIsTheFindings) {
  say("sxid.10004", "a line", kInRunNs, "0000:05:00.0");
  EXPECT_EQ(on("node").blame, Blame::site);
}

TEST_F(EventsXid, CountsWhatWasSaidEarlierInThisBootAsTheFirst) {
  say("xid.94", "a line", kBeforeNs);
  say("xid.94", "a line", kInRunNs);
  expect(Verdict::fail, "events.xid.again");
}

TEST_F(EventsXid, OneLineFromRingAndJournalIsOne) {
  say("xid.94", "a line", kBeforeNs);
  say("xid.94", "a line", kInRunNs);
  evidence.log.front().source = "journal";
  expect(Verdict::not_measured, "events.xid.reset");
}

TEST_F(EventsXid, AFaultBeforeTheRunNeitherFailsNorPasses) {
  for (const char* code : {"xid.79", "xid.94", "xid.145", "xid.9999"}) {
    measure();
    say(code, "a line", kBeforeNs);
    expect(Verdict::not_measured, "events.xid.earlier");
  }
}

TEST_F(EventsXid, AProgramsErrorBeforeTheRunWarns) {
  say("xid.31", "a line", kBeforeNs);
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(EventsXid, AProgramsErrorInTheRunIsTheSuitesAndNoPass) {
  say("xid.31");
  expect(Verdict::not_measured, "events.xid.program");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(EventsXid, JudgesXid154ByTheActionItCarries) {
  say("xid.154", changed("0x0 (None)"));
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  measure();
  say("xid.154", changed("0x1 (GPU Reset Required)"));
  expect(Verdict::not_measured, "events.xid.restart");
  measure();
  say("xid.154", "words that cannot be read");
  expect(Verdict::not_measured, "events.xid.investigate");
}

TEST_F(EventsXid, JudgesLinkErrorsByTheirSubCode) {
  say("xid.145", "145, RLW_REMAP Nonfatal XC0 i0 Link 03 (0x00000004 0x00000100 0x0 0x0 0x0 0x0)");
  expect(Verdict::pass, "");
  measure();
  say("xid.145", "145, RLW_REMAP Nonfatal XC0 i0 Link 03 (0x00000004 0x00000001 0x0 0x0 0x0 0x0)");
  expect(Verdict::not_measured, "events.xid.investigate");
  measure();
  say("xid.145", "145, RLW_REMAP Fatal XC0 i0 Link 03 (0x00000004 0x00000100 0x0 0x0 0x0 0x0)");
  expect(Verdict::fail, "events.xid.fabric");
}

TEST_F(EventsXid, NeverPassesWhatTheTableDoesNotKnow) {
  for (const char* code : {"xid.9999", "xid.unreadable"}) {
    measure();
    say(code);
    expect(Verdict::not_measured, "events.xid.unknown");
  }
  measure();
  say("nvrm.init_failed");
  expect(Verdict::not_measured, "events.xid.investigate");
}

TEST_F(EventsXid, AnAssertionOfTheDriverAloneWarns) {
  say("nvrm.assert");
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(EventsXid, TheWorstCounts) {
  say("xid.31");
  say("xid.94");
  say("xid.79");
  say("xid.9999");
  expect(Verdict::fail, "events.xid.fault");
}

TEST_F(EventsXid, ASwitchOrAGpuThatIsNotOrderedIsTheNodes) {
  say("sxid.10003", "nvswitch", kInRunNs, "0000:07:00.0");
  expect_node(Verdict::fail, "events.xid.fabric");
  expect_all(Verdict::pass, "");
  measure();
  say("xid.79", "a line", kInRunNs, "gpu/9");
  expect_node(Verdict::fail, "events.xid.fault");
  measure();
  say("sxid.1", "nvswitch", kInRunNs, "");
  expect_node(Verdict::not_measured, "events.xid.unknown");
}

TEST_F(EventsXid, ALogThatCannotBeReadIsNotMeasured) {
  for (auto* node : {&evidence.node_before, &evidence.node_after}) {
    measure();
    node->kernel_log = KnownText::missing("/dev/kmsg: Operation not permitted");
    expect_all(Verdict::not_measured, "events.xid.log_unreadable");
    expect_node(Verdict::not_measured, "events.xid.log_unreadable");
    measure();
    node->kernel_log_last_ns = KnownInt::missing("no line");
    expect_all(Verdict::not_measured, "events.xid.log_unreadable");
    node->kernel_log_last_ns = -1;
    expect_all(Verdict::not_measured, "events.xid.log_unreadable");
  }
  measure();
  evidence.node_after.kernel_log_first_ns = *evidence.node_after.kernel_log_last_ns + 1;
  expect_all(Verdict::not_measured, "events.xid.log_unreadable");
}

TEST_F(EventsXid, ALogThatLostLinesOfTheRunIsNotMeasured) {
  evidence.node_after.kernel_log_first_ns = 2'000'000'000;
  expect_all(Verdict::not_measured, "events.xid.log_lost");
  measure();
  evidence.node_after.kernel_log_last_ns = 1;  // another boot
  expect_all(Verdict::not_measured, "events.xid.log_lost");
  for (const char* code : {"log.lost", "log.cut"}) {
    measure();
    say(code, "lines are missing", kInRunNs, "");
    expect_all(Verdict::not_measured, "events.xid.log_lost");
    evidence.log.front().t_ns = kBeforeNs;
    expect_all(Verdict::pass, "");
  }
}

TEST_F(EventsXid, TheLogsOfTwoBootsAreNotMeasured) {
  evidence.node_after.boot_id = KnownText("another");
  expect_all(Verdict::not_measured, "events.other_boot");
  expect_node(Verdict::not_measured, "events.other_boot");
}

TEST_F(EventsXid, AFollowerThatFellSilentIsNotMeasured) {
  evidence.gaps = {{"gpu/1", 0, 11'000'000'000}};  // sees clocks and no log
  expect_all(Verdict::pass, "");
  evidence.gaps = {{"node", 0, 11'000'000'000}};
  expect_all(Verdict::not_measured, "events.xid.log_silent");
  say("xid.79");
  EXPECT_EQ(on_gpu1().code, "events.xid.fault") << "what is known to be bad counts";
}

}  // namespace
}  // namespace ga
