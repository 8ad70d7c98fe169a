#include "acceptance/journal/entry.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "reports/codec/checked.h"
#include "reports/codec/evidence_codec.h"

namespace ga {
namespace {

constexpr std::array<std::pair<Purpose, std::string_view>, 7> kPurposes{{
    {Purpose::facts, "facts"},
    {Purpose::before, "before"},
    {Purpose::checkpoint, "checkpoint"},
    {Purpose::after, "after"},
    {Purpose::warmup, "warmup"},
    {Purpose::series, "series"},
    {Purpose::watch, "watch"},
}};

Json names(const std::vector<std::string>& values) {
  return list_to_json(values, [](const std::string& value) { return Json(as_name(value)); });
}

Json program_to_json(const Program& program) {
  Json out;
  return out.add("name", as_name(program.name)).add("sha256", program.sha256);
}

Result<Program> program_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Program program;
  program.name = read_name(fields, "name");
  program.sha256 = read_digest_or_none(fields, "sha256");
  GA_CHECK(fields.close());
  return program;
}

Json profile_ref(const ProfileRef& profile) {
  Json out;
  out.add("name", as_name(profile.name)).add("version", as_name(profile.version));
  return out.add("sha256", profile.sha256);
}

Result<ProfileRef> read_profile_ref(const Json& json) {
  Fields fields(json, "open.profile");
  ProfileRef profile;
  profile.name = read_name(fields, "name");
  profile.version = read_name(fields, "version");
  profile.sha256 = read_digest(fields, "sha256");
  GA_CHECK(fields.close());
  return profile;
}

Json worker_info(const WorkerInfo& worker) {
  Json out;
  out.add("sha256", worker.sha256).add("real", worker.real).add("simulated", worker.simulated);
  return out.add("injected", as_name(worker.injected));
}

Result<WorkerInfo> read_worker_info(const Json& json) {
  Fields fields(json, "open.worker");
  WorkerInfo worker;
  worker.sha256 = read_digest_or_none(fields, "sha256");
  worker.real = fields.flag("real");
  worker.simulated = fields.flag("simulated");
  worker.injected = read_name(fields, "injected");
  GA_CHECK(fields.close());
  return worker;
}

// --- writing ---

Json body_of(const OpenEntry& entry) {
  Json out;
  out.add("started", entry.started).add("boot_id", as_name(entry.boot_id));
  out.add("version", entry.version).add("commit", entry.commit);
  out.add("programs", list_to_json(entry.programs, program_to_json));
  out.add("profile", profile_ref(entry.profile)).add("level", entry.level);
  out.add("scenario", as_name(entry.scenario)).add("gates", names(entry.gates));
  out.add("libs", as_text(entry.libs)).add("node_name", as_name(entry.node_name));
  out.add("manifest", entry.manifest);
  if (!entry.challenge.empty()) out.add("challenge", entry.challenge);
  return out.add("worker", worker_info(entry.worker));
}
Json body_of(const ResumeEntry& entry) {
  Json out;
  out.add("at", entry.at).add("boot_id", as_name(entry.boot_id));
  return out.add("cut_bytes", entry.cut_bytes);
}
Json body_of(const SpawnEntry& entry) {
  Json out;
  out.add("worker", entry.worker).add("pid", entry.pid);
  out.add("arguments", list_to_json(entry.arguments, [](const auto& a) { return as_text(a); }));
  out.add("environment", names(entry.environment));
  return out.add("cpus", list_to_json(entry.cpus, [](std::int64_t cpu) { return Json(cpu); }));
}
Json body_of(const AskEntry& entry) {
  Json out;
  out.add("ask", entry.ask).add("worker", entry.worker).add("purpose", to_word(entry.purpose));
  out.add("gate", entry.gate).add("unit_id", entry.unit_id);
  // What encode() writes is always valid JSON.
  return out.add("request", *parse_json(encode(entry.request)));
}
Json body_of(const EventEntry& entry) {
  Json out;
  return out.add("ask", entry.ask).add("event", *parse_json(encode(entry.event)));
}
Json body_of(const ExitEntry& entry) {
  Json out;
  return out.add("ask", entry.ask).add("exit", to_json(entry.exit));
}
Json body_of(const GapEntry& entry) {
  Json out;
  out.add("unit_id", entry.gap.unit_id).add("from_ns", entry.gap.from_ns);
  return out.add("to_ns", entry.gap.to_ns);
}
Json body_of(const InterruptEntry& entry) {
  Json out;
  return out.add("signal", entry.signal);
}
Json body_of(const SealEntry& entry) {
  Json out;
  return out.add("ended", entry.ended);
}
Json body_of(const CloseEntry& entry) {
  Json out;
  out.add("decision", entry.decision).add("cause", entry.cause).add("report", entry.report);
  return out.add("exit_code", entry.exit_code);
}

constexpr std::string_view word_of(const OpenEntry&) { return "open"; }
constexpr std::string_view word_of(const ResumeEntry&) { return "resume"; }
constexpr std::string_view word_of(const SpawnEntry&) { return "spawn"; }
constexpr std::string_view word_of(const AskEntry&) { return "ask"; }
constexpr std::string_view word_of(const EventEntry&) { return "event"; }
constexpr std::string_view word_of(const ExitEntry&) { return "exit"; }
constexpr std::string_view word_of(const GapEntry&) { return "gap"; }
constexpr std::string_view word_of(const InterruptEntry&) { return "interrupt"; }
constexpr std::string_view word_of(const SealEntry&) { return "seal"; }
constexpr std::string_view word_of(const CloseEntry&) { return "close"; }

// --- reading ---

Purpose read_purpose(Fields& fields) {
  const std::string word = fields.text("purpose");
  for (const auto& [purpose, name] : kPurposes) {
    if (name == word) return purpose;
  }
  fields.refuse("purpose", fmt::format("'{}' is not known", word));
  return Purpose::facts;
}

Result<Entry> read_open(Fields& fields) {
  OpenEntry entry;
  entry.started = read_name(fields, "started");
  entry.boot_id = read_name(fields, "boot_id");
  entry.version = read_name(fields, "version");
  entry.commit = read_name(fields, "commit");
  GA_TRY(entry.programs, read_list<Program>(fields, "programs", program_from_json));
  GA_TRY(entry.profile, read_profile_ref(fields.any("profile")));
  entry.level = read_name(fields, "level");
  entry.scenario = read_name(fields, "scenario");
  entry.gates = read_names(fields, "gates");
  entry.libs = read_text(fields, "libs");
  entry.node_name = read_name(fields, "node_name");
  entry.manifest = read_digest_or_none(fields, "manifest");
  entry.challenge = read_present_name(fields, "challenge");
  if (!entry.challenge.empty() && !is_digest(entry.challenge)) {
    fields.refuse("challenge", "must be a SHA-256");
  }
  GA_TRY(entry.worker, read_worker_info(fields.any("worker")));
  return Entry(std::move(entry));
}

Result<Entry> read_spawn(Fields& fields) {
  SpawnEntry entry;
  entry.worker = read_name(fields, "worker");
  entry.pid = read_count(fields, "pid");
  entry.arguments = read_texts(fields, "arguments");
  entry.environment = read_names(fields, "environment");
  entry.cpus = read_counts(fields, "cpus");
  return Entry(std::move(entry));
}

Result<Entry> read_ask(Fields& fields) {
  AskEntry entry;
  entry.ask = read_count(fields, "ask");
  entry.worker = read_name(fields, "worker");
  entry.purpose = read_purpose(fields);
  entry.gate = read_name(fields, "gate");
  entry.unit_id = read_name(fields, "unit_id");
  GA_TRY(entry.request, decode_request(dump(fields.any("request"))));
  return Entry(std::move(entry));
}

Result<Entry> read_event(Fields& fields) {
  EventEntry entry;
  entry.ask = read_count(fields, "ask");
  GA_TRY(entry.event, decode_event(dump(fields.any("event"))));
  return Entry(std::move(entry));
}

Result<Entry> read_exit(Fields& fields) {
  ExitEntry entry;
  entry.ask = read_count(fields, "ask");
  GA_TRY(entry.exit, exit_from_json(fields.any("exit"), "exit.exit"));
  return Entry(std::move(entry));
}

Result<Entry> read_entry(std::string_view type, Fields& fields) {
  if (type == "open") return read_open(fields);
  if (type == "spawn") return read_spawn(fields);
  if (type == "ask") return read_ask(fields);
  if (type == "event") return read_event(fields);
  if (type == "exit") return read_exit(fields);
  if (type == "resume") {
    ResumeEntry entry;
    entry.at = read_name(fields, "at");
    entry.boot_id = read_name(fields, "boot_id");
    entry.cut_bytes = read_count(fields, "cut_bytes");
    return Entry(std::move(entry));
  }
  if (type == "gap") {
    TelemetryGap gap;
    gap.unit_id = read_name(fields, "unit_id");
    gap.from_ns = read_count(fields, "from_ns");
    gap.to_ns = read_count(fields, "to_ns");
    return Entry(GapEntry{std::move(gap)});
  }
  if (type == "interrupt") return Entry(InterruptEntry{read_name(fields, "signal")});
  if (type == "seal") return Entry(SealEntry{read_name(fields, "ended")});
  if (type == "close") {
    CloseEntry entry;
    entry.decision = read_name(fields, "decision");
    entry.cause = read_name(fields, "cause");
    entry.report = read_digest_or_none(fields, "report");
    entry.exit_code = read_count(fields, "exit_code");
    return Entry(std::move(entry));
  }
  return Error(ErrorCode::parse, fmt::format("type: '{}' is not known", type));
}

}  // namespace

std::string_view type_of(const Entry& entry) {
  return std::visit([](const auto& e) { return word_of(e); }, entry);
}

Json to_json(const Entry& entry) {
  return std::visit([](const auto& e) { return body_of(e); }, entry);
}

Result<Entry> entry_from_json(std::string_view type, const Json& body) {
  Fields fields(body, std::string(type));
  auto entry = read_entry(type, fields);
  if (!entry) return std::move(entry).error();
  GA_CHECK(fields.close());
  return *std::move(entry);
}

std::string_view to_word(Purpose purpose) {
  for (const auto& [known, word] : kPurposes) {
    if (known == purpose) return word;
  }
  return "unknown";
}

std::string request_name(const AskEntry& ask) {
  if (ask.purpose == Purpose::series) {
    return fmt::format("{} {} {}", ask.gate, ask.request.case_id, ask.unit_id);
  }
  if (ask.purpose == Purpose::warmup) {
    return fmt::format("warmup {} {}", ask.request.case_id, ask.unit_id);
  }
  return fmt::format("{} {}", to_word(ask.purpose), ask.unit_id);
}

}  // namespace ga
