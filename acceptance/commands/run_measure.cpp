#include "acceptance/commands/run_measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "acceptance/commands/run_plan.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/judge.h"
#include "benches/cases/case_table.h"
#include "reports/model/units.h"

namespace ga {
namespace {

// On the worker's clock: to set a case up once, and to check each block.
constexpr std::int64_t kSetUpNs = 10 * kNsPerS;
constexpr std::int64_t kCheckNs = 2 * kNsPerS;
// A request that failed is tried once more; then its series is left as it is.
constexpr int kMostFailures = 2;
// A unit whose worker fails this often without a success between is left alone.
constexpr int kMostFailuresInARow = 3;
// The first warm-up of a session, and again after a worker died; then the unit is left alone.
constexpr int kMostWarmups = 3;

std::int64_t budget_ns(const WireRequest& request) {
  return kSetUpNs + request.blocks * (3 * request.block_ns + kCheckNs);
}

AskEntry name_of(const Request& request) {
  AskEntry ask;
  ask.purpose = Purpose::series;
  ask.gate = request.gate;
  ask.unit_id = request.unit_id;
  ask.request.case_id = request.case_id;
  ask.request.params = request.params;
  return ask;
}

std::int64_t run_length(const Measurement* series) {
  return series == nullptr
             ? 0
             : static_cast<std::int64_t>(series->samples.size() + series->discarded.size());
}

std::set<std::string> units_of(const std::vector<Request>& asked) {
  std::set<std::string> units;
  for (const Request& request : asked) units.insert(request.unit_id);
  return units;
}

// What a library is told when it is set up belongs to the process too.
std::string process_of(const Request& request) {
  const CaseInfo* info = find_case(request.case_id);
  const auto ctas = request.params.find("ctas");
  if (info == nullptr || ctas == request.params.end() || ctas->second == 0) {
    return std::string(info == nullptr ? std::string_view() : info->process);
  }
  return fmt::format("{}_{}", info->process, ctas->second);
}

// The case, where the gate has another name, after it.
std::string name_for_people(const Request& request) {
  if (request.gate == request.case_id) return request.gate;
  return request.gate + " " + request.case_id;
}

std::string rate_text(const Measurement& series) {
  std::vector<std::int64_t> sorted = series.samples;
  std::sort(sorted.begin(), sorted.end());
  const auto median = static_cast<double>(sorted[sorted.size() / 2]);
  if (series.unit == "bytes_per_s") return fmt::format("{:.1f} GB/s", median / 1e9);
  if (series.unit == "flops") return fmt::format("{:.1f} TFLOP/s", median / 1e12);
  if (series.unit == "ns" && median < 1e3) return fmt::format("{:.0f} ns", median);
  if (series.unit == "ns") return fmt::format("{:.2f} us", median / 1e3);
  return fmt::format("{:.0f} {}", median, series.unit == "mhz" ? "MHz" : series.unit);
}

}  // namespace

std::string_view to_word(Phase phase) {
  switch (phase) {
    case Phase::cold_exact:
      return "cold exact";
    case Phase::screen:
      return "screen";
    case Phase::steady:
      return "steady";
    case Phase::memory:
      return "memory";
    case Phase::links:
      return "links";
    case Phase::pulses:
      return "pulses";
    case Phase::soak:
      return "soak";
    case Phase::hot_exact:
      break;
  }
  return "hot exact";
}

WireRequest warmup_request(const Profile& profile, Level level) {
  WireRequest request;
  request.verb = Verb::case_;
  request.case_id = profile.warmup_case;
  request.blocks = warmup_seconds(level);
  request.block_ns = kNsPerS;
  const CaseInfo* info = find_case(profile.warmup_case);
  if (info == nullptr) return request;
  for (const CaseParameter& parameter : info->parameters) {
    const bool is_side = parameter.name == "m" || parameter.name == "n" || parameter.name == "k";
    std::int64_t value = parameter.fallback;
    if (is_side && profile.sizes.gemm_n > 0) value = profile.sizes.gemm_n;
    if (parameter.name == "bytes" && profile.sizes.hbm_array_bytes > 0) {
      value = profile.sizes.hbm_array_bytes;
    }
    request.params.emplace(parameter.name, value);
  }
  return request;
}

bool RunMeasure::may_load(const std::string& unit_id, std::string_view process) const {
  const std::string worker = worker_name(Role::load, unit_id, process);
  return crew_.has_unit(unit_id) && !crew_.is_lost(unit_id) &&
         attempt_.fold().failures_in_a_row(worker) < kMostFailuresInARow;
}

bool RunMeasure::may_be_asked(const Request& request) const {
  if (request.blocks < 1 || !may_load(request.unit_id, process_of(request))) return false;
  if (attempt_.fold().failures(topic_of(name_of(request))) >= kMostFailures) return false;
  // A worker that keeps dying leaves its unit cold, and a cold unit is not measured.
  const bool steady =
      request.phase >= Phase::steady && request.unit_id != kNodeUnit && warmups_ >= kMostWarmups;
  const auto warm = warm_starts_.find(request.unit_id);
  const bool is_warm = warm != warm_starts_.end() &&
                       warm->second == crew_.starts(request.unit_id) &&
                       crew_.is_up(Role::load, request.unit_id);
  return !steady || is_warm;
}

std::vector<Request> RunMeasure::still_asked() const {
  std::vector<Request> asked = ask_all(setup_.gates, setup_.order(), attempt_.fold().evidence());
  std::erase_if(asked, [&](const Request& request) { return !may_be_asked(request); });
  return asked;
}

Result<Outcome> RunMeasure::run() {
  const PlannedRun plan = planned_run(setup_);
  view_.expect(static_cast<std::int64_t>(plan.seconds * setup_.scale * 1e9), plan.gates);
  for (int round = 0; round < kMostRounds; ++round) {
    const std::vector<Request> asked = still_asked();
    for (const Request& request : asked) asking_.insert(request.gate);
    show_answers();
    if (asked.empty()) return Outcome::finished;
    const Phase phase = earliest_phase(asked);
    GA_TRY(const Outcome outcome, run_batch(asked, phase));
    if (outcome == Outcome::interrupted) return outcome;
  }
  view_.note("the gates keep asking; what they still want is not measured");
  return Outcome::finished;
}

Result<Outcome> RunMeasure::run_batch(const std::vector<Request>& asked, Phase phase) {
  std::vector<Request> mine;
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(mine),
               [&](const Request& request) { return request.phase == phase; });
  const std::vector<Step> steps = schedule(mine, phase);
  std::int64_t planned_ns = 0;
  for (const Step& step : steps) {
    std::int64_t longest = 0;
    for (const Request& request : step.requests) {
      longest = std::max(longest, request.blocks * request.block_ns);
    }
    planned_ns += longest;
  }
  if (phase >= Phase::steady) {
    GA_TRY(const Outcome outcome, keep_warm(mine));
    if (outcome == Outcome::interrupted) return outcome;
  }
  view_.phase(std::string(to_word(phase)),
              static_cast<std::int64_t>(static_cast<double>(planned_ns) * setup_.scale));
  for (const Step& step : steps) {
    if (phase >= Phase::steady) {
      GA_TRY(const Outcome warm, keep_warm(mine));
      if (warm == Outcome::interrupted) return warm;
    }
    GA_TRY(const Outcome outcome, run_step(step));
    if (outcome == Outcome::interrupted) return outcome;
  }
  show_results(mine);
  return phase == Phase::soak ? checkpoint(mine) : Outcome::finished;
}

