#include "acceptance/commands/slow_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "acceptance/core/floor.h"
#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "acceptance/sim/cases.h"
#include "acceptance/sim/scenario.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr std::string_view kSpeed = "gemm.bf16.cublaslt", kClock = "clock.light";
constexpr int kGpus = 4;  // the one in question, and three to compare with
constexpr double kWarmS = 300;
constexpr std::array<std::string_view, 2> kParts{"h200", "b200"};
constexpr std::array<std::string_view, 6> kWords{"no single cause", "silicon",   "cooling", "host",
                                                 "power brake",     "clock lock"};

constexpr std::array<PlacedCause, 7> kCauses{{
    {"nothing", FaultKind::slow_gemm, SlowCause::unknown, {0, 0, 0, 0}},
    {"a poor die, share of its rate",
     FaultKind::slow_gemm,
     SlowCause::silicon,
     {0.1, 0.15, 0.25, 0.4}},
    {"a poor heat sink, share of its resistance more",
     FaultKind::bad_cooling,
     SlowCause::cooling,
     {0.5, 1, 1.5, 2.5}},
    {"hot air, kelvin more", FaultKind::hot_inlet, SlowCause::cooling, {25, 33, 40, 45}},
    {"a starved host, share of the rate",
     FaultKind::host_starvation,
     SlowCause::host,
     {0.1, 0.3, 0.5, 0.8}},
    {"a power brake, share of the time",
     FaultKind::power_brake,
     SlowCause::power,
     {0.05, 0.2, 0.5, 1}},
    {"a clock lock, share of the clock",
     FaultKind::clock_locked,
     SlowCause::lock,
     {0.1, 0.3, 0.5, 0.7}},
}};

// Level standard, four GPUs, two gates, and floors that decide.
Profile profile_of(std::string_view part) {
  Profile profile = *load_profile(fmt::format("hgx-{}", part), gate_ids());
  profile.ordered.gpus = kGpus;
  profile.required = {std::string(kClock), std::string(kSpeed)};
  for (Limit& limit : profile.limits) limit.status = LimitStatus::calibrated;
  return profile;
}

Scenario scenario_of(std::string_view part, const PlacedCause& cause, double severity, int trial) {
  Scenario scenario;
  scenario.name = "slow-causes";
  scenario.part = *builtin_part(part);
  scenario.gpus = kGpus;
  scenario.seed = static_cast<std::uint64_t>(trial);
  constexpr double kInletC = 22;
  scenario.inlet_c = kInletC;
  if (cause.right == SlowCause::unknown) return scenario;
  Fault fault;
  fault.kind = cause.kind;
  fault.gpu = cause.kind == FaultKind::hot_inlet ? -1 : 0;
  fault.severity = severity;
  scenario.faults.push_back(std::move(fault));
  return scenario;
}

void measure(const Scenario& scenario, const Request& request, Evidence& evidence) {
  static ExactWorkshop workshop;
  auto* series = const_cast<Measurement*>(find_series(evidence, request));
  if (series == nullptr) {
    Measurement fresh;
    fresh.gate = request.gate;
    fresh.case_id = request.case_id;
    fresh.unit_id = request.unit_id;
    fresh.params = request.params;
    fresh.block_ns = request.block_ns;
    evidence.measurements.push_back(std::move(fresh));
    series = &evidence.measurements.back();
  }
  BlockName name;
  name.gpu = request.unit_id.back() - '0';
  name.case_id = request.case_id;
  name.params = *complete_params(*find_case(request.case_id), request.params);
  name.block_ns = request.block_ns;
  name.warm_s = request.phase >= Phase::steady ? kWarmS : 0;
  for (std::int64_t i = 0; i < request.blocks; ++i) {
    name.index = static_cast<std::int64_t>(series->samples.size());
    const SimulatedBlock block = simulate_block(scenario, name, workshop);
    series->unit = block.sample.unit;
    series->check = block.check.check;
    series->samples.push_back(block.sample.value);
    series->clock_mhz.push_back(block.sample.clock_mhz);
    series->power_mw.push_back(block.sample.power_mw);
    series->temp_mc.push_back(block.sample.temp_mc);
    series->throttle.push_back(block.sample.throttle);
  }
}

// What stands behind the readings: "... reasons 0x4: silicon".
std::optional<SlowCause> named_in(const std::string& reason) {
  const std::size_t readings = reason.find("reasons 0x");
  if (readings == std::string::npos) return std::nullopt;
  const std::size_t word = reason.find(": ", readings) + 2;
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (reason.compare(word, kWords[i].size(), kWords[i]) == 0) return static_cast<SlowCause>(i);
  }
  return std::nullopt;
}

