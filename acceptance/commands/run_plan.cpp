#include "acceptance/commands/run_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "acceptance/commands/run_measure.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/judge.h"
#include "reports/model/units.h"

namespace ga {
namespace {

// Above every floor there is: gates then ask for stage 1 only.
constexpr std::int64_t kPassingSample = 999'000'000'000;
// Reading facts and counters twice, in seconds of the node's time.
constexpr double kReadingS = 60;

struct PlannedPhase {
  std::set<std::string> series, gates;
  std::int64_t blocks = 0;
  double seconds = 0;
};

Evidence ordered_node(const Profile& profile) {
  Evidence evidence;
  for (const std::string& unit : ordered_units(profile)) {
    GpuFacts gpu;
    gpu.unit_id = unit;
    gpu.uuid = unit;  // of which a challenge's seeds are made
    if (!profile.ordered.part_names.empty()) gpu.part_name = profile.ordered.part_names.front();
    gpu.power_limit_enforced_mw = profile.ordered.power_limit_mw;
    // Where any size will do: the length of a walk through it is asked for, not how far it goes.
    gpu.memory_bytes = std::max(profile.ordered.memory_bytes_min, std::int64_t{1} << 30);
    gpu.pcie_gen_max = gpu.pcie_gen_current = 5;
    gpu.pcie_width_max = gpu.pcie_width_current = 16;
    evidence.facts.gpus.push_back(std::move(gpu));
  }
  return evidence;
}

// A sample that no floor of that case is above, and no ceiling below.
std::int64_t passing(const Profile& profile, const Request& request) {
  std::int64_t value = kPassingSample;
  for (const Limit& limit : profile.limits) {
    if (limit.case_id != request.case_id) continue;
    if (limit.is_ceiling) return 1;
    value = std::max(value, 2 * limit.value);
  }
  return value;
}

void grant(const Profile& profile, const Request& request, Evidence& evidence) {
  auto series = std::find_if(
      evidence.measurements.begin(), evidence.measurements.end(), [&](const Measurement& known) {
        return known.gate == request.gate && known.case_id == request.case_id &&
               known.unit_id == request.unit_id && known.params == request.params;
      });
  if (series == evidence.measurements.end()) {
    Measurement added;
    added.gate = request.gate;
    added.case_id = request.case_id;
    added.unit_id = request.unit_id;
    added.params = request.params;
    added.block_ns = request.block_ns;
    series = evidence.measurements.insert(series, std::move(added));
  }
  const auto more = static_cast<std::size_t>(request.blocks);
  series->samples.insert(series->samples.end(), more, passing(profile, request));
  for (auto* readings : {&series->clock_mhz, &series->power_mw, &series->temp_mc}) {
    readings->insert(readings->end(), more, 1);
  }
  series->throttle.insert(series->throttle.end(), more, 0);
}

double seconds_of(const std::vector<Step>& steps) {
  double sum = 0;
  for (const Step& step : steps) {
    std::int64_t longest = 0;
    for (const Request& request : step.requests) {
      longest = std::max(longest, request.blocks * request.block_ns);
    }
    sum += static_cast<double>(longest) / kNsPerS;
  }
  return sum;
}

std::map<Phase, PlannedPhase> plan_of(const RunSetup& setup) {
  std::map<Phase, PlannedPhase> phases;
  Evidence evidence = ordered_node(setup.profile);
  for (int round = 0; round < kMostRounds; ++round) {
    const auto asked = ask_all(setup.gates, setup.order(), evidence);
    if (asked.empty()) break;
    const Phase phase = earliest_phase(asked);
    PlannedPhase& planned = phases[phase];
    planned.seconds += seconds_of(schedule(asked, phase));
    for (const Request& request : asked) {
      if (request.phase != phase) continue;
      std::string name = fmt::format("{} {} {}", request.gate, request.case_id, request.unit_id);
      for (const auto& [key, value] : request.params) name += fmt::format(" {}={}", key, value);
      planned.series.insert(std::move(name));
      planned.gates.insert(request.gate);
      planned.blocks += request.blocks;
      grant(setup.profile, request, evidence);
    }
  }
  return phases;
}

std::string minutes(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Where the plan warms the GPUs up: before its first phase that needs it.
bool warms(const std::map<Phase, PlannedPhase>& phases) {
  return !phases.empty() && phases.rbegin()->first >= Phase::steady;
}

}  // namespace

PlannedRun planned_run(const RunSetup& setup) {
  const auto phases = plan_of(setup);
  PlannedRun run{.seconds = warms(phases) ? static_cast<double>(warmup_seconds(setup.level)) : 0};
  std::set<std::string> gates;
  for (const auto& [phase, planned] : phases) {
    run.seconds += planned.seconds;
    gates.insert(planned.gates.begin(), planned.gates.end());
  }
  run.gates = gates.size();
  return run;
}

std::string plan_text(const RunSetup& setup) {
  const auto phases = plan_of(setup);
  const auto asked = std::count_if(setup.gates.begin(), setup.gates.end(),
                                   [&](const Gate& gate) { return setup.order().asks(gate.id); });
  std::string text =
      fmt::format("plan: profile {} {}, level {}, {} GPUs, {} gates\n\n", setup.profile.name,
                  setup.profile.version, to_word(setup.level), setup.profile.ordered.gpus, asked);
  text += fmt::format("{:<26} {:>7} {:>8} {:>9}\n", "phase", "series", "blocks", "min:sec");
  const auto row = [&](std::string_view name, std::size_t series, std::int64_t blocks,
                       double seconds) {
    text += fmt::format("{:<26} {:>7} {:>8} {:>9}\n", name, series, blocks, minutes(seconds));
  };
  row("facts and counters", 0, 0, kReadingS);
  double sum = kReadingS;
  bool warmed = false;
  for (const auto& [phase, planned] : phases) {
    if (phase >= Phase::steady && !warmed) {
      const auto seconds = static_cast<double>(warmup_seconds(setup.level));
      row("warm-up", 0, 0, seconds);
      sum += seconds;
      warmed = true;
    }
    row(to_word(phase), planned.series.size(), planned.blocks, planned.seconds);
    sum += planned.seconds;
  }
  row("all", 0, 0, sum);
  if (setup.own_clocks) {
    text += fmt::format("\na rehearsal at time scale {}: about {} of it on the wall\n",
                        setup.options.time_scale, minutes(sum * setup.scale));
  }
  text += "\nif everything passes at the first stage; checking the data comes on top\n";
  return text;
}

}  // namespace ga
