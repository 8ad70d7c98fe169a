#include "reports/codec/evidence_codec.h"

#include "reports/codec/checked.h"

namespace ga {
namespace {

Json integers(const std::vector<std::int64_t>& values) {
  return JsonArray(values.begin(), values.end());
}

Json names(const std::vector<std::string>& values) {
  JsonArray out;
  for (const std::string& value : values) out.emplace_back(as_name(value));
  return out;
}

Json first_to_json(const FirstMismatch& first) {
  Json out;
  out.add("tile", first.tile).add("sm", first.sm).add("element", first.element);
  out.add("expected", as_name(first.expected)).add("got", as_name(first.got));
  return out.add("xor", as_name(first.xor_bits));
}

Result<FirstMismatch> first_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  FirstMismatch first;
  first.tile = fields.integer("tile");
  first.sm = fields.integer("sm");
  first.element = read_count(fields, "element");
  first.expected = read_name(fields, "expected");
  first.got = read_name(fields, "got");
  first.xor_bits = read_name(fields, "xor");
  GA_CHECK(fields.close());
  return first;
}

Json opening_to_json(const Opening& opening) {
  return Json().add("tile", opening.tile).add("path", names(opening.path));
}

Result<Opening> opening_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Opening opening{.tile = read_count(fields, "tile"), .path = read_names(fields, "path")};
  GA_CHECK(fields.close());
  return opening;
}

Json discard_to_json(const Discard& discard) {
  return Json().add("index", discard.index).add("reason", as_name(discard.reason));
}

Result<Discard> discard_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Discard discard{.index = read_count(fields, "index"),
                  .reason = read_word(fields, "reason", {"no_clock_reading", "interrupted"})};
  GA_CHECK(fields.close());
  return discard;
}

Json params_to_json(const Params& params) {
  Json out;
  for (const auto& [key, value] : params) out.add(as_name(key), value);
  return out;
}

// A param's name is data; all values are integers.
Result<Params> params_from_json(Fields& parent, std::string_view key) {
  const Json& json = parent.any(key);
  Fields fields(json, fmt::format("{}.{}", parent.path(), key));
  Params params;
  if (json.is_object()) {
    for (const JsonMember& member : json.as_object()) {
      const bool good = !member.first.empty() && member.first.size() <= kMaxName &&
                        is_printable_ascii(member.first);
      if (!good) fields.refuse(as_name(member.first), "a param's name must be printable ASCII");
      params[member.first] = fields.integer(member.first);
    }
  }
  GA_CHECK(fields.close());
  return params;
}

Result<std::vector<std::int64_t>> row_from_json(const Json& json, const std::string& path) {
  std::vector<std::int64_t> row;
  bool good = json.is_array() && json.as_array().size() <= kMaxCells;
  for (std::size_t i = 0; good && i < json.as_array().size(); ++i) {
    const Json& cell = json.as_array()[i];
    good = cell.is_int();
    if (good) row.push_back(cell.as_int());
  }
  if (good) return row;
  return Error(ErrorCode::parse,
               fmt::format("{}: must be an array of at most {} integers", path, kMaxCells));
}

Result<Rows> read_present_rows(Fields& fields, std::string_view key) {
  if (fields.optional(key) == nullptr) return Rows();
  return read_list<std::vector<std::int64_t>>(fields, key, row_from_json);
}

// A row for each sample, and all of them as long as the first.
void check_rows(Fields& fields, std::string_view key, const Rows& rows, std::size_t samples) {
  if (rows.empty()) return;
  if (rows.size() != samples) {
    fields.refuse(key, fmt::format("has {} entries and samples has {}", rows.size(), samples));
  }
  for (const auto& row : rows) {
    if (row.empty() || row.size() != rows.front().size()) {
      fields.refuse(key, "must have rows of one length, and not empty");
    }
  }
}

void check_lengths(Fields& fields, const Measurement& m) {
  const std::size_t want = m.samples.size();
  const auto same = [&](std::string_view key, const std::vector<std::int64_t>& series) {
    if (series.size() == want) return;
    fields.refuse(key, fmt::format("has {} entries and samples has {}", series.size(), want));
  };
  same("clock_mhz", m.clock_mhz);
  same("power_mw", m.power_mw);
  same("temp_mc", m.temp_mc);
  same("throttle", m.throttle);
  check_rows(fields, "cells", m.cells, want);
  check_rows(fields, "active_links", m.active_links, want);
  if (!m.memory_temp_mc.empty()) same("memory_temp_mc", m.memory_temp_mc);
  if (!m.memory_temp_mc.empty() && !m.case_id.starts_with("memory.")) {
    fields.refuse("memory_temp_mc", "is of cases that load the memory");
  }
  if (m.link_gen.empty() && m.link_width.empty()) return;
  same("link_gen", m.link_gen);
  same("link_width", m.link_width);
}

