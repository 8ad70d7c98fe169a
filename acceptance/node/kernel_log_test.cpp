// The kernel's log from its ring and from the journal: whole, odd, overwritten, unreadable.
#include "acceptance/node/kernel_log.h"

#include <sys/stat.h>

#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

constexpr const char* kLost =
    "4,812,171167620236,-;NVRM: Xid (PCI:0000:05:00): 79, GPU has fallen off the bus.\n";

class KernelLogTest : public HostTree {
 protected:
  void ring(const std::string& text) const { put("dev/kmsg", text); }
  // A journalctl that prints this and ends with that status.
  void journal(const std::string& text, int status) const {
    put("journal.txt", text);
    put("usr/bin/journalctl", "#!/bin/sh\n/bin/cat " + (root_ / "journal.txt").string() +
                                  "\nexit " + std::to_string(status) + "\n");
    ASSERT_EQ(::chmod((root_ / "usr/bin/journalctl").c_str(), 0755), 0);
    put("proc/sys/kernel/random/boot_id", "0e4f5c1e-9a41-4c5e-8d0c-1f2e3d4c5b6a\n");
  }
  static std::string line(const std::string& boot, const std::string& message) {
    return "{\"_BOOT_ID\":\"" + boot +
           "\",\"__MONOTONIC_TIMESTAMP\":\"99\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"1500\","
           "\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":" +
           message + "}\n";
  }
  static constexpr const char* kBoot = "0e4f5c1e9a414c5e8d0c1f2e3d4c5b6a";
};

