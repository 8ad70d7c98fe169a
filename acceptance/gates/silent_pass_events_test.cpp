// Faults that other tools were seen to pass, or that their source lets pass, fed to our gates: none
// may pass here. And states that look odd on a good node: none may be rejected.
#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kDuringRunNs = 5'000'000'000, kBeforeRunNs = 500'000'000;

class SilentEvent : public ::testing::Test {
 protected:
  SilentEvent() {
    evidence = healthy_facts(order());
    play(gates_of_a_profile(), order(), evidence, healthy_sample);
  }
  Order order() const { return {profile, Level::standard}; }
  GpuCounters& after() { return evidence.after[1]; }
  void say(std::string code, std::int64_t t_ns = kDuringRunNs, std::string text = "a line") {
    evidence.log.push_back({t_ns, "kmsg", "gpu/1", std::move(code), std::move(text)});
  }
  // The worst verdict that any gate gives anything.
  Verdict worst() const {
    Verdict worst = Verdict::pass;
    for (const Finding& finding : judge_all(gates_of_a_profile(), order(), evidence)) {
      if (finding.verdict == Verdict::fail) return Verdict::fail;
      if (finding.verdict != Verdict::pass) worst = finding.verdict;
    }
    return worst;
  }
  // The verdict of that gate, of gpu/1.
  Verdict of(std::string_view gate) const {
    for (const Finding& finding : judge_all(gates_of_a_profile(), order(), evidence)) {
      if (finding.gate == gate && finding.unit_id == "gpu/1") return finding.verdict;
    }
    return Verdict::not_applicable;
  }

  Profile profile = test_profile();
  Evidence evidence;
};

TEST_F(SilentEvent, TheNodeOfTheseTestsPassesEveryGate) { EXPECT_EQ(worst(), Verdict::pass); }

TEST_F(SilentEvent, SixHundredRemappedRows) {
  evidence.facts.gpus[1].remap_uncorrectable_rows = 600;
  EXPECT_EQ(of("memory.remap"), Verdict::fail);
  evidence.facts.gpus[1].remap_uncorrectable_rows = 0;
  after().remap_uncorrectable_rows = 600;
  EXPECT_EQ(of("events.ecc"), Verdict::fail);
}

TEST_F(SilentEvent, AMillionUncorrectableErrors) {
  evidence.facts.gpus[1].ecc_dram_uncorrected_aggregate = 1'000'000;
  EXPECT_EQ(of("memory.ecc"), Verdict::fail);
  evidence.facts.gpus[1].ecc_dram_uncorrected_aggregate = 0;
  after().ecc_dram_uncorrected = 1'000'000;
  EXPECT_EQ(of("events.ecc"), Verdict::fail);
}

TEST_F(SilentEvent, AMillionCorrectedErrors) {
  after().ecc_dram_corrected = 1'000'000;
  EXPECT_EQ(of("events.ecc"), Verdict::fail);
}

TEST_F(SilentEvent, ThrottlingUnderLoad) {
  after().throttle_hw_thermal_ns = 1;
  EXPECT_EQ(of("events.throttle"), Verdict::fail);
  after().throttle_hw_thermal_ns = 0;
  after().throttle_power_brake_ns = 1;
  EXPECT_EQ(of("events.throttle"), Verdict::fail);
}

TEST_F(SilentEvent, ABandwidthThatWasNotMeasured) {
  std::erase_if(evidence.measurements, [](const Measurement& series) {
    return series.case_id == "memory.copy" && series.unit_id == "gpu/1";
  });
  EXPECT_EQ(of("hbm.bandwidth"), Verdict::not_measured);
}

// Samples are integers, so that a number that is none arrives as a block without a value, or as one
// that cannot be; neither may count.
TEST_F(SilentEvent, ABandwidthThatIsNotANumber) {
  for (Measurement& series : evidence.measurements) {
    if (series.case_id == "memory.copy" && series.unit_id == "gpu/1") series.samples[0] = 0;
  }
  EXPECT_EQ(of("hbm.bandwidth"), Verdict::not_measured);
}

TEST_F(SilentEvent, XidsThatOthersDoNotList) {
  for (const char* code : {"xid.94", "xid.95", "xid.140", "xid.145", "xid.149", "xid.154"}) {
    evidence.log.clear();
    say(code);
    EXPECT_NE(of("events.xid"), Verdict::pass) << code;
  }
}

TEST_F(SilentEvent, TheSameXidTwice) {
  say("xid.94");
  say("xid.94", kDuringRunNs + 6'000'000'000);  // another incident
  EXPECT_EQ(of("events.xid"), Verdict::fail);
}

TEST_F(SilentEvent, AnXidThatAnEarlierRunReported) {
  say("xid.79", kBeforeRunNs);
  EXPECT_EQ(of("events.xid"), Verdict::not_measured);
  say("xid.79");
  EXPECT_EQ(of("events.xid"), Verdict::fail);
}

TEST_F(SilentEvent, NoLog) {
  evidence.node_before.kernel_log = evidence.node_after.kernel_log =
      KnownText::missing("no such file");
  EXPECT_EQ(of("events.xid"), Verdict::not_measured);
}

TEST_F(SilentEvent, AMetricThatIsMissing) {
  const std::pair<std::string_view, KnownInt GpuCounters::*> kMetrics[] = {
      {"events.ecc", &GpuCounters::ecc_dram_uncorrected},
      {"events.nvlink", &GpuCounters::nvlink_recoveries},
      {"events.pcie", &GpuCounters::aer_fatal},
      {"events.throttle", &GpuCounters::throttle_hw_thermal_ns}};
  for (const auto& [gate, metric] : kMetrics) {
    const KnownInt was = after().*metric;
    after().*metric = KnownInt::missing("[N/A]");
    EXPECT_EQ(of(gate), Verdict::not_measured) << gate;
    after().*metric = was;
  }
  EXPECT_EQ(worst(), Verdict::pass);
}

TEST_F(SilentEvent, NoCountersAtAll) {
  evidence.before.clear();
  evidence.after.clear();
  for (const char* gate : {"events.ecc", "events.nvlink", "events.pcie", "events.throttle"}) {
    EXPECT_EQ(of(gate), Verdict::not_measured) << gate;
  }
}

using HealthyEvent = SilentEvent;

TEST_F(HealthyEvent, PassesTheSoftwarePowerCapUnderLoad) {
  after().throttle_sw_power_ns = 2'000'000'000'000;
  after().throttle_reasons = 0x4;
  EXPECT_EQ(worst(), Verdict::pass);
}

TEST_F(HealthyEvent, PassesFiftyCrcErrorsASecondOnNvlink4) {
  after().nvlink_crc_flit_errors = 50 * 900;
  EXPECT_EQ(worst(), Verdict::pass);
}

TEST_F(HealthyEvent, PassesCorrectedErrorsOnNvlink5) {
  after().nvlink_symbol_errors = 1'000'000'000;
  after().nvlink_effective_ber_e18 = 1'000;
  EXPECT_EQ(worst(), Verdict::pass);
}

TEST_F(HealthyEvent, PassesXid154ThatSaysNone) {
  say("xid.154", kDuringRunNs,
      "Xid (PCI:0000:1b:00): 154, GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 "
      "(None)");
  EXPECT_EQ(worst(), Verdict::pass);
}

}  // namespace
}  // namespace ga