void check_first_block(Fields& fields, const Measurement& m) {
  if (!m.check || !m.check->first_block) return;
  const std::size_t blocks = m.samples.size() + m.discarded.size();
  if (static_cast<std::size_t>(*m.check->first_block) < blocks) return;
  fields.refuse("check", fmt::format("first_block is none of the series' {} blocks", blocks));
}

}  // namespace

Json to_json(const Check& check) {
  Json out;
  out.add("kind", as_name(check.kind)).add("expected", as_name(check.expected));
  out.add("got", as_name(check.got)).add("wrong", check.wrong);
  if (check.launches) out.add("launches", *check.launches);
  if (check.first) out.add("first", first_to_json(*check.first));
  if (check.first_block) out.add("first_block", *check.first_block);
  return out.add("root", check.root).add("openings", list_to_json(check.openings, opening_to_json));
}

Result<Check> check_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Check check;
  check.kind =
      read_word(fields, "kind", {"exact", "digest", "checksum", "pattern", "reference", "tree"});
  check.expected = read_name(fields, "expected");
  check.got = read_name(fields, "got");
  check.wrong = read_count(fields, "wrong");
  check.launches = read_present_count(fields, "launches");
  if (const Json* first = fields.optional("first")) {
    GA_TRY(check.first, first_from_json(*first, path + ".first"));
  }
  check.first_block = read_present_count(fields, "first_block");
  if (check.first_block && !is_wrong(check)) {
    fields.refuse("first_block", "is of a check that is wrong");
  }
  check.root = read_digest_or_none(fields, "root");
  GA_TRY(check.openings, read_list<Opening>(fields, "openings", opening_from_json));
  GA_CHECK(fields.close());
  return check;
}

Json to_json(const Measurement& m) {
  Json out;
  out.add("gate", as_name(m.gate)).add("case", as_name(m.case_id));
  out.add("unit_id", as_name(m.unit_id)).add("params", params_to_json(m.params));
  out.add("unit", as_name(m.unit));
  if (!m.algorithm.empty()) out.add("algorithm", as_name(m.algorithm));
  out.add("samples", integers(m.samples));
  out.add("block_ns", m.block_ns).add("clock_mhz", integers(m.clock_mhz));
  out.add("power_mw", integers(m.power_mw)).add("temp_mc", integers(m.temp_mc));
  out.add("throttle", integers(m.throttle));
  if (!m.link_gen.empty()) out.add("link_gen", integers(m.link_gen));
  if (!m.link_width.empty()) out.add("link_width", integers(m.link_width));
  if (!m.memory_temp_mc.empty()) out.add("memory_temp_mc", integers(m.memory_temp_mc));
  if (!m.cells.empty()) out.add("cells", list_to_json(m.cells, integers));
  if (!m.active_links.empty()) out.add("active_links", list_to_json(m.active_links, integers));
  if (m.check) out.add("check", to_json(*m.check));
  return out.add("discarded", list_to_json(m.discarded, discard_to_json));
}

Result<Measurement> measurement_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Measurement m;
  m.gate = read_name(fields, "gate");
  m.case_id = read_name(fields, "case");
  m.unit_id = read_name(fields, "unit_id");
  GA_TRY(m.params, params_from_json(fields, "params"));
  m.unit = read_word(fields, "unit", {"bytes_per_s", "flops", "mhz", "launches", "ns"});
  m.algorithm = read_present_name(fields, "algorithm");
  m.samples = read_counts(fields, "samples");
  m.block_ns = read_count(fields, "block_ns");
  m.clock_mhz = read_counts(fields, "clock_mhz");
  m.power_mw = read_counts(fields, "power_mw");
  m.temp_mc = read_integers(fields, "temp_mc");
  m.throttle = read_counts(fields, "throttle");
  m.link_gen = read_present_counts(fields, "link_gen");
  m.link_width = read_present_counts(fields, "link_width");
  m.memory_temp_mc = read_present_counts(fields, "memory_temp_mc");
  GA_TRY(m.cells, read_present_rows(fields, "cells"));
  GA_TRY(m.active_links, read_present_rows(fields, "active_links"));
  if (const Json* check = fields.optional("check")) {
    GA_TRY(m.check, check_from_json(*check, path + ".check"));
  }
  GA_TRY(m.discarded, read_list<Discard>(fields, "discarded", discard_from_json));
  check_lengths(fields, m);
  check_first_block(fields, m);
  GA_CHECK(fields.close());
  return m;
}

