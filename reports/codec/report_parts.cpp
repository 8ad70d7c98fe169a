#include "reports/codec/report_parts.h"

#include "reports/codec/checked.h"
#include "reports/codec/evidence_codec.h"

namespace ga {
namespace {

// "2026-11-22T07:19:45Z", or a kept refusal.
std::string read_utc(Fields& fields, std::string_view key) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  std::string text = fields.text(key);
  bool good = text.size() == kShape.size();
  for (std::size_t i = 0; good && i < kShape.size(); ++i) {
    good = kShape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == kShape[i];
  }
  if (good) return text;
  fields.refuse(key, "must be UTC like \"2026-11-22T07:19:45Z\"");
  return {};
}

Json program_to_json(const Program& program) {
  return Json().add("name", as_name(program.name)).add("sha256", program.sha256);
}

Result<Program> program_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Program program;
  program.name = read_name(fields, "name");
  program.sha256 = read_digest(fields, "sha256");
  GA_CHECK(fields.close());
  return program;
}

Json resumed_to_json(const Resumed& resumed) {
  return Json().add("at", as_name(resumed.at)).add("boot_id", as_name(resumed.boot_id));
}

Result<Resumed> resumed_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Resumed resumed;
  resumed.at = read_utc(fields, "at");
  resumed.boot_id = read_name(fields, "boot_id");
  GA_CHECK(fields.close());
  return resumed;
}

Json all_counters_to_json(const std::vector<GpuCounters>& gpus, const NodeCounters& node) {
  return Json().add("gpus", list_to_json(gpus)).add("node", to_json(node));
}

Status all_counters_from_json(Fields& parent, std::string_view key, std::vector<GpuCounters>& gpus,
                              NodeCounters& node) {
  const std::string path = fmt::format("{}.{}", parent.path(), key);
  Fields fields(parent.any(key), path);
  GA_TRY(gpus, read_list<GpuCounters>(fields, "gpus", counters_from_json));
  GA_TRY(node, node_counters_from_json(fields.any("node"), path + ".node"));
  return fields.close();
}

Json restart_to_json(const Restart& restart) {
  Json out;
  out.add("until", all_counters_to_json(restart.until, restart.node_until));
  return out.add("from", all_counters_to_json(restart.from, restart.node_from));
}

Result<Restart> restart_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Restart restart;
  GA_CHECK(all_counters_from_json(fields, "until", restart.until, restart.node_until));
  GA_CHECK(all_counters_from_json(fields, "from", restart.from, restart.node_from));
  GA_CHECK(fields.close());
  return restart;
}

// A list that is left out where it is empty, and is not empty where it is there.
Status restarts_from_json(Fields& fields, std::vector<Restart>& restarts) {
  if (fields.optional("restarts") == nullptr) return Ok{};
  GA_TRY(restarts, read_list<Restart>(fields, "restarts", restart_from_json));
  if (restarts.empty()) fields.refuse("restarts", "must be left out where there are none");
  return Ok{};
}

Json gap_to_json(const TelemetryGap& gap) {
  Json out;
  out.add("unit_id", as_name(gap.unit_id)).add("from_ns", gap.from_ns);
  return out.add("to_ns", gap.to_ns);
}

Result<TelemetryGap> gap_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  TelemetryGap gap;
  gap.unit_id = read_name(fields, "unit_id");
  gap.from_ns = read_count(fields, "from_ns");
  gap.to_ns = read_count(fields, "to_ns");
  GA_CHECK(fields.close());
  return gap;
}

}  // namespace

Json subject_to_json(const Subject& subject) {
  return Json()
      .add("name", as_name(subject.name))
      .add("digest", Json().add("sha256", subject.sha256));
}

Result<Subject> subject_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Subject subject;
  subject.name = read_name(fields, "name");
  Fields digest(fields.any("digest"), path + ".digest");
  subject.sha256 = read_digest(digest, "sha256");
  GA_CHECK(fields.close());
  GA_CHECK(digest.close());
  return subject;
}