// After each cycle, while nothing runs: from here the attempt may go on at another boot. Who is
// silent is on record before: a checkpoint drops nothing that was seen until then.
Result<Outcome> RunMeasure::checkpoint(const std::vector<Request>& asked) {
  std::vector<std::string> units;
  for (const std::string& unit : units_of(asked)) {
    if (unit != kNodeUnit) units.push_back(unit);
  }
  GA_TRY(Outcome outcome, watch_.note_silent());
  if (outcome == Outcome::finished) {
    GA_TRY(outcome, crew_.read_counters(Purpose::checkpoint, units));
  }
  GA_CHECK(attempt_.sync());
  return outcome;
}

Job RunMeasure::job_of(const Request& request) const {
  Job job{.role = Role::load,
          .purpose = Purpose::series,
          .unit_id = request.unit_id,
          .gate = request.gate,
          .process = process_of(request)};
  const Measurement* series = find_series(attempt_.fold().evidence(), request);
  job.request.verb = Verb::case_;
  job.request.case_id = request.case_id;
  job.request.params = request.params;
  job.request.blocks = request.blocks;
  job.request.first_block = run_length(series);
  job.request.block_ns = request.block_ns;
  const auto seed = request.params.find("seed");
  if (seed != request.params.end()) job.request.seed = seed->second;
  if (series != nullptr) job.sample_unit = series->unit;
  job.budget_ns = budget_ns(job.request);
  return job;
}