Json to_json(const Warmup& warmup) {
  Json out;
  out.add("unit_id", as_name(warmup.unit_id)).add("ended_ns", warmup.ended_ns);
  if (warmup.launches) out.add("launches", *warmup.launches);
  return out.add("temp_mc", integers(warmup.temp_mc));
}

Result<Warmup> warmup_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Warmup warmup;
  warmup.unit_id = read_name(fields, "unit_id");
  warmup.ended_ns = read_count(fields, "ended_ns");
  warmup.launches = read_present_count(fields, "launches");
  warmup.temp_mc = read_integers(fields, "temp_mc");
  GA_CHECK(fields.close());
  return warmup;
}

Json to_json(const WorkerExit& exit) {
  Json out;
  out.add("worker", as_name(exit.worker)).add("request", as_name(exit.request));
  return out.add("how", as_name(exit.how)).add("detail", as_text(exit.detail));
}

Result<WorkerExit> exit_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  WorkerExit exit;
  exit.worker = read_name(fields, "worker");
  exit.request = read_name(fields, "request");
  exit.how = read_word(fields, "how", {"done", "error", "signal", "deadline", "protocol"});
  exit.detail = read_text(fields, "detail");
  GA_CHECK(fields.close());
  return exit;
}

Json to_json(const LogEvent& event) {
  Json out;
  out.add("t_ns", event.t_ns).add("source", as_name(event.source));
  out.add("gpu", as_name(event.gpu)).add("code", as_name(event.code));
  out.add("text", as_text(event.text));
  return event.boot == 0 ? out : out.add("boot", event.boot);
}

Result<LogEvent> log_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  LogEvent event;
  event.t_ns = read_count(fields, "t_ns");
  event.source = read_name(fields, "source");
  event.gpu = read_name(fields, "gpu");
  event.code = read_name(fields, "code");
  event.text = read_text(fields, "text");
  event.boot = read_present_count(fields, "boot").value_or(0);
  GA_CHECK(fields.close());
  return event;
}

Json to_json(const Finding& finding) {
  Json out;
  out.add("gate", as_name(finding.gate)).add("unit_id", as_name(finding.unit_id));
  out.add("verdict", to_word(finding.verdict)).add("code", as_name(finding.code));
  out.add("blame", to_word(finding.blame)).add("reason", as_text(finding.reason));
  JsonArray warn;
  for (const std::string& text : finding.warn) warn.emplace_back(as_text(text));
  return out.add("next_step", as_text(finding.next_step)).add("warn", std::move(warn));
}

Result<Finding> finding_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Finding finding;
  finding.gate = read_name(fields, "gate");
  finding.unit_id = read_name(fields, "unit_id");
  const auto verdict = verdict_from_word(fields.text("verdict"));
  if (!verdict) fields.refuse("verdict", "must be a verdict word such as \"pass\"");
  finding.verdict = verdict.value_or(Verdict::not_measured);
  finding.code = read_name(fields, "code");
  const auto blame = blame_from_word(fields.text("blame"));
  if (!blame) fields.refuse("blame", "must be a blame word such as \"gpu\"");
  finding.blame = blame.value_or(Blame::none);
  finding.reason = read_text(fields, "reason");
  finding.next_step = read_text(fields, "next_step");
  finding.warn = read_texts(fields, "warn");
  GA_CHECK(fields.close());
  return finding;
}

Json to_json(const Library& library) {
  Json out;
  out.add("name", as_name(library.name)).add("path", as_fact(library.path));
  return out.add("version", as_name(library.version)).add("sha256", library.sha256);
}

Result<Library> library_from_json(const Json& json, const std::string& path) {
  Fields fields(json, path);
  Library library;
  library.name = read_name(fields, "name");
  library.path = read_path(fields, "path");
  library.version = read_name(fields, "version");
  library.sha256 = read_digest_or_none(fields, "sha256");
  GA_CHECK(fields.close());
  return library;
}

}  // namespace ga