Json suite_to_json(const Suite& suite) {
  Json out;
  out.add("version", as_name(suite.version)).add("commit", as_name(suite.commit));
  out.add("digest", suite.digest).add("programs", list_to_json(suite.programs, program_to_json));
  return out.add("libraries", list_to_json(suite.libraries));
}

Result<Suite> suite_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Suite suite;
  suite.version = read_name(fields, "version");
  suite.commit = read_name(fields, "commit");
  suite.digest = read_digest_or_none(fields, "digest");
  GA_TRY(suite.programs, read_list<Program>(fields, "programs", program_from_json));
  GA_TRY(suite.libraries, read_list<Library>(fields, "libraries", library_from_json));
  GA_CHECK(fields.close());
  return suite;
}

Json profile_to_json(const ProfileRef& profile) {
  Json out;
  out.add("name", as_name(profile.name)).add("version", as_name(profile.version));
  return out.add("sha256", profile.sha256);
}

Result<ProfileRef> profile_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  ProfileRef profile;
  profile.name = read_name(fields, "name");
  profile.version = read_name(fields, "version");
  profile.sha256 = read_digest(fields, "sha256");
  GA_CHECK(fields.close());
  return profile;
}

Json challenge_to_json(const ChallengeRef& challenge) {
  return Json().add("dsse", challenge.dsse).add("sha256", challenge.sha256);
}

// Its base64 is decoded, and its signature checked, by whoever judges the binding.
Result<ChallengeRef> challenge_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  ChallengeRef challenge;
  challenge.dsse = fields.text("dsse");
  if (!is_printable_ascii(challenge.dsse)) fields.refuse("dsse", "must be base64");
  if (challenge.dsse.size() > kMaxList) fields.refuse("dsse", "longer than 65536 bytes");
  challenge.sha256 = read_digest(fields, "sha256");
  GA_CHECK(fields.close());
  return challenge;
}

Json run_to_json(const RunInfo& run) {
  JsonArray interrupted;
  for (const std::string& request : run.interrupted) interrupted.emplace_back(as_name(request));
  Json out;
  out.add("started", as_name(run.started)).add("ended", as_name(run.ended));
  out.add("boot_id", as_name(run.boot_id)).add("monotonic_start_ns", run.monotonic_start_ns);
  out.add("monotonic_end_ns", run.monotonic_end_ns).add("attempt", run.attempt);
  out.add("resumed", list_to_json(run.resumed, resumed_to_json));
  out.add("interrupted", std::move(interrupted));
  return out.add("journal_head", run.journal_head);
}

Result<RunInfo> run_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  RunInfo run;
  run.started = read_utc(fields, "started");
  run.ended = read_utc(fields, "ended");
  run.boot_id = read_name(fields, "boot_id");
  run.monotonic_start_ns = read_count(fields, "monotonic_start_ns");
  run.monotonic_end_ns = read_count(fields, "monotonic_end_ns");
  run.attempt = fields.integer("attempt");
  if (run.attempt < 1) fields.refuse("attempt", "must be at least 1");
  GA_TRY(run.resumed, read_list<Resumed>(fields, "resumed", resumed_from_json));
  run.interrupted = read_names(fields, "interrupted");
  run.journal_head = read_digest_or_none(fields, "journal_head");
  GA_CHECK(fields.close());
  return run;
}

Json worker_to_json(const WorkerInfo& worker) {
  Json out;
  out.add("sha256", worker.sha256).add("real", worker.real).add("simulated", worker.simulated);
  return out.add("injected", as_name(worker.injected));
}

Result<WorkerInfo> worker_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  WorkerInfo worker;
  worker.sha256 = read_digest_or_none(fields, "sha256");
  worker.real = fields.flag("real");
  worker.simulated = fields.flag("simulated");
  worker.injected = read_name(fields, "injected");
  GA_CHECK(fields.close());
  return worker;
}

