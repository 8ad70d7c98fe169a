// Whatever the evidence: judging never crashes, never passes what is not there, and asking ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>

#include "acceptance/core/codes.h"
#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class AnyEvidence : public ::testing::Test {
 protected:
  // A number that a worker, a bug or an attacker might send.
  std::int64_t number() {
    constexpr std::int64_t kOdd[] = {0,
                                     1,
                                     -1,
                                     2,
                                     1000,
                                     850'000,
                                     1'000'000,
                                     std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::int64_t>::min(),
                                     (std::int64_t{1} << 53) - 1};
    return random_() % 2 == 0 ? kOdd[random_() % std::size(kOdd)]
                              : static_cast<std::int64_t>(random_());
  }
  std::string word() {
    constexpr const char* kWords[] = {
        "",    "gpu/0",   "gpu/1", "hbm.bandwidth", "memory.copy",
        "nan", "pattern", "done",  "signal",        "0123456789abcdef"};
    return kWords[random_() % std::size(kWords)];
  }

  // Spoils some of the fields of a fact sheet.
  template <class T>
  void spoil_fields(T& sheet) {
    T::visit_fields(sheet, [&](const char*, auto& known) {
      if (random_() % 8 != 0) return;
      using Value = std::decay_t<decltype(*known.value)>;
      if (random_() % 2 == 0) {
        known = Known<Value>::missing("spoilt");
      } else if constexpr (std::is_same_v<Value, std::int64_t>) {
        known = number();
      } else if constexpr (std::is_same_v<Value, bool>) {
        known = random_() % 2 == 0;
      } else if constexpr (kIsKnownList<decltype(known)>) {
        known = Value(random_() % 20);
        for (auto& entry : *known.value) spoil_fields(entry);
      } else {
        known = Known<Value>(word());
      }
    });
  }

  void spoil_series(Measurement& m) {
    std::vector<std::int64_t>* columns[] = {&m.samples, &m.clock_mhz, &m.power_mw, &m.temp_mc,
                                            &m.throttle};
    auto& column = *columns[random_() % 5];
    switch (random_() % 8) {
      case 0:
        column.resize(random_() % 40, number());
        break;
      case 1:
        if (!column.empty()) column[random_() % column.size()] = number();
        break;
      case 2:
        m.check.reset();
        break;
      case 3:
        if (m.check) m.check->wrong = number();
        break;
      case 4:
        if (m.check) m.check->got = word();
        break;
      case 5:
        m.unit = word();
        break;
      case 6:
        m.discarded.resize(random_() % 5, {number(), word()});
        break;
      default:
        m.params["hot"] = number();
        break;
    }
  }

  void spoil(Evidence& evidence) {
    for (GpuFacts& gpu : evidence.facts.gpus) {
      if (random_() % 3 == 0) spoil_fields(gpu);
    }
    if (random_() % 3 == 0) spoil_fields(evidence.facts.node);
    if (random_() % 3 == 0) spoil_fields(evidence.facts.host);
    if (random_() % 3 == 0) spoil_fields(evidence.facts.bmc);
    for (auto* counters : {&evidence.before, &evidence.after}) {
      for (GpuCounters& c : *counters) {
        if (random_() % 4 == 0) spoil_fields(c);
      }
    }
    for (NodeCounters* node : {&evidence.node_before, &evidence.node_after}) {
      if (random_() % 3 == 0) spoil_fields(*node);
    }
    constexpr const char* kCodes[] = {"xid.79", "xid.94",   "xid.",
                                      "sxid.1", "log.lost", "aer.fatal"};
    for (std::uint64_t lines = random_() % 4; lines > 0; --lines) {
      evidence.log.push_back(
          {number(), word(), word(), kCodes[random_() % std::size(kCodes)], word()});
    }
    for (Measurement& m : evidence.measurements) {
      if (random_() % 4 == 0) spoil_series(m);
    }
    for (Warmup& w : evidence.warmup) {
      if (random_() % 4 == 0) w.temp_mc.resize(random_() % 400, number());
    }
    if (random_() % 3 == 0) evidence.exits.push_back({word(), word(), word(), word()});
    if (random_() % 3 == 0 && !evidence.facts.gpus.empty()) evidence.facts.gpus.pop_back();
  }

  static Request name_of(const Measurement& m) {
    Request name;
    name.gate = m.gate;
    name.case_id = m.case_id;
    name.unit_id = m.unit_id;
    name.params = m.params;
    return name;
  }
  static bool is_whole(const Measurement& m, const Measurement& asked) {
    const auto positive = [](std::int64_t x) { return x > 0; };
    const std::size_t n = m.samples.size();
    return n >= asked.samples.size() && m.clock_mhz.size() == n && m.power_mw.size() == n &&
           m.temp_mc.size() == n && m.throttle.size() == n && m.unit == asked.unit && m.check &&
           m.check->kind == asked.check->kind && m.check->wrong == 0 && m.discarded.size() <= 2 &&
           std::all_of(m.samples.begin(), m.samples.end(), positive) &&
           std::all_of(m.clock_mhz.begin(), m.clock_mhz.end(), positive) &&
           (asked.check->got.empty() || m.check->got == asked.check->got);
  }

  std::mt19937_64 random_{20261122};
};