// Measures what is not there yet.
Evidence play_node(const Order& order, const Scenario& scenario, std::vector<Measurement> known) {
  const std::vector<Gate> gates{*find_gate(kClock), *find_gate(kSpeed)};
  Evidence evidence;
  evidence.facts = facts_of(scenario);
  evidence.measurements = std::move(known);
  for (const std::string& unit : ordered_units(order.profile)) {
    const auto seconds = static_cast<std::size_t>(warmup_seconds(order.level));
    evidence.warmup.push_back({unit, 1, std::vector<std::int64_t>(seconds, 60'000)});
  }
  for (auto asked = ask_all(gates, order, evidence); !asked.empty();
       asked = ask_all(gates, order, evidence)) {
    for (const Request& request : asked) measure(scenario, request, evidence);
  }
  return evidence;
}

void count_answer(const Order& order, const Evidence& evidence, Answers& answers) {
  for (const Finding& finding : find_gate(kSpeed)->judge(order, evidence)) {
    if (finding.unit_id != "gpu/0") continue;
    const auto named = named_in(finding.reason);
    if (finding.verdict == Verdict::pass || !named) {
      ++answers.not_slow;
    } else {
      ++answers.named[static_cast<std::size_t>(*named)];
    }
  }
}

constexpr std::size_t kSeverities = std::tuple_size_v<decltype(PlacedCause::severities)>;
using AnswerTable = std::array<std::array<Answers, kSeverities>, kCauses.size()>;

AnswerTable play_part(std::string_view part, int trials) {
  const Profile profile = profile_of(part);
  const Order order{profile, Level::standard};
  AnswerTable answers;
  for (int trial = 0; trial < trials; ++trial) {
    const Scenario sound = scenario_of(part, kCauses.front(), 0, trial);
    const Evidence healthy = play_node(order, sound, {});
    count_answer(order, healthy, answers[0][0]);
    // The siblings of a GPU at fault are the same each time.
    std::vector<Measurement> siblings = healthy.measurements;
    std::erase_if(siblings, [](const Measurement& m) { return m.unit_id == "gpu/0"; });
    for (std::size_t cause = 1; cause < kCauses.size(); ++cause) {
      for (std::size_t i = 0; i < kSeverities; ++i) {
        const Scenario scenario =
            scenario_of(part, kCauses[cause], kCauses[cause].severities[i], trial);
        const bool one = scenario.faults.front().gpu == 0;
        count_answer(order, play_node(order, scenario, one ? siblings : std::vector<Measurement>()),
                     answers[cause][i]);
      }
    }
  }
  return answers;
}

// Between which severities of this part a starved host begins to be named.
std::string host_line(const AnswerTable& answers) {
  const auto cause = static_cast<std::size_t>(
      std::find_if(kCauses.begin(), kCauses.end(),
                   [](const PlacedCause& one) { return one.right == SlowCause::host; }) -
      kCauses.begin());
  const auto named = [&](std::size_t i) {
    return answers[cause][i].named[static_cast<std::size_t>(SlowCause::host)] > 0;
  };
  std::size_t first = 0;
  while (first < kSeverities && !named(first)) ++first;
  std::string line = "\n";
  if (first > 0) {
    line += fmt::format("A host that takes {} of the rate is hidden behind this part's limit. ",
                        kCauses[cause].severities[first - 1]);
  }
  if (first == kSeverities) return line + "None was named.\n";
  return line + fmt::format("One that takes {} is named.\n", kCauses[cause].severities[first]);
}

constexpr std::string_view kHead = R"(# What a slow GPU is told

Written by `slow_causes_test`, which plays simulated GPUs against the gates as shipped:
`clock.light`, then `gemm.bf16.cublaslt` at level standard with its repeat alone, and the
explanation of `acceptance/core/slow.cpp`. The test fails when this page is not what the code
yields, and says how to write it anew. Simulated only: how real GPUs starve, heat and brake is
owed.

GPU 0 of four has the cause; hot air reaches all. Each row is so many nodes with other dies and
another noise. "Not slow" is a GPU that meets its floor: the cause was too mild to matter, and
nothing is explained. "No single cause" accuses nobody. No answer may name another cause in more
than one of a hundred slow GPUs of a kind.

)";

constexpr std::string_view kTail = R"(
## How the answers come about
- **Silicon**: the power is at the limit, the clock below its maximum, and the GPU does at each
  clock what its siblings do. One that does less at each clock waits or computes otherwise.
- **Host**: full clock and less than 90 % of the limit among all, and at its floor alone. A host
  that takes less is hidden behind the power limit: while the GPU waits the limit leaves it a
  higher clock. How much that is depends on how far below its maximum clock the part runs at its
  limit, and stands below each table. It does less at each clock, which keeps it from being called
  silicon.
- **Cooling**: thermal reasons in at least half of the blocks. **Power brake**: reason 0x80 in at
  least half. **Clock lock**: `clock.light` found it; one that leaves the clock above what the
  power limit does slows nothing.
)";

}  // namespace

std::span<const PlacedCause> placed_causes() { return kCauses; }

int Answers::wrong(SlowCause right) const {
  int sum = 0;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto cause = static_cast<SlowCause>(i);
    if (cause != right && cause != SlowCause::unknown) sum += named[i];
  }
  return sum;
}

std::string slow_causes_page(int trials) {
  std::string page(kHead);
  for (const std::string_view part : kParts) {
    page += fmt::format("## {}\n{} nodes a row.\n\n| cause | severity | not slow |", part, trials);
    for (const std::string_view word : kWords) page += fmt::format(" {} |", word);
    page += "\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    const AnswerTable answers = play_part(part, trials);
    for (std::size_t cause = 0; cause < kCauses.size(); ++cause) {
      for (std::size_t i = 0; i < kSeverities; ++i) {
        const Answers& row = answers[cause][i];
        page += fmt::format("| {} | {} | {} |", kCauses[cause].words, kCauses[cause].severities[i],
                            row.not_slow);
        for (const int count : row.named) page += fmt::format(" {} |", count);
        page += "\n";
        if (kCauses[cause].right == SlowCause::unknown) break;
      }
    }
    page += host_line(answers) + (part == kParts.back() ? "" : "\n");
  }
  page += kTail;
  return page;
}

}  // namespace ga
