#include "acceptance/commands/verify_print.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "acceptance/commands/console.h"
#include "acceptance/commands/shown.h"
#include "reports/codec/evidence_codec.h"
#include "reports/codec/json.h"
#include "reports/render/layout.h"
#include "reports/render/render.h"

namespace ga {
namespace {

constexpr std::string_view kWhichFile =
    "name the report.dsse.json that gpuaccept run left, unchanged";

bool judged(const CheckedFile& file) {
  return file.unreadable.empty() && !file.journal && file.outcome.step.empty();
}

std::string node_of(const CheckedFile& file) {
  if (!file.outcome.report) return "";
  const KnownText& name = file.outcome.report->evidence.facts.node.name;
  return name ? *name : "";
}

std::string judged_by(const VerifyOutcome& outcome) {
  return fmt::format("verify with profile {} {}{}", outcome.profile->name, outcome.profile->version,
                     outcome.own_profile ? " (--profile)" : "");
}

// "decision", or what kept the file from one.
std::string word_of(const CheckedFile& file) {
  if (!file.unreadable.empty()) return file.exit == kExitUnverified ? "unverified" : "unreadable";
  if (!file.journal) {
    if (file.outcome.step.empty()) return file.outcome.decision.word;
    return file.exit == kExitUnverified ? "unverified" : "not judged";
  }
  if (!file.summary.sound) return "broken journal";
  return file.summary.closed ? "closed journal" : "not closed";
}

std::string line_of(const CheckedFile& file) {
  const std::string& cause = file.outcome.decision.cause;
  const std::string word =
      cause.empty() ? word_of(file) : fmt::format("{} ({})", word_of(file), cause);
  const std::string node = node_of(file).empty() ? "" : "  " + node_of(file);
  return clean(fmt::format("{}  {:<26}  {}{}", file.exit, word, file.path, node)) + "\n";
}

Json profile_json(const VerifyOutcome& outcome) {
  Json out;
  out.add("name", outcome.profile->name).add("version", outcome.profile->version);
  return out.add("sha256", outcome.profile->sha256).add("own", outcome.own_profile);
}

Json gpus_json(const Report& report) {
  JsonArray gpus;
  for (const GpuFacts& gpu : report.evidence.facts.gpus) {
    Json entry;
    entry.add("unit_id", gpu.unit_id);
    if (gpu.uuid) entry.add("uuid", *gpu.uuid);
    if (gpu.serial) entry.add("serial", *gpu.serial);
    gpus.push_back(std::move(entry));
  }
  return gpus;
}

Json challenge_json(const Challenge& challenge) {
  Json out;
  out.add("slot", challenge.slot).add("csp", challenge.csp).add("nonce", challenge.nonce);
  return out.add("not_after", challenge.not_after);
}

Json journal_json(const CheckedFile& file) {
  Json out;
  out.add("sound", file.summary.sound).add("closed", file.summary.closed);
  out.add("records", file.summary.records).add("head", file.summary.head);
  return out.add("fault", file.summary.fault);
}

void add_report(Json& out, const VerifyOutcome& outcome) {
  out.add("verified", outcome.step.empty()).add("step", outcome.step).add("why", outcome.why);
  out.add("report_id", outcome.report_id).add("key_id", outcome.key_id);
  if (outcome.report) {
    const KnownText& node = outcome.report->evidence.facts.node.name;
    out.add("node", node ? *node : std::string()).add("gpus", gpus_json(*outcome.report));
    out.add("level", outcome.report->level).add("binding", outcome.report->binding);
    out.add("signer", outcome.report->signer);
    if (outcome.challenge) out.add("challenge", challenge_json(*outcome.challenge));
  }
  if (outcome.profile) out.add("profile", profile_json(outcome));
  // A judgement that does not hold is not handed to a program that might read nothing else.
  if (!outcome.step.empty()) return;
  out.add("decision", outcome.decision.word).add("cause", outcome.decision.cause);
  out.add("compared_with_claim", outcome.compared);
  JsonArray findings;
  for (const Finding& finding : outcome.findings) findings.push_back(to_json(finding));
  out.add("findings", std::move(findings));
  JsonArray warnings;
  for (const std::string& warning : outcome.warnings) warnings.emplace_back(warning);
  out.add("warnings", std::move(warnings));
}

Json file_json(const CheckedFile& file) {
  Json out;
  out.add("file", clean(file.path)).add("kind", file.journal ? "journal" : "report");
  out.add("exit", file.exit);
  if (!file.unreadable.empty()) return out.add("unreadable", clean(file.unreadable));
  if (file.journal) return out.add("journal", journal_json(file));
  add_report(out, file.outcome);
  return out;
}

void say_journal(const CheckedFile& file) {
  const JournalSummary& summary = file.summary;
  if (!summary.sound) {
    complain(Error(ErrorCode::parse, fmt::format("{}: {}", file.path, summary.fault))
                 .hinted("the record was changed or damaged; ask for the report"));
  } else if (!summary.closed) {
    note(fmt::format("{}: not closed: the attempt never ended", file.path));
  } else {
    note(fmt::format("{}: closed as \"{}\"; a journal decides nothing, verify the report",
                     file.path, summary.decision));
  }
}

// A challenge that two reports answer. One report given twice answers it once.
void add_reused(const std::vector<CheckedFile>& files, std::vector<Duplicate>& out) {
  std::map<std::string, const CheckedFile*> answered;
  for (const CheckedFile& file : files) {
    if (!judged(file) || !file.outcome.challenge) continue;
    const auto [entry, fresh] = answered.emplace(file.outcome.challenge->nonce, &file);
    if (fresh || entry->second->outcome.report_id == file.outcome.report_id) continue;
    out.push_back({fmt::format("challenge.reused: {} and {} answer one challenge, for slot {}",
                               entry->second->path, file.path, file.outcome.challenge->slot),
                   true});
  }
}

}  // namespace

std::vector<Duplicate> duplicates_of(const std::vector<CheckedFile>& files) {
  struct Pair {
    const CheckedFile *first, *second;
    std::string example;
    std::set<std::string> units;  // of the second file
  };
  std::map<std::string, const CheckedFile*> seen;
  std::vector<Pair> pairs;
  const auto look = [&](std::string_view kind, const KnownText& fact, const CheckedFile& file,
                        const GpuFacts& gpu) {
    if (!fact) return;
    const auto [entry, fresh] = seen.emplace(fmt::format("{} {}", kind, *fact), &file);
    if (fresh || entry->second == &file) return;
    const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& candidate) {
      return candidate.first == entry->second && candidate.second == &file;
    });
    if (pair != pairs.end()) {
      pair->units.insert(gpu.unit_id);
    } else {
      pairs.push_back({entry->second, &file, entry->first, {gpu.unit_id}});
    }
  };
  for (const CheckedFile& file : files) {
    if (!judged(file)) continue;
    for (const GpuFacts& gpu : file.outcome.report->evidence.facts.gpus) {
      look("UUID", gpu.uuid, file, gpu);
      look("serial", gpu.serial, file, gpu);
    }
  }
  std::vector<Duplicate> out;
  for (const Pair& pair : pairs) {
    const bool across = node_of(*pair.first) != node_of(*pair.second);
    out.push_back({fmt::format("{} in {} and in {}, by {}{}",
                               pair.units.size() == 1
                                   ? "the same GPU is"
                                   : fmt::format("the same {} GPUs are", pair.units.size()),
                               pair.first->path, pair.second->path, pair.example,
                               across ? ", as parts of two nodes: counted twice" : ""),
                   across});
  }
  add_reused(files, out);
  return out;
}