TEST_F(KernelLogTest, ReadsTheRingFromItsOldestLine) {
  ring("6,801,5140900,-;nvidia: module license 'NVIDIA' taints kernel.\n SUBSYSTEM=pci\n" +
       std::string(kLost) + " DEVICE=+pci:0000:05:00.0\n");
  const KernelHistory history = kernel_history(options_.roots, run_program);
  EXPECT_EQ(*history.source, "kmsg");
  EXPECT_EQ(*history.first_ns, 5'140'900'000);
  EXPECT_EQ(*history.last_ns, 171'167'620'236'000);
  ASSERT_EQ(history.events.size(), 1u);
  EXPECT_EQ(history.events[0].t_ns, 171'167'620'236'000);
  EXPECT_EQ(history.events[0].code, "xid.79");
}

TEST_F(KernelLogTest, AQuietRingIsAReadOne) {
  ring("6,0,0,-;Linux version 6.8.0\n");
  const KernelHistory history = kernel_history(options_.roots, run_program);
  EXPECT_EQ(*history.source, "kmsg");
  EXPECT_TRUE(history.events.empty());
  EXPECT_EQ(*history.first_ns, 0);
}

TEST_F(KernelLogTest, FollowsTheRing) {
  ring("6,0,0,-;Linux version 6.8.0\n");
  auto ring_now = KernelRing::open(options_.roots);
  ASSERT_TRUE(ring_now);
  EXPECT_TRUE((*ring_now->read()).empty());
  std::ofstream more(root_ / "dev/kmsg", std::ios::app);
  more << std::string(kLost).substr(0, 30) << std::flush;
  EXPECT_TRUE((*ring_now->read()).empty());
  more << std::string(kLost).substr(30) << std::flush;
  EXPECT_EQ((*ring_now->read()).size(), 1u);
  EXPECT_TRUE((*ring_now->read()).empty());
}

TEST_F(KernelLogTest, AMessageOfSeveralLinesIsOne) {
  ring(
      "3,9,10,-;NVRM: The NVIDIA GPU 0000:18:00.0\\x0aNVRM: (PCI ID: 10de:2901) installed in this "
      "system has\\x0aNVRM: fallen off the bus and is not responding to commands.\n");
  const KernelHistory history = kernel_history(options_.roots, run_program);
  ASSERT_EQ(history.events.size(), 1u);
  EXPECT_EQ(history.events[0].gpu, "0000:18:00.0");
}

TEST_F(KernelLogTest, ALineWithAnOddHeadIsStillRead) {
  ring(std::string("6,0,70,-;Linux version 6.8.0\n") +
       "NVRM: Xid (PCI:0000:05:00): 79, x\nodd,head;NVRM: Xid (PCI:0000:05:00): 48, x\n" +
       "6,1,x,-;NVRM: Xid (PCI:0000:05:00): 95, x\n;\n,,;\n");
  const KernelHistory history = kernel_history(options_.roots, run_program);
  ASSERT_EQ(history.events.size(), 3u);
  for (const LogEvent& event : history.events) EXPECT_EQ(event.t_ns, 70'000);
}

TEST_F(KernelLogTest, RubbishIsNoEventAndDoesNoHarm) {
  std::string rubbish = "6,0,0,-;Linux\n" + std::string(200'000, 'x') + "\\x";
  for (int i = 0; i < 256; ++i) rubbish += static_cast<char>(i);
  ring(rubbish + "\\xzz\n" + kLost);
  const KernelHistory history = kernel_history(options_.roots, run_program);
  ASSERT_EQ(history.events.size(), 1u);
}

TEST_F(KernelLogTest, ALogThatCannotBeReadIsAReasonAndNoEmptyLog) {
  const KernelHistory history = kernel_history(options_.roots, run_program);
  ASSERT_FALSE(history.source);
  EXPECT_NE(history.source.absent.find("kmsg: No such file"), std::string::npos)
      << history.source.absent;
  EXPECT_FALSE(history.first_ns);
}

TEST_F(KernelLogTest, AnEmptyRingIsNotAQuietOne) {
  ring("");
  EXPECT_FALSE(kernel_history(options_.roots, run_program).source);
}

TEST_F(KernelLogTest, FallsBackToTheJournal) {
  journal(line(kBoot, "\"Linux version 6.8.0\"") +
              line(kBoot, "\"NVRM: Xid (PCI:0000:05:00): 95, pid=1\"") +
              line(kBoot, "[69,68,65,67,32,77,67,49,58,32,49,32,85,69,32,255]") +
              line(kBoot, "null"),
          0);
  const KernelHistory history = kernel_history(options_.roots, run_program);
  EXPECT_EQ(*history.source, "journal") << history.source.absent;
  ASSERT_EQ(history.events.size(), 2u);
  EXPECT_EQ(history.events[0].code, "xid.95");
  EXPECT_EQ(history.events[0].t_ns, 1'500'000);
  EXPECT_EQ(history.events[0].source, "journal");
  EXPECT_EQ(history.events[1].code, "edac.uncorrected");
}

TEST_F(KernelLogTest, AJournalThatIsNotWholeIsNotRead) {
  const std::string good = line(kBoot, "\"NVRM: Xid (PCI:0000:05:00): 95, pid=1\"");
  const std::pair<std::string, int> cases[] = {
      {"", 0},                                                        // may not be seen
      {good, 1},                                                      // it failed
      {good + "no JSON\n", 0},                                        // garbage
      {good + "{\"MESSAGE\":\"x\"}\n", 0},                            // no time, no boot
      {good + line("ffffffffffffffffffffffffffffffff", "\"x\""), 0},  // another boot
  };
  for (const auto& [text, status] : cases) {
    journal(text, status);
    const KernelHistory history = kernel_history(options_.roots, run_program);
    EXPECT_FALSE(history.source) << text;
    EXPECT_TRUE(history.events.empty()) << text;
  }
}

TEST(JournalLine, ReadsTheKernelsOwnTimeBeforeTheJournals) {
  const auto line = parse_journal_line(
      R"({"_BOOT_ID":"ab","__MONOTONIC_TIMESTAMP":"7","MESSAGE":"hello","PRIORITY":"6"})");
  ASSERT_TRUE(line) << line.error().what();
  EXPECT_EQ(line->t_ns, 7000);
  EXPECT_EQ(line->message, "hello");
  for (const char* text :
       {"", "{}", "[]", "{\"_BOOT_ID\":\"ab\",\"__MONOTONIC_TIMESTAMP\":\"-7\"}",
        "{\"_BOOT_ID\":7,\"__MONOTONIC_TIMESTAMP\":\"7\"}",
        "{\"_BOOT_ID\":\"ab\",\"__MONOTONIC_TIMESTAMP\":\"4099276460824344798\"}"}) {
    EXPECT_FALSE(parse_journal_line(text)) << text;
  }
}

}  // namespace
}  // namespace ga
