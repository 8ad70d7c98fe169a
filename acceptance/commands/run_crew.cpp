#include "acceptance/commands/run_crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "reports/model/units.h"

namespace ga {
namespace {

// Constant parts of every deadline, in wall time: starting processes, loading libraries, building
// reference data; the simulator has only the first of these to do.
constexpr std::int64_t kSlackNs = 20 * kNsPerS;
constexpr std::int64_t kFirstSlackNs = 120 * kNsPerS;
constexpr std::int64_t kSimulatedSlackNs = 10 * kNsPerS;
constexpr std::int64_t kGraceNs = 5 * kNsPerS;
constexpr std::int64_t kSimulatedGraceNs = kNsPerS;
// All GPUs begin together: time for every worker to have read its request.
constexpr std::int64_t kStartTogetherNs = 20'000'000;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

std::string log_name(const std::string& worker) {
  std::string name = "worker-" + worker + ".log";
  for (char& c : name) {
    if (c == ' ' || c == '/') c = '-';
  }
  return name;
}

std::vector<std::string> names_only(const std::vector<std::string>& environment) {
  std::vector<std::string> names;
  for (const std::string& pair : environment) names.push_back(pair.substr(0, pair.find('=')));
  return names;
}

}  // namespace

std::string worker_name(Role role, const std::string& unit_id, std::string_view process) {
  const char* word = role == Role::node ? "facts" : role == Role::load ? "load" : "watch";
  return fmt::format("{} {}{}{}", word, unit_id, process.empty() ? "" : " ", process);
}

RunCrew::RunCrew(const RunSetup& setup, Attempt& attempt, RunSignals& signals, RunView& view)
    : setup_(setup),
      attempt_(attempt),
      signals_(signals),
      view_(view),
      pool_({.grace_ns = setup.simulated ? kSimulatedGraceNs : kGraceNs}) {}

void RunCrew::know_units(const Facts& facts) {
  units_.clear();
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.uuid) continue;
    units_[gpu.unit_id] = {*gpu.uuid, gpu.numa_node ? *gpu.numa_node : -1};
  }
}

bool RunCrew::has_unit(const std::string& unit_id) const { return !uuids_of(unit_id).empty(); }

std::vector<std::string> RunCrew::uuids_of(const std::string& unit_id) const {
  std::vector<std::string> uuids;
  for (std::size_t i = 0; unit_id == kNodeUnit && i < units_.size(); ++i) {
    const auto unit = units_.find(fmt::format("gpu/{}", i));
    if (unit == units_.end()) return {};  // one without a UUID: no worker could be given all
    uuids.push_back(unit->second.uuid);
  }
  if (const auto unit = units_.find(unit_id); unit != units_.end()) {
    uuids.push_back(unit->second.uuid);
  }
  return uuids;
}

RunCrew::Member& RunCrew::member(Role role, const std::string& unit_id,
                                 const std::string& process) {
  const std::string name = worker_name(role, unit_id, process);
  Member& found = members_[name];
  if (found.name.empty()) {
    found.role = role;
    found.unit_id = unit_id;
    found.process = process;
    found.name = name;
  }
  return found;
}

bool RunCrew::is_up(Role role, const std::string& unit_id) const {
  const auto found = members_.find(worker_name(role, unit_id));
  return found != members_.end() && found->second.worker >= 0 && pool_.alive(found->second.worker);
}

bool RunCrew::is_lost(const std::string& unit_id) const {
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const Member& m = entry.second;
    return m.role == Role::load && m.unit_id == unit_id && m.lost;
  });
}

int RunCrew::starts(const std::string& unit_id) const {
  const auto found = members_.find(worker_name(Role::load, unit_id));
  return found == members_.end() ? 0 : found->second.starts;
}

std::int64_t RunCrew::slack_ns(const Member& member) const {
  if (setup_.simulated) return kSimulatedSlackNs;
  return member.wall_ns == 0 ? kFirstSlackNs : kSlackNs;
}