Json manifest_to_json(const ManifestExcerpt& manifest) {
  Json out;
  out.add("sha256", manifest.sha256).add("rows", manifest.rows);
  return out.add("entries", list_to_json(manifest.entries, [](const ManifestRow& row) {
                   return Json().add("node", as_name(row.node)).add("serial", as_name(row.serial));
                 }));
}

Result<ManifestExcerpt> manifest_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  ManifestExcerpt manifest;
  manifest.sha256 = read_digest(fields, "sha256");
  manifest.rows = read_count(fields, "rows");
  const auto read_row = [](const Json& entry, const std::string& at) -> Result<ManifestRow> {
    Fields row(entry, at);
    ManifestRow out{.node = read_name(row, "node"), .serial = read_name(row, "serial")};
    GA_CHECK(row.close());
    return out;
  };
  GA_TRY(manifest.entries, read_list<ManifestRow>(fields, "entries", read_row));
  GA_CHECK(fields.close());
  return manifest;
}

Json events_to_json(const Evidence& evidence) {
  Json out;
  out.add("before", all_counters_to_json(evidence.before, evidence.node_before));
  if (!evidence.restarts.empty()) {
    out.add("restarts", list_to_json(evidence.restarts, restart_to_json));
  }
  out.add("after", all_counters_to_json(evidence.after, evidence.node_after));
  return out.add("log", list_to_json(evidence.log));
}

Status events_from_json(const Json& json, const std::string& path, Evidence& evidence) {
  Fields fields(json, path);
  GA_CHECK(all_counters_from_json(fields, "before", evidence.before, evidence.node_before));
  GA_CHECK(restarts_from_json(fields, evidence.restarts));
  GA_CHECK(all_counters_from_json(fields, "after", evidence.after, evidence.node_after));
  GA_TRY(evidence.log, read_list<LogEvent>(fields, "log", log_from_json));
  return fields.close();
}

Json sidecar_to_json(const Sidecar& sidecar) {
  Json out;
  out.add("name", as_name(sidecar.name)).add("sha256", sidecar.sha256);
  return out.add("bytes", sidecar.bytes);
}

Result<Sidecar> sidecar_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Sidecar sidecar;
  sidecar.name = read_name(fields, "name");
  // A verifier opens this name beside the report: it must not lead anywhere else.
  if (sidecar.name.empty() || sidecar.name.find('/') != std::string::npos ||
      sidecar.name.starts_with('.')) {
    fields.refuse("name", "must be a plain file name");
  }
  sidecar.sha256 = read_digest(fields, "sha256");
  sidecar.bytes = read_count(fields, "bytes");
  GA_CHECK(fields.close());
  return sidecar;
}

Json telemetry_to_json(const TelemetryRef& telemetry) {
  Json out;
  out.add("sha256", telemetry.sha256).add("bytes", telemetry.bytes);
  return out.add("gaps", list_to_json(telemetry.gaps, gap_to_json));
}

Result<TelemetryRef> telemetry_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  TelemetryRef telemetry;
  telemetry.sha256 = read_digest_or_none(fields, "sha256");
  telemetry.bytes = read_count(fields, "bytes");
  GA_TRY(telemetry.gaps, read_list<TelemetryGap>(fields, "gaps", gap_from_json));
  GA_CHECK(fields.close());
  return telemetry;
}

Json claimed_to_json(const Claimed& claimed) {
  Json out;
  out.add("decision", as_name(claimed.decision)).add("cause", as_name(claimed.cause));
  return out.add("findings", list_to_json(claimed.findings));
}

Result<Claimed> claimed_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Claimed claimed;
  claimed.decision =
      read_word(fields, "decision",
                {"accepted", "screened", "passed", "rehearsed", "rejected", "inconclusive"});
  claimed.cause =
      read_word(fields, "cause",
                {"", "hardware", "config", "site", "interrupted", "not_measured", "borderline"});
  GA_TRY(claimed.findings, read_list<Finding>(fields, "findings", finding_from_json));
  GA_CHECK(fields.close());
  return claimed;
}

}  // namespace ga
