// What comes in from workers: recorded first, then acted on. And what is read from them at rest.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/commands/run_crew.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::int64_t kReadingNs = 60 * kNsPerS;  // facts or counters, on the worker's clock
constexpr int kMostTries = 2;

}  // namespace

Result<Outcome> RunCrew::pump(std::int64_t until_ns) {
  const std::int64_t redraw = monotonic_ns() + kNsPerS / 10;
  for (const Notice& notice : pool_.wait(std::min(until_ns, redraw), signals_.descriptor())) {
    GA_CHECK(handle(notice));
  }
  if (recording_) GA_CHECK(attempt_.write());
  view_.refresh(monotonic_ns());
  (void)signals_.take();  // counted below
  return signals_.count() > 0 ? Outcome::interrupted : Outcome::finished;
}

Status RunCrew::handle(const Notice& notice) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const auto& entry) {
    return entry.second.worker == notice.worker;
  });
  if (found == members_.end()) return Ok{};
  Member& m = found->second;
  switch (notice.kind) {
    case Notice::Kind::event:
      return on_event(m, notice.event);
    case Notice::Kind::ending:
      return on_ending(m, notice.ending);
    case Notice::Kind::departure:
      break;
  }
  return on_departure(m, notice.departure);
}

Status RunCrew::on_event(Member& m, const WireEvent& event) {
  m.wall_ns = monotonic_ns();
  if (!recording_) return Ok{};
  if (const auto* telemetry = std::get_if<TelemetryEvent>(&event.body)) {
    view_.reading(m.unit_id, *telemetry);
    return on_telemetry ? on_telemetry(m.unit_id, event) : Status(Ok{});
  }
  const auto* counters = std::get_if<CountersEvent>(&event.body);
  if (m.role == Role::watch && counters != nullptr) {
    if (on_telemetry) GA_CHECK(on_telemetry(m.unit_id, event));
    if (counters->log.empty()) return Ok{};  // a sign of life
  }
  const auto* hello = std::get_if<HelloEvent>(&event.body);
  GA_CHECK(attempt_.record(EventEntry{hello == nullptr ? m.ask : 0, event}, m.wall_ns));
  // The digest says it is the real worker; a real worker does not greet as a simulated one.
  if (hello != nullptr && hello->simulated && !setup_.simulated) {
    pool_.terminate(m.worker);
    return on_ending(m, {0, "protocol", "the worker calls itself simulated"});
  }
  return Ok{};
}

Status RunCrew::on_ending(Member& m, const Ending& ending) {
  m.ended = ending;
  const bool open = ending.id != 0;
  if (open) m.ask = 0;
  if (!recording_) return Ok{};
  std::string request;
  if (open) {
    const auto& asked = attempt_.fold().open();
    if (const auto ask = asked.find(ending.id); ask != asked.end()) {
      request = request_name(ask->second);
    }
  }
  if (ending.how != "done") {
    view_.fault(m.name, fmt::format("{}{}{}: {}", request, request.empty() ? "" : ": ", ending.how,
                                    ending.detail));
  }
  return attempt_.record(
      ExitEntry{ending.id, WorkerExit{m.name, request, ending.how, ending.detail}}, monotonic_ns());
}

Status RunCrew::on_departure(Member& m, const Departure& departure) {
  m.worker = -1;
  if (!departure.abandoned) return Ok{};
  m.lost = true;
  view_.fault(m.name, departure.detail);
  if (!recording_) return Ok{};
  return attempt_.record(ExitEntry{0, WorkerExit{m.name, "", "deadline", departure.detail}},
                         monotonic_ns());
}

Result<Outcome> RunCrew::ask_node(Verb verb, Purpose purpose) {
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    std::vector<Job> jobs(1);
    jobs[0].purpose = purpose;
    jobs[0].request.verb = verb;
    jobs[0].budget_ns = kReadingNs;
    GA_TRY(const Outcome outcome, run(jobs));
    if (outcome == Outcome::interrupted || jobs[0].how == "done") return outcome;
  }
  if (purpose == Purpose::checkpoint) {
    view_.note("no checkpoint was made: after a restart the soak goes on from the one before it");
  }
  return Outcome::finished;
}

Result<Outcome> RunCrew::read_counters(Purpose purpose, const std::vector<std::string>& units) {
  std::vector<Job> jobs;
  for (const std::string& unit : units) {
    if (!is_up(Role::load, unit)) continue;
    Job job{.role = Role::load, .purpose = purpose, .unit_id = unit};
    job.request.verb = Verb::events;
    job.budget_ns = kReadingNs;
    jobs.push_back(std::move(job));
  }
  GA_TRY(const Outcome outcome, run(jobs));
  if (outcome == Outcome::interrupted) return outcome;
  // What the node's worker says of GPUs that have spoken already is not taken.
  return ask_node(Verb::events, purpose);
}

Status RunCrew::dismiss(Role role) {
  std::vector<int> leaving;
  for (auto& [name, m] : members_) {
    if (m.role != role || m.worker < 0) continue;
    leaving.push_back(m.worker);
    pool_.stop(m.worker);
  }
  const auto present = [&](int worker) { return !pool_.gone(worker); };
  while (std::any_of(leaving.begin(), leaving.end(), present)) {
    for (const Notice& notice : pool_.wait(monotonic_ns() + kNsPerS, -1)) GA_CHECK(handle(notice));
    GA_CHECK(attempt_.write());
  }
  return Ok{};
}

Status RunCrew::dismiss(Manner manner) {
  if (manner == Manner::orderly) {
    for (auto& [name, m] : members_) {
      if (m.worker >= 0) pool_.stop(m.worker);
    }
  } else {
    recording_ = false;
    for (auto& [name, m] : members_) {
      if (m.worker >= 0) pool_.terminate(m.worker);
    }
  }
  while (!pool_.all_gone()) {
    for (const Notice& notice : pool_.wait(monotonic_ns() + kNsPerS, signals_.descriptor())) {
      GA_CHECK(handle(notice));
    }
    if (recording_) GA_CHECK(attempt_.write());
    // The second signal does not wait for anybody.
    if (signals_.take() && signals_.count() > 1) pool_.kill_all();
  }
  return Ok{};
}

}  // namespace ga