Status RunCrew::start(Member& member) {
  SpawnSpec spec;
  spec.arguments = setup_.worker;
  if (member.role == Role::node) {
    spec.arguments.insert(spec.arguments.end(), setup_.node_worker.begin(),
                          setup_.node_worker.end());
  }
  if (member.role == Role::load || member.unit_id != kNodeUnit) {
    for (const std::string& uuid : uuids_of(member.unit_id)) {
      spec.arguments.insert(spec.arguments.end(), {"--gpu", uuid});
    }
  }
  if (member.unit_id != kNodeUnit) {
    spec.cpus = cpus_of_numa_node(units_.at(member.unit_id).numa_node);
  }
  spec.environment = worker_environment();
  spec.log = setup_.options.out + "/" + log_name(member.name);
  member.ended.reset();
  member.ask = 0;
  member.wall_ns = 0;
  ++member.starts;
  auto started = pool_.start(spec, monotonic_ns() + slack_ns(member));
  if (!started) {
    member.ended = Ending{0, "error", started.error().what()};
    return Ok{};
  }
  member.worker = *started;
  if (!recording_) return Ok{};
  return attempt_.record(SpawnEntry{.worker = member.name,
                                    .pid = pool_.pid(member.worker),
                                    .arguments = spec.arguments,
                                    .environment = names_only(spec.environment),
                                    .cpus = spec.cpus},
                         monotonic_ns());
}

// Started and greeted, each of them, or ended with a reason. A dying worker must be gone before the
// next one may touch its GPU.
Result<Outcome> RunCrew::make_ready(const std::vector<Member*>& members) {
  for (;;) {
    bool waiting = false;
    for (Member* m : members) {
      if (m->lost) continue;
      if (m->worker < 0 && !m->ended) GA_CHECK(start(*m));
      if (m->worker < 0) continue;
      waiting = waiting || !pool_.ready(m->worker);
    }
    if (!waiting) return Outcome::finished;
    GA_TRY(const Outcome outcome, pump(kForever));
    if (outcome == Outcome::interrupted) return outcome;
  }
}

WireRequest RunCrew::complete(const Member& member, const Job& job,
                              std::int64_t start_at_ns) const {
  WireRequest request = job.request;
  request.id = attempt_.fold().next_ask();
  if (member.role == Role::load || member.unit_id != kNodeUnit) {
    request.gpus = uuids_of(member.unit_id);
  }
  const Conversation* conversation =
      member.worker < 0 ? nullptr : pool_.conversation(member.worker);
  if (setup_.own_clocks) {
    // A simulated clock stands still between requests, each worker's at a moment of its own.
    if (job.budget_ns > 0 && conversation != nullptr) {
      request.deadline_ns = conversation->worker_ns() + job.budget_ns;
    }
    return request;
  }
  if (job.request.verb == Verb::case_) request.start_at_ns = start_at_ns;
  if (job.budget_ns > 0) request.deadline_ns = start_at_ns + job.budget_ns + slack_ns(member);
  return request;
}

Status RunCrew::send(Member& member, Job& job, std::int64_t start_at_ns) {
  const AskEntry ask{.ask = attempt_.fold().next_ask(),
                     .worker = member.name,
                     .purpose = job.purpose,
                     .gate = job.gate,
                     .unit_id = job.unit_id,
                     .request = complete(member, job, start_at_ns)};
  GA_CHECK(attempt_.record(ask, monotonic_ns()));
  member.ask = ask.ask;
  if (member.worker >= 0 && pool_.ready(member.worker)) {
    member.ended.reset();
    job.request = ask.request;
    return Ok{};
  }
  // It never came up: the request ends with the worker's own end.
  const Ending why = member.ended.value_or(Ending{0, "error", "the worker could not be started"});
  return on_ending(member, {ask.ask, why.how, why.detail});
}

