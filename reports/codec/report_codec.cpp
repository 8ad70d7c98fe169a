#include "reports/codec/report_codec.h"

#include <algorithm>

#include "reports/codec/checked.h"
#include "reports/codec/evidence_codec.h"
#include "reports/codec/report_parts.h"

namespace ga {
namespace {

Json predicate_to_json(const Report& report) {
  const Evidence& evidence = report.evidence;
  Json out;
  out.add("schema", report.schema).add("rules", report.rules);
  out.add("suite", suite_to_json(report.suite)).add("profile", profile_to_json(report.profile));
  out.add("level", as_name(report.level));
  if (report.challenge) out.add("challenge", challenge_to_json(*report.challenge));
  out.add("binding", as_name(report.binding)).add("signer", as_name(report.signer));
  out.add("run", run_to_json(report.run)).add("worker", worker_to_json(report.worker));
  out.add("facts", to_json(evidence.facts));
  if (evidence.manifest) out.add("manifest", manifest_to_json(*evidence.manifest));
  out.add("events", events_to_json(evidence));
  out.add("measurements", list_to_json(evidence.measurements));
  out.add("warmup", list_to_json(evidence.warmup));
  out.add("sidecars", list_to_json(report.sidecars, sidecar_to_json));
  out.add("exits", list_to_json(evidence.exits));
  out.add("telemetry", telemetry_to_json(report.telemetry));
  return out.add("claimed", claimed_to_json(report.claimed));
}

Status evidence_from_json(Fields& fields, Evidence& evidence) {
  const std::string& path = fields.path();
  GA_TRY(evidence.facts, facts_from_json(fields.any("facts"), path + ".facts"));
  if (const Json* manifest = fields.optional("manifest")) {
    GA_TRY(evidence.manifest, manifest_from_json(*manifest, path + ".manifest"));
  }
  GA_CHECK(events_from_json(fields.any("events"), path + ".events", evidence));
  GA_TRY(evidence.measurements,
         read_list<Measurement>(fields, "measurements", measurement_from_json));
  GA_TRY(evidence.warmup, read_list<Warmup>(fields, "warmup", warmup_from_json));
  GA_TRY(evidence.exits, read_list<WorkerExit>(fields, "exits", exit_from_json));
  return Ok{};
}

Status check_version(const Fields& fields, std::string_view key, std::int64_t got,
                     std::int64_t known) {
  if (!fields.ok() || got == known) return Ok{};
  return Error(ErrorCode::parse, fmt::format("schema: {}.{} is {} and this program knows {}",
                                             fields.path(), key, got, known))
      .hinted("verify with the version of the suite that the report names");
}

Status predicate_from_json(const Json& json, Report& report) {
  Fields fields(json, "predicate");
  report.schema = fields.integer("schema");
  GA_CHECK(check_version(fields, "schema", report.schema, kReportSchema));
  report.rules = fields.integer("rules");
  GA_CHECK(check_version(fields, "rules", report.rules, kRulesVersion));
  GA_TRY(report.suite, suite_from_json(fields.any("suite"), "predicate.suite"));
  GA_TRY(report.profile, profile_from_json(fields.any("profile"), "predicate.profile"));
  report.level = read_word(fields, "level", {"quick", "standard", "soak"});
  if (const Json* challenge = fields.optional("challenge")) {
    GA_TRY(report.challenge, challenge_from_json(*challenge, "predicate.challenge"));
  }
  report.binding = read_word(fields, "binding", {"challenged", "self_declared"});
  report.signer = read_word(fields, "signer", {"key", "ephemeral"});
  GA_TRY(report.run, run_from_json(fields.any("run"), "predicate.run"));
  GA_TRY(report.worker, worker_from_json(fields.any("worker"), "predicate.worker"));
  GA_CHECK(evidence_from_json(fields, report.evidence));
  GA_TRY(report.sidecars, read_list<Sidecar>(fields, "sidecars", sidecar_from_json));
  GA_TRY(report.telemetry, telemetry_from_json(fields.any("telemetry"), "predicate.telemetry"));
  GA_TRY(report.claimed, claimed_from_json(fields.any("claimed"), "predicate.claimed"));
  if (report.challenge.has_value() != (report.binding == "challenged")) {
    fields.refuse("binding", "must be \"challenged\" with a challenge and only then");
  }
  report.evidence.libraries = report.suite.libraries;
  report.evidence.gaps = report.telemetry.gaps;
  return fields.close();
}

// GPUs are numbered in the order of the facts, and the subjects are the node and these GPUs.
Status check_units(const Report& report) {
  const std::vector<GpuFacts>& gpus = report.evidence.facts.gpus;
  if (report.subject.size() != gpus.size() + 1 || report.subject[0].name != "node") {
    return Error(ErrorCode::parse, "statement.subject: must be the node and each GPU of the facts");
  }
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const std::string unit = fmt::format("gpu/{}", i);
    if (gpus[i].unit_id != unit) {
      return Error(ErrorCode::parse,
                   fmt::format("predicate.facts.gpus[{}].unit_id: must be \"{}\"", i, unit));
    }
    if (report.subject[i + 1].name != unit) {
      return Error(ErrorCode::parse,
                   fmt::format("statement.subject[{}].name: must be \"{}\"", i + 1, unit));
    }
  }
  return Ok{};
}

// The boots of the run, as its sessions say.
std::vector<std::string> boots_of(const RunInfo& run) {
  std::vector<std::string> boots{run.boot_id};
  for (const Resumed& resumed : run.resumed) {
    if (resumed.boot_id != boots.back()) boots.push_back(resumed.boot_id);
  }
  return boots;
}

// Counters of a real node were read in a boot of the run, and in their order. A simulated node has
// boot ids of its own.
Status check_boot_ids(const Report& report, const std::vector<std::string>& boots) {
  const Evidence& evidence = report.evidence;
  std::vector<const NodeCounters*> read{&evidence.node_before};
  for (const Restart& restart : evidence.restarts) {
    read.insert(read.end(), {&restart.node_until, &restart.node_from});
  }
  read.push_back(&evidence.node_after);
  auto boot = boots.begin();
  for (const NodeCounters* counters : read) {
    const KnownText& id = counters->boot_id;
    if (id) boot = std::find(boot, boots.end(), *id);
    if (boot != boots.end()) continue;
    return Error(ErrorCode::parse,
                 fmt::format("predicate.events: counters of boot {}, which the run does not name "
                             "there",
                             *id));
  }
  return Ok{};
}

// A run that went on after the machine was started anew is a soak, and did so from a checkpoint;
// counters and lines of the log say after which of the restarts they were. The watchers' gaps do
// not, because one at any time is enough. A boot in which nothing was read left nothing that could
// need one.
Status check_boots(const Report& report) {
  const std::vector<std::string> boots = boots_of(report.run);
  const std::size_t restarts = report.evidence.restarts.size();
  if (restarts > boots.size() - 1 || (restarts == 0 && boots.size() > 1)) {
    return Error(ErrorCode::parse,
                 fmt::format("predicate.events.restarts: {} of them, and the run went on at {} "
                             "other boots",
                             restarts, boots.size() - 1));
  }
  if (restarts > 0 && report.level != "soak") {
    return Error(ErrorCode::parse,
                 fmt::format("predicate.events.restarts: at level {}, which has no checkpoints",
                             report.level));
  }
  if (report.worker.real) GA_CHECK(check_boot_ids(report, boots));
  for (const LogEvent& event : report.evidence.log) {
    if (static_cast<std::size_t>(event.boot) <= restarts) continue;
    return Error(ErrorCode::parse,
                 fmt::format("predicate.events.log: a line of boot {}, after {} restarts",
                             event.boot, restarts));
  }
  return Ok{};
}

// The path of the first place where two values differ, in the order that they are written.
std::string first_difference(const Json& a, const Json& b, const std::string& path) {
  if (a.is_object() && b.is_object()) {
    const JsonObject& left = a.as_object();
    const JsonObject& right = b.as_object();
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
      const std::string at = path + "." + as_name(left[i].first);
      if (left[i].first != right[i].first) return at;
      if (left[i].second != right[i].second) {
        return first_difference(left[i].second, right[i].second, at);
      }
    }
  }
  if (a.is_array() && b.is_array()) {
    for (std::size_t i = 0; i < a.as_array().size() && i < b.as_array().size(); ++i) {
      if (a.as_array()[i] == b.as_array()[i]) continue;
      return first_difference(a.as_array()[i], b.as_array()[i], fmt::format("{}[{}]", path, i));
    }
  }
  return path;
}

}  // namespace