void say_file(const CheckedFile& file, const std::string& require) {
  if (!file.unreadable.empty()) {
    return complain(Error(ErrorCode::io, file.unreadable).hinted(std::string(kWhichFile)));
  }
  if (file.journal) return say_journal(file);
  const VerifyOutcome& outcome = file.outcome;
  for (const std::string& warning : outcome.warnings) {
    warn(fmt::format("{}: {}", file.path, warning));
  }
  if (!outcome.step.empty()) {
    const std::string_view what = file.exit == kExitUnverified ? "does not verify" : "not judged";
    complain(Error(ErrorCode::parse,
                   fmt::format("{}: {}: {}: {}", file.path, what, outcome.step, outcome.why))
                 .hinted(outcome.hint.empty() && !outcome.report ? std::string(kWhichFile)
                                                                 : outcome.hint));
  } else if (file.exit != 0 && exit_code(outcome.decision) == 0) {
    note(fmt::format("{}: verifies as {}, which is not the {} that is required", file.path,
                     outcome.decision.word, require));
  }
}

std::string verify_text(const std::vector<CheckedFile>& files) {
  if (files.size() == 1 && judged(files.front())) {
    const VerifyOutcome& outcome = files.front().outcome;
    Shown shown =
        shown_of(*outcome.profile, outcome.decision, outcome.findings, judged_by(outcome));
    shown.report_id = outcome.report_id;
    shown.key_id = outcome.key_id;
    return render_text(*outcome.report, shown, Language::en);
  }
  std::string out;
  for (const CheckedFile& file : files) out += line_of(file);
  return out;
}

std::string verify_json(const std::vector<CheckedFile>& files, int exit) {
  JsonArray entries;
  for (const CheckedFile& file : files) entries.push_back(file_json(file));
  Json out;
  out.add("schema", 1).add("exit", exit).add("files", std::move(entries));
  return dump_pretty(out);
}

}  // namespace ga