Result<Outcome> RunCrew::run(std::vector<Job>& jobs) {
  std::vector<Member*> members;
  for (Job& job : jobs) {
    Member& m = member(job.role, job.unit_id, job.process);
    // What an earlier worker came to says nothing about the one to be started.
    if (m.worker < 0 || !pool_.alive(m.worker)) m.ended.reset();
    members.push_back(&m);
  }
  GA_TRY(Outcome outcome, make_ready(members));
  if (outcome == Outcome::interrupted) return outcome;
  const std::int64_t start_at = monotonic_ns() + kStartTogetherNs;
  for (std::size_t i = 0; i < jobs.size(); ++i) GA_CHECK(send(*members[i], jobs[i], start_at));
  GA_CHECK(attempt_.sync());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Member& m = *members[i];
    if (m.ended) continue;
    const auto wall_ns =
        static_cast<std::int64_t>(static_cast<double>(jobs[i].budget_ns) * setup_.scale);
    const std::int64_t deadline =
        jobs[i].budget_ns == 0 ? 0 : monotonic_ns() + wall_ns + 2 * slack_ns(m);
    const bool of_unit = m.role != Role::node && jobs[i].request.verb == Verb::events;
    pool_.ask(m.worker, {jobs[i].request, jobs[i].sample_unit, of_unit ? m.unit_id : std::string()},
              deadline);
  }
  const auto busy = [&] {
    return std::any_of(members.begin(), members.end(), [](const Member* m) { return !m->ended; });
  };
  while (busy()) {
    GA_TRY(outcome, pump(kForever));
    if (outcome == Outcome::interrupted) return outcome;
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].how = members[i]->ended->how;
    jobs[i].detail = members[i]->ended->detail;
  }
  return Outcome::finished;
}

Result<Outcome> RunCrew::start_watching(const std::vector<std::string>& units) {
  std::vector<Member*> members;
  for (const std::string& unit : units) members.push_back(&member(Role::watch, unit));
  GA_TRY(const Outcome outcome, make_ready(members));
  if (outcome == Outcome::interrupted) return outcome;
  std::vector<Job> jobs;
  for (Member* m : members) {
    Job& job = jobs.emplace_back();
    job.role = Role::watch;
    job.purpose = Purpose::watch;
    job.unit_id = m->unit_id;
    job.request.verb = m->unit_id == kNodeUnit ? Verb::log : Verb::watch;
    GA_CHECK(send(*m, job, 0));
  }
  GA_CHECK(attempt_.sync());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!members[i]->ended) pool_.ask(members[i]->worker, {jobs[i].request}, 0);
  }
  return Outcome::finished;
}

Result<Facts> RunCrew::peek_facts() {
  recording_ = false;
  Member& m = member(Role::node, "node");
  std::optional<Facts> facts;
  GA_TRY(const Outcome ready, make_ready({&m}));
  if (ready == Outcome::finished && m.worker >= 0 && pool_.ready(m.worker)) {
    m.ended.reset();
    WireRequest request;
    request.id = 1;
    pool_.ask(m.worker, {request}, monotonic_ns() + 2 * slack_ns(m) + kFirstSlackNs / 4);
    while (!m.ended && !facts) {
      for (const Notice& notice : pool_.wait(kForever, signals_.descriptor())) {
        const auto* answer = std::get_if<FactsEvent>(&notice.event.body);
        if (notice.kind == Notice::Kind::event && answer != nullptr) facts = answer->facts;
        if (notice.kind == Notice::Kind::ending) m.ended = notice.ending;
      }
      if (signals_.take()) break;
    }
  }
  pool_.kill_all();
  while (!pool_.all_gone()) pool_.wait(monotonic_ns() + kNsPerS, -1);
  members_.clear();
  recording_ = true;
  if (facts) return *std::move(facts);
  return Error(ErrorCode::environment, fmt::format("the node's facts could not be read: {}",
                                                   m.ended ? m.ended->detail : "interrupted"));
}

}  // namespace ga