Result<Outcome> RunMeasure::run_step(const Step& step) {
  std::vector<Job> jobs;
  for (const Request& request : step.requests) {
    if (may_be_asked(request)) jobs.push_back(job_of(request));
  }
  if (jobs.empty()) return Outcome::finished;
  show(step);
  GA_TRY(const Outcome outcome, crew_.run(jobs));
  return outcome == Outcome::finished ? watch_.note_silent() : outcome;
}

// Before the first steady block of a session, and again when a worker had to be started anew, all
// units are warmed up together: none may cool while another warms.
Result<Outcome> RunMeasure::keep_warm(const std::vector<Request>& asked) {
  std::vector<std::string> units;
  bool all_warm = true;
  for (const std::string& unit : units_of(asked)) {
    if (unit == kNodeUnit || !may_load(unit)) continue;
    units.push_back(unit);
    const auto warm = warm_starts_.find(unit);
    all_warm = all_warm && warm != warm_starts_.end() && warm->second == crew_.starts(unit) &&
               crew_.is_up(Role::load, unit);
  }
  if (all_warm || warmups_ >= kMostWarmups) return Outcome::finished;
  return warm_up(units);
}

Result<Outcome> RunMeasure::warm_up(const std::vector<std::string>& units) {
  ++warmups_;
  const WireRequest request = warmup_request(setup_.profile, setup_.level);
  view_.phase("warm-up", static_cast<std::int64_t>(static_cast<double>(request.blocks) *
                                                   static_cast<double>(kNsPerS) * setup_.scale));
  std::vector<std::string> cold = units;
  for (int attempt = 0; attempt < kMostFailures && !cold.empty(); ++attempt) {
    std::vector<Job> jobs;
    for (const std::string& unit : cold) {
      view_.busy(unit, "warm-up");
      jobs.push_back({.role = Role::load,
                      .purpose = Purpose::warmup,
                      .unit_id = unit,
                      .request = request,
                      .budget_ns = budget_ns(request)});
    }
    GA_TRY(const Outcome outcome, crew_.run(jobs));
    if (outcome == Outcome::interrupted) return outcome;
    cold.clear();
    for (const Job& job : jobs) {
      if (job.how != "done") cold.push_back(job.unit_id);
    }
    std::erase_if(cold, [&](const std::string& unit) { return !may_load(unit); });
  }
  // Those that failed twice too: the gates see that their warm-up is absent.
  for (const std::string& unit : units) warm_starts_[unit] = crew_.starts(unit);
  return Outcome::finished;
}

void RunMeasure::show(const Step& step) const {
  for (const Request& request : step.requests) {
    const auto done = run_length(find_series(attempt_.fold().evidence(), request));
    view_.busy(request.unit_id, fmt::format("{} block {}", name_for_people(request), done + 1));
  }
}

void RunMeasure::show_answers() {
  const Evidence& evidence = attempt_.fold().evidence();
  for (const Gate& gate : setup_.gates) {
    if (!asking_.contains(std::string(gate.id))) continue;
    if (!gate.next(setup_.order(), evidence).empty()) continue;
    asking_.erase(std::string(gate.id));
    view_.answered(gate.id, gate.judge(setup_.order(), evidence));
  }
}

void RunMeasure::show_results(const std::vector<Request>& asked) const {
  for (const Request& request : asked) {
    const Measurement* series = find_series(attempt_.fold().evidence(), request);
    if (series == nullptr || series->samples.empty()) continue;
    const std::size_t blocks = series->samples.size();
    view_.series_done(request.unit_id,
                      fmt::format("{}: {} ({})", name_for_people(request), rate_text(*series),
                                  blocks == 1 ? "1 block" : fmt::format("{} blocks", blocks)));
  }
}

}  // namespace ga
