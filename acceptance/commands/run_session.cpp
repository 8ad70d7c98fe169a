#include "acceptance/commands/run_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "acceptance/commands/console.h"
#include "acceptance/commands/run_challenge.h"
#include "acceptance/commands/run_measure.h"

namespace ga {
namespace {

std::string known_text(const KnownText& text) { return text ? *text : "absent"; }

// Who the node is and what drives it, in lines; what may change from hour to hour is left out.
std::string identity_of(const Facts& facts) {
  std::string text = fmt::format("driver {}\n", known_text(facts.node.driver_version));
  for (const GpuFacts& gpu : facts.gpus) {
    text += fmt::format("{} uuid {} serial {} vbios {}\n", gpu.unit_id, known_text(gpu.uuid),
                        known_text(gpu.serial), known_text(gpu.vbios));
  }
  return text;
}

}  // namespace

RunSession::RunSession(const RunSetup& setup, Attempt& attempt, RunSignals& signals, RunView& view,
                       RunLock& lock)
    : setup_(setup),
      attempt_(attempt),
      signals_(signals),
      view_(view),
      lock_(lock),
      crew_(setup, attempt, signals, view) {}

Status RunSession::check_same_node() {
  if (!attempt_.fold().has_facts()) return Ok{};
  GA_TRY(const Facts now, crew_.peek_facts());
  if (identity_of(now) == identity_of(attempt_.fold().evidence().facts)) return Ok{};
  return Error(ErrorCode::usage,
               "this is not the node, or not the driver, that the attempt began with")
      .hinted("start a new attempt with another --out");
}

Result<Outcome> RunSession::read_facts() {
  Outcome outcome = Outcome::finished;
  if (!attempt_.fold().has_facts()) {
    view_.phase("facts", 0);
    GA_TRY(outcome, crew_.ask_node(Verb::facts, Purpose::facts));
  }
  crew_.know_units(attempt_.fold().evidence().facts);
  if (outcome == Outcome::finished) GA_CHECK(lock_gpus());
  return outcome;
}

Status RunSession::lock_gpus() {
  if (setup_.simulated) return Ok{};
  const std::string holder =
      fmt::format("process {} with --out {}", ::getpid(), setup_.options.out);
  for (const GpuFacts& gpu : attempt_.fold().evidence().facts.gpus) {
    if (gpu.uuid) GA_CHECK(lock_.take(gpu_lock_path(*gpu.uuid), holder));
  }
  return Ok{};
}

Result<Outcome> RunSession::read_before() {
  if (attempt_.fold().has_before()) return Outcome::finished;
  return crew_.ask_node(Verb::events, Purpose::before);
}

// Of the GPUs whose counters after the load are not on record yet.
Result<Outcome> RunSession::read_after() {
  const Evidence& evidence = attempt_.fold().evidence();
  std::vector<std::string> missing;
  for (const GpuFacts& gpu : evidence.facts.gpus) {
    const bool has = std::any_of(evidence.after.begin(), evidence.after.end(),
                                 [&](const auto& after) { return after.unit_id == gpu.unit_id; });
    if (!has && gpu.uuid) missing.push_back(gpu.unit_id);
  }
  return crew_.read_counters(Purpose::after, missing);
}

Result<Outcome> RunSession::load_node() {
  RunWatch watch(setup_, attempt_, crew_);
  RunMeasure measure(setup_, attempt_, crew_, watch, view_);
  std::vector<std::string> units;
  for (const GpuFacts& gpu : attempt_.fold().evidence().facts.gpus) {
    if (crew_.has_unit(gpu.unit_id)) units.push_back(gpu.unit_id);
  }
  units.emplace_back("node");
  if (!measure.still_asked().empty()) {
    GA_TRY(Outcome outcome, watch.begin(units));
    if (outcome == Outcome::finished) {
      GA_TRY(outcome, measure.run());
    }
    if (outcome == Outcome::finished) {
      GA_TRY(outcome, watch.end());
    }
    crew_.on_telemetry = nullptr;
    if (outcome == Outcome::interrupted) return outcome;
  }
  // Part of the gates is a look at a node and no attempt at accepting it: the counters after the
  // load stay unread, so that it cannot come to more.
  return setup_.partial ? Outcome::finished : read_after();
}

// By the gates that ask for no load: the others have nothing to say yet.
std::vector<Finding> RunSession::judge_at_rest() const {
  const Evidence evidence = setup_.with_manifest(attempt_.fold().evidence());
  std::vector<Gate> at_rest;
  for (const Gate& gate : setup_.gates) {
    if (gate.next(setup_.order(), evidence).empty()) at_rest.push_back(gate);
  }
  return judge_all(at_rest, setup_.order(), evidence);
}

Result<Outcome> RunSession::measure() {
  GA_TRY(Outcome outcome, read_facts());
  if (outcome == Outcome::interrupted || !attempt_.fold().has_facts()) return outcome;
  GA_CHECK(check_challenged_node(setup_, attempt_.fold().evidence().facts));
  GA_TRY(outcome, read_before());
  if (outcome == Outcome::interrupted) return outcome;
  if (stops_before_load(judge_at_rest())) {
    view_.note("configuration or site is wrong: nothing is loaded, mend it and run again");
    return outcome;
  }
  return load_node();
}

Result<int> RunSession::run(const SigningKey& key) {
  const auto measured = measure();
  if (!measured) {
    // What was recorded stays; the next session goes on from it.
    (void)crew_.dismiss(RunCrew::Manner::hurry);
    return measured.error();
  }
  const bool interrupted = *measured == Outcome::interrupted;
  if (interrupted) {
    view_.note(fmt::format("{}: closing as interrupted", signals_.first()));
    GA_CHECK(attempt_.record(InterruptEntry{signals_.first()}, monotonic_ns()));
  }
  GA_CHECK(crew_.dismiss(interrupted ? RunCrew::Manner::hurry : RunCrew::Manner::orderly));
  if (signals_.count() > 1) {
    GA_CHECK(attempt_.sync());
    view_.note("interrupted twice: no report; go on with --resume");
    return exit_code({"inconclusive", "interrupted"});
  }
  return close(key, interrupted ? Closing::interrupted : Closing::complete);
}

Result<int> RunSession::close(const SigningKey& key, Closing closing) {
  GA_CHECK(attempt_.record(SealEntry{utc_now()}, monotonic_ns()));
  GA_CHECK(attempt_.sync());
  const Report report = make_report(setup_, attempt_, closing);
  const Decision decision{report.claimed.decision, report.claimed.cause};
  GA_TRY(const WrittenReport written, write_report(setup_, report, key));
  const int exit = exit_code(decision);
  GA_CHECK(
      attempt_.record(CloseEntry{decision.word, decision.cause, written.id, exit}, monotonic_ns()));
  GA_CHECK(attempt_.sync());
  (void)::unlink(telemetry_part(setup_.options.out).c_str());  // its content is compressed
  view_.clear();
  // The decision stands whether or not somebody reads it.
  (void)answer(written.text);
  return exit;
}

}  // namespace ga