TEST_F(AnyEvidence, IsJudgedWithoutACrashAndWithCodesOfTheTable) {
  const Profile profile = test_profile();
  for (const Level level : {Level::quick, Level::standard}) {
    const Order order{profile, level};
    Evidence good = healthy_facts(order);
    play(gates_of_a_profile(), order, good, healthy_sample);
    for (int trial = 0; trial < 100; ++trial) {
      Evidence evidence = good;
      spoil(evidence);
      for (const Gate& gate : gates_of_a_profile()) {
        const auto findings = gate.judge(order, evidence);
        EXPECT_FALSE(findings.empty()) << gate.id;
        for (const Finding& finding : findings) {
          EXPECT_EQ(finding.gate, gate.id);
          const bool known = finding.verdict == Verdict::pass
                                 ? finding.code.empty()
                                 : find_code(finding.code) != nullptr && !finding.next_step.empty();
          EXPECT_TRUE(known) << gate.id << " " << finding.code;
        }
      }
    }
  }
}

// An oracle of its own: a unit may pass a measuring gate only if each series that the gate asked
// for is there, checked, right, whole and possible, and no worker ended badly over it.
TEST_F(AnyEvidence, APassMeansThatEveryPieceIsThere) {
  const Profile profile = test_profile();
  const Order order{profile, Level::standard};
  Evidence good = healthy_facts(order);
  play(gates_of_a_profile(), order, good, healthy_sample);
  int passes = 0;
  for (int trial = 0; trial < 130; ++trial) {
    Evidence evidence = good;
    spoil(evidence);
    std::map<std::string, std::vector<Finding>> judged;
    for (const Measurement& asked : good.measurements) {
      std::vector<Finding>& findings = judged[asked.gate];
      if (findings.empty()) findings = find_gate(asked.gate)->judge(order, evidence);
      const auto finding = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) {
        return f.unit_id == asked.unit_id;
      });
      if (finding == findings.end() || finding->verdict != Verdict::pass) continue;
      ++passes;
      const Measurement* m = find_series(evidence, name_of(asked));
      ASSERT_NE(m, nullptr) << asked.gate;
      EXPECT_TRUE(is_whole(*m, asked)) << asked.gate << " " << asked.unit_id;
      const bool is_known = asked.unit_id == kNodeUnit
                                ? evidence.facts.gpus.size() == good.facts.gpus.size()
                                : evidence.facts.find(asked.unit_id) != nullptr;
      EXPECT_TRUE(is_known) << asked.gate;
    }
  }
  EXPECT_GT(passes, 1000) << "the trial must not be vacuous";
}