Json report_to_json(const Report& report) {
  Json out;
  out.add("_type", kStatementType).add("subject", list_to_json(report.subject, subject_to_json));
  return out.add("predicateType", kPredicateType).add("predicate", predicate_to_json(report));
}

Result<Report> report_from_json(const Json& json) {
  Fields fields(json, "statement");
  Report report;
  const std::string type = fields.text("_type");
  if (fields.ok() && type != kStatementType) {
    return Error(ErrorCode::parse, fmt::format("statement: _type must be \"{}\"", kStatementType));
  }
  const std::string predicate_type = fields.text("predicateType");
  if (fields.ok() && predicate_type != kPredicateType) {
    return Error(ErrorCode::parse, fmt::format("predicate type: must be \"{}\"", kPredicateType));
  }
  GA_TRY(report.subject, read_list<Subject>(fields, "subject", subject_from_json));
  const Json& predicate = fields.any("predicate");
  GA_CHECK(fields.close());
  GA_CHECK(predicate_from_json(predicate, report));
  GA_CHECK(check_units(report));
  GA_CHECK(check_boots(report));
  if (const Json again = report_to_json(report); again != json) {
    return Error(ErrorCode::parse, fmt::format("form: {}: not where the format has it",
                                               first_difference(json, again, "statement")));
  }
  return report;
}

Result<std::string> report_to_payload(const Report& report) {
  std::string bytes = dump(report_to_json(report));
  if (auto again = report_from_payload(bytes); !again) {
    return std::move(again).error().with("this report cannot be written");
  }
  return bytes;
}

Result<Report> report_from_payload(std::string_view bytes) {
  auto json = parse_json(bytes);
  if (!json) return std::move(json).error().with("payload");
  if (dump(*json) != bytes) {
    return Error(ErrorCode::parse, "form: the payload is not in its one byte form")
        .hinted("the payload must be compact JSON as this suite writes it, signed unchanged");
  }
  return report_from_json(*json);
}

}  // namespace ga
