#include "acceptance/commands/run_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "reports/codec/json.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr int kFileMode = 0644;
// Watchers report every second; the driver may take its time under load.
constexpr std::int64_t kLongestSilenceNs = 10 * kNsPerS;
// How long, in wall time, a watcher may take at the end to show that it lives.
constexpr std::int64_t kLastWordNs = 3 * kNsPerS;

Json reading(const KnownInt& value) {
  if (value) return Json(*value);
  Json absent;
  return absent.add("absent", value.absent);
}

std::string line_of(const std::string& unit_id, const WireEvent& event,
                    const TelemetryEvent& telemetry) {
  Json line;
  line.add("t_ns", event.t_ns).add("unit_id", unit_id);
  line.add("clock_mhz", reading(telemetry.clock_mhz)).add("power_mw", reading(telemetry.power_mw));
  line.add("temp_mc", reading(telemetry.temp_mc)).add("throttle", reading(telemetry.throttle));
  line.add("memory_temp_mc", reading(telemetry.memory_temp_mc));
  return dump(line) + "\n";
}

}  // namespace

std::string telemetry_part(const std::string& out) { return out + "/telemetry.jsonl.part"; }

RunWatch::RunWatch(const RunSetup& setup, Attempt& attempt, RunCrew& crew)
    : setup_(setup), attempt_(attempt), crew_(crew) {}

Result<Outcome> RunWatch::begin(const std::vector<std::string>& units) {
  const std::string path = telemetry_part(setup_.options.out);
  file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode));
  if (!file_.open()) return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
  began_ns_ = monotonic_ns();
  crew_.on_telemetry = [this](const std::string& unit_id, const WireEvent& event) {
    return take(unit_id, event);
  };
  for (const std::string& unit : units) seen_[unit] = {};
  return crew_.start_watching(units);
}

Status RunWatch::take(const std::string& unit_id, const WireEvent& event) {
  Seen& seen = seen_[unit_id];
  if (seen.stamp_ns != 0 && event.t_ns - seen.stamp_ns > kLongestSilenceNs) {
    GA_CHECK(report_gap(unit_id, seen.stamp_ns, event.t_ns));
  }
  seen.stamp_ns = event.t_ns;
  seen.wall_ns = monotonic_ns();
  seen.silent = false;
  const auto* telemetry = std::get_if<TelemetryEvent>(&event.body);
  if (telemetry == nullptr) return Ok{};
  const std::string line = line_of(unit_id, event, *telemetry);
  const ssize_t put = ::write(file_.get(), line.data(), line.size());
  if (put == static_cast<ssize_t>(line.size())) return Ok{};
  int error = errno;
  if (put >= 0) {  // a part of a line: there was room for no more
    error = ENOSPC;
    const off_t end = ::lseek(file_.get(), 0, SEEK_END);
    if (end < put || ::ftruncate(file_.get(), end - put) != 0) error = errno;
  }
  return Error(ErrorCode::io,
               fmt::format("{}: {}", telemetry_part(setup_.options.out), std::strerror(error)))
      .hinted("what was recorded is kept: make room, then go on with --resume");
}

Status RunWatch::report_gap(const std::string& unit_id, std::int64_t from_ns, std::int64_t to_ns) {
  return attempt_.record(GapEntry{{unit_id, from_ns, std::max(from_ns, to_ns)}}, monotonic_ns());
}

Result<Outcome> RunWatch::await_word(const std::vector<std::string>& units, std::int64_t asked) {
  const auto last_word_ns =
      static_cast<std::int64_t>(static_cast<double>(kLastWordNs) * std::max(1.0, setup_.scale));
  const auto is_due = [&](const std::string& unit) {
    const Seen& seen = seen_[unit];
    return !seen.silent && seen.wall_ns <= asked && crew_.is_up(Role::watch, unit);
  };
  while (monotonic_ns() < asked + last_word_ns && std::any_of(units.begin(), units.end(), is_due)) {
    GA_TRY(const Outcome outcome, crew_.pump(asked + last_word_ns));
    if (outcome == Outcome::interrupted) return outcome;
  }
  return Outcome::finished;
}

Status RunWatch::report_silent(const std::vector<std::string>& units, std::int64_t asked) {
  for (const std::string& unit : units) {
    Seen& seen = seen_[unit];
    if (seen.wall_ns > asked) continue;
    // Whoever may not follow the log says so and ends. What was logged is read after the load, too.
    if (unit == kNodeUnit && seen.wall_ns == 0 && !crew_.is_up(Role::watch, unit)) continue;
    // On the watcher's own clock, as far as that can be told from here.
    const std::int64_t from = seen.stamp_ns != 0 ? seen.stamp_ns : began_ns_;
    const std::int64_t since = seen.wall_ns != 0 ? seen.wall_ns : began_ns_;
    const double silent = static_cast<double>(asked - since) / setup_.scale;
    const std::int64_t to = from + static_cast<std::int64_t>(silent);
    GA_CHECK(report_gap(unit, from, to));
    seen = {to, asked, true};
  }
  return attempt_.write();
}

Result<Outcome> RunWatch::note_silent() {
  const std::int64_t asked = monotonic_ns();
  const double longest_ns = static_cast<double>(kLongestSilenceNs) * setup_.scale;
  std::vector<std::string> silent;
  for (const auto& [unit, seen] : seen_) {
    const std::int64_t since = seen.wall_ns != 0 ? seen.wall_ns : began_ns_;
    if (!seen.silent && static_cast<double>(asked - since) > longest_ns) silent.push_back(unit);
  }
  if (silent.empty()) return Outcome::finished;
  // On a busy machine a simulated watcher's word comes late, which is no silence.
  GA_TRY(const Outcome outcome, await_word(silent, asked));
  if (outcome == Outcome::interrupted) return outcome;
  GA_CHECK(report_silent(silent, asked));
  return outcome;
}

Result<Outcome> RunWatch::end() {
  const std::int64_t asked = monotonic_ns();
  std::vector<std::string> all;
  for (const auto& [unit, seen] : seen_) all.push_back(unit);
  GA_TRY(const Outcome outcome, await_word(all, asked));
  if (outcome == Outcome::interrupted) return outcome;
  GA_CHECK(report_silent(all, asked));
  GA_CHECK(crew_.dismiss(Role::watch));
  crew_.on_telemetry = nullptr;
  return Outcome::finished;
}

}  // namespace ga