// Takes away one needed piece after the other: no finding that passed may go on passing unless the
// piece was another unit's or another gate's.
TEST_F(AnyEvidence, NoGatePassesAUnitThatNothingIsKnownOf) {
  const Profile profile = test_profile();
  const Order order{profile, Level::standard};
  Evidence good = healthy_facts(order);
  play(gates_of_a_profile(), order, good, healthy_sample);
  const auto none_passes = [&](const Evidence& evidence, const std::string& gate_id) {
    for (const Finding& finding : find_gate(gate_id)->judge(order, evidence)) {
      EXPECT_NE(finding.verdict, Verdict::pass) << gate_id << " " << finding.unit_id;
    }
  };
  for (const std::string& id : gate_ids()) none_passes(Evidence{}, id);
  for (std::size_t i = 0; i < good.measurements.size(); ++i) {
    const Measurement& gone = good.measurements[i];
    Evidence evidence = good;
    evidence.measurements.erase(evidence.measurements.begin() + static_cast<std::ptrdiff_t>(i));
    for (const Finding& finding : find_gate(gone.gate)->judge(order, evidence)) {
      const bool passes = finding.verdict == Verdict::pass;
      EXPECT_FALSE(passes && finding.unit_id == gone.unit_id) << gone.gate;
    }
  }
}

// Ratios beside floors in an acceptance profile, or alone in a ci profile.
Profile with_ratios(ProfileKind kind) {
  Profile profile = test_profile();
  profile.kind = kind;
  if (kind == ProfileKind::ci) profile.limits.clear();
  const auto add = [&](const char* gate, const char* case_id, const char* of, std::int64_t ppm) {
    Ratio ratio;
    ratio.gate = gate;
    ratio.case_id = case_id;
    ratio.of_case = of;
    ratio.min_ppm = ppm;
    profile.ratios.push_back(ratio);
  };
  add("hbm.bandwidth", "memory.copy", "memory.d2d", 900'000);
  add("pcie.h2d", "pcie.h2d", "pcie.link", 750'000);
  add("gemm.bf16.own", "gemm.bf16.own", "gemm.bf16.cublaslt", 600'000);
  return profile;
}

// Whoever measures all that is asked for gets an answer, however fast or slow the machine is.
TEST_F(AnyEvidence, AskingEndsIsBoundedAnsweredAndVerifies) {
  const Profile profiles[] = {test_profile(), with_ratios(ProfileKind::acceptance),
                              with_ratios(ProfileKind::ci)};
  for (int trial = 0; trial < 60; ++trial) {
    const Order order{profiles[trial % 3], trial % 2 == 0 ? Level::quick : Level::standard};
    Evidence evidence = healthy_facts(order);
    if (trial % 5 == 0) evidence.warmup[2].temp_mc.back() += 5'000;
    const auto spread = std::uint64_t{1} << (trial % 10);  // thousandths
    const Machine machine = [&](const Request& request, std::size_t block) {
      const auto share = static_cast<std::int64_t>(random_() % spread) + 1000 -
                         static_cast<std::int64_t>(spread / 2);
      return std::max<std::int64_t>(1, healthy_sample(request, block) / 1000 * share);
    };
    EXPECT_LE(play(gates_of_a_profile(), order, evidence, machine), 5);
    for (const Measurement& m : evidence.measurements) EXPECT_LE(m.samples.size(), 30u);
    const Status asked = check_asked(gates_of_a_profile(), order, evidence);
    EXPECT_TRUE(asked) << (asked ? "" : asked.error().what());
    for (const Gate& gate : gates_of_a_profile()) {
      for (const Finding& finding : gate.judge(order, evidence)) {
        EXPECT_FALSE(finding.code.starts_with("evidence.") || finding.code == "series.absent")
            << gate.id << " " << finding.unit_id << " " << finding.reason;
      }
    }
  }
}

// What a worker's end or a wrong answer adds later must not undo what was asked for.
TEST_F(AnyEvidence, AFaultAtTheEndDoesNotUnaskWhatWasMeasured) {
  const Profile profile = test_profile();
  const Order order{profile, Level::standard};
  Evidence evidence = healthy_facts(order);
  play(gates_of_a_profile(), order, evidence, [](const Request& request, std::size_t block) {
    return healthy_sample(request, block) / 1000 * 960;
  });
  for (Measurement& m : evidence.measurements) {
    evidence.exits.push_back({"load " + m.unit_id, m.gate + " " + m.case_id, "signal", "SIGSEGV"});
    m.check->wrong = 1;
  }
  EXPECT_TRUE(check_asked(gates_of_a_profile(), order, evidence));
}

}  // namespace
}  // namespace ga
