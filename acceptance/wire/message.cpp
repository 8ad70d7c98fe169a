// Encodes and decodes the lines of the worker protocol. One byte form: every key is always there,
// in the order of docs/wire-protocol.md; what is unknown, missing or out of range is refused.
#include "acceptance/wire/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/codec/checked.h"
#include "reports/codec/evidence_codec.h"
#include "reports/codec/fields.h"

namespace ga {
namespace {

constexpr std::array<std::pair<Verb, std::string_view>, 5> kVerbs{{
    {Verb::facts, "facts"},
    {Verb::events, "events"},
    {Verb::watch, "watch"},
    {Verb::log, "log"},
    {Verb::case_, "case"},
}};

// Two words only: that of a block's own fault, and that of the run.
constexpr std::array<std::string_view, 2> kDiscardReasons{"no_clock_reading", "interrupted"};

Error refused(std::string what) { return Error(ErrorCode::protocol, std::move(what)); }

// A complaint of the reader of fields is, on this wire, a breach of the protocol.
Error as_protocol(const Error& error) { return refused(error.what()); }

Json known(const KnownInt& value) {
  if (value) return Json(*value);
  Json absent;
  absent.add("absent", as_text(value.absent));
  return absent;
}

// --- what each event adds after v, id, seq, t_ns and type ---

void add_body(Json& out, const HelloEvent& hello) {
  out.add("program", as_name(hello.program)).add("version", as_name(hello.version));
  out.add("simulated", hello.simulated).add("pid", hello.pid);
  out.add("libraries", list_to_json(hello.libraries));
}
void add_body(Json& out, const FactsEvent& event) { out.add("facts", to_json(event.facts)); }
void add_body(Json& out, const CountersEvent& event) {
  out.add("gpus", list_to_json(event.gpus));
  if (event.node) out.add("node", to_json(*event.node));
  out.add("log", list_to_json(event.log));
}
void add_body(Json& out, const TelemetryEvent& event) {
  out.add("gpu", as_name(event.gpu)).add("clock_mhz", known(event.clock_mhz));
  out.add("power_mw", known(event.power_mw)).add("temp_mc", known(event.temp_mc));
  out.add("throttle", known(event.throttle));
  if (event.memory_temp_mc != KnownInt()) out.add("memory_temp_mc", known(event.memory_temp_mc));
}
void add_body(Json& out, const SampleEvent& sample) {
  out.add("block", sample.block).add("unit", as_name(sample.unit)).add("value", sample.value);
  out.add("elapsed_ns", sample.elapsed_ns).add("clock_mhz", sample.clock_mhz);
  out.add("power_mw", sample.power_mw).add("temp_mc", sample.temp_mc);
  out.add("throttle", sample.throttle).add("discard", sample.discard);
  if (!sample.algorithm.empty()) out.add("algorithm", as_name(sample.algorithm));
  if (sample.link_gen) out.add("link_gen", *sample.link_gen);
  if (sample.link_width) out.add("link_width", *sample.link_width);
  if (sample.memory_temp_mc) out.add("memory_temp_mc", *sample.memory_temp_mc);
  const auto add_row = [&](const char* key, const std::vector<std::int64_t>& row) {
    if (!row.empty()) out.add(key, JsonArray(row.begin(), row.end()));
  };
  add_row("cells", sample.cells);
  add_row("active_links", sample.active_links);
}
void add_body(Json& out, const CheckEvent& event) {
  out.add("block", event.block).add("check", to_json(event.check));
}
void add_body(Json& out, const DoneEvent& event) {
  out.add("libraries", list_to_json(event.libraries));
}
void add_body(Json& out, const ErrorEvent& event) {
  out.add("code", as_name(event.code)).add("text", as_text(event.text));
}

constexpr std::string_view type_word(const HelloEvent&) { return "hello"; }
constexpr std::string_view type_word(const FactsEvent&) { return "facts"; }
constexpr std::string_view type_word(const CountersEvent&) { return "events"; }
constexpr std::string_view type_word(const TelemetryEvent&) { return "telemetry"; }
constexpr std::string_view type_word(const SampleEvent&) { return "sample"; }
constexpr std::string_view type_word(const CheckEvent&) { return "check"; }
constexpr std::string_view type_word(const DoneEvent&) { return "done"; }
constexpr std::string_view type_word(const ErrorEvent&) { return "error"; }

// --- reading ---

void read_version(Fields& fields) {
  const std::int64_t version = fields.integer("v");
  if (fields.ok() && version != kWireVersion) {
    fields.refuse("v", fmt::format("version {} is not known, only {}", version, kWireVersion));
  }
}

KnownInt read_known(Fields& fields, std::string_view key) {
  const Json& value = fields.any(key);
  if (value.is_int()) return value.as_int();
  Fields absent(value, fmt::format("{}.{}", fields.path(), key));
  std::string reason = read_text(absent, "absent");
  if (auto closed = absent.close(); !closed) {
    fields.refuse(key, "must be an integer or {absent: reason}");
  }
  return KnownInt::missing(std::move(reason));
}

Params read_params(Fields& fields) {
  Params out;
  const Json& value = fields.any("params");
  if (!value.is_object()) {
    fields.refuse("params", "must be an object");
    return out;
  }
  for (const auto& [name, number] : value.as_object()) {
    if (number.is_int()) {
      out.emplace(name, number.as_int());
    } else {
      fields.refuse("params", fmt::format("'{}' must be an integer", name));
    }
  }
  return out;
}

Verb read_verb(Fields& fields) {
  const std::string word = fields.text("verb");
  for (const auto& [verb, name] : kVerbs) {
    if (name == word) return verb;
  }
  fields.refuse("verb", fmt::format("'{}' is none of facts, events, watch, log, case", word));
  return Verb::facts;
}

// What belongs together: a case has a name and blocks, and nothing else has.
void check_case(Fields& fields, const WireRequest& request) {
  if (request.verb == Verb::case_) {
    if (request.case_id.empty()) fields.refuse("case", "the verb case needs one");
    if (request.blocks < 1) fields.refuse("blocks", "the verb case needs at least 1");
    return;
  }
  if (!request.case_id.empty()) fields.refuse("case", "only the verb case has one");
  if (!request.params.empty()) fields.refuse("params", "only the verb case has any");
  if (request.blocks != 0) fields.refuse("blocks", "only the verb case has any");
}

using Body = decltype(WireEvent::body);

Result<Body> read_hello(Fields& fields) {
  HelloEvent hello;
  hello.program = read_name(fields, "program");
  hello.version = read_name(fields, "version");
  hello.simulated = fields.flag("simulated");
  hello.pid = read_count(fields, "pid");
  GA_TRY(hello.libraries, read_list<Library>(fields, "libraries", library_from_json));
  return Body(std::move(hello));
}

Result<Body> read_counters(Fields& fields) {
  CountersEvent event;
  GA_TRY(event.gpus, read_list<GpuCounters>(fields, "gpus", counters_from_json));
  if (const Json* node = fields.optional("node")) {
    GA_TRY(event.node, node_counters_from_json(*node, "node"));
  }
  GA_TRY(event.log, read_list<LogEvent>(fields, "log", log_from_json));
  return Body(std::move(event));
}

Result<Body> read_telemetry(Fields& fields) {
  TelemetryEvent event;
  event.gpu = read_name(fields, "gpu");
  event.clock_mhz = read_known(fields, "clock_mhz");
  event.power_mw = read_known(fields, "power_mw");
  event.temp_mc = read_known(fields, "temp_mc");
  event.throttle = read_known(fields, "throttle");
  if (fields.optional("memory_temp_mc") != nullptr) {
    event.memory_temp_mc = read_known(fields, "memory_temp_mc");
  }
  return Body(std::move(event));
}

std::vector<std::int64_t> read_row(Fields& fields, std::string_view key) {
  if (fields.optional(key) == nullptr) return {};
  std::vector<std::int64_t> row = read_integers(fields, key);
  if (row.empty() || row.size() > kMaxCells) {
    fields.refuse(key, fmt::format("has {} entries, must have 1 to {}", row.size(), kMaxCells));
  }
  return row;
}

Result<Body> read_sample(Fields& fields) {
  SampleEvent sample;
  sample.block = read_count(fields, "block");
  sample.unit = read_name(fields, "unit");
  sample.value = read_count(fields, "value");
  sample.elapsed_ns = read_count(fields, "elapsed_ns");
  sample.clock_mhz = read_count(fields, "clock_mhz");
  sample.power_mw = read_count(fields, "power_mw");
  sample.temp_mc = fields.integer("temp_mc");
  sample.throttle = read_count(fields, "throttle");
  sample.discard = fields.text("discard");
  if (!sample.discard.empty() && std::find(kDiscardReasons.begin(), kDiscardReasons.end(),
                                           sample.discard) == kDiscardReasons.end()) {
    fields.refuse("discard", fmt::format("'{}' is no reason to discard a block", sample.discard));
  }
  sample.algorithm = read_present_name(fields, "algorithm");
  sample.link_gen = read_present_count(fields, "link_gen");
  sample.link_width = read_present_count(fields, "link_width");
  sample.memory_temp_mc = read_present_count(fields, "memory_temp_mc");
  sample.cells = read_row(fields, "cells");
  sample.active_links = read_row(fields, "active_links");
  return Body(std::move(sample));
}

Result<Body> read_body(Fields& fields, const std::string& type) {
  if (type == "hello") return read_hello(fields);
  if (type == "events") return read_counters(fields);
  if (type == "telemetry") return read_telemetry(fields);
  if (type == "sample") return read_sample(fields);
  if (type == "facts") {
    GA_TRY(auto facts, facts_from_json(fields.any("facts"), "event.facts"));
    return Body(FactsEvent{std::move(facts)});
  }
  if (type == "check") {
    CheckEvent event;
    event.block = read_count(fields, "block");
    GA_TRY(event.check, check_from_json(fields.any("check"), "event.check"));
    return Body(std::move(event));
  }
  if (type == "done") {
    DoneEvent done;
    GA_TRY(done.libraries, read_list<Library>(fields, "libraries", library_from_json));
    return Body(std::move(done));
  }
  if (type == "error") {
    ErrorEvent error;
    error.code = read_name(fields, "code");
    error.text = read_text(fields, "text");
    return Body(std::move(error));
  }
  return refused(fmt::format("event.type: '{}' is not known", type));
}

Result<Json> parse_line(std::string_view line) {
  if (line.size() > kMaxWireLine) {
    return refused(
        fmt::format("a line of {} bytes; at most {} are read", line.size(), kMaxWireLine));
  }
  auto json = parse_json(line);
  if (!json) return as_protocol(json.error());
  return *std::move(json);
}

}  // namespace

std::string encode(const WireRequest& request) {
  Json params;
  for (const auto& [name, value] : request.params) params.add(name, value);
  const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&](const auto& row) { return row.first == request.verb; });
  Json out;
  out.add("v", kWireVersion).add("id", request.id).add("verb", verb->second);
  out.add("case", request.case_id).add("params", std::move(params));
  out.add("gpus", list_to_json(request.gpus, [](const auto& gpu) { return Json(as_name(gpu)); }))
      .add("start_at_ns", request.start_at_ns);
  out.add("deadline_ns", request.deadline_ns).add("blocks", request.blocks);
  out.add("first_block", request.first_block).add("block_ns", request.block_ns);
  out.add("seed", request.seed);
  return dump(out);
}

std::string encode(const WireEvent& event) {
  Json out;
  out.add("v", kWireVersion).add("id", event.id).add("seq", event.seq).add("t_ns", event.t_ns);
  std::visit(
      [&](const auto& body) {
        out.add("type", type_word(body));
        add_body(out, body);
      },
      event.body);
  return dump(out);
}

Result<WireRequest> decode_request(std::string_view line) {
  GA_TRY(const Json json, parse_line(line));
  Fields fields(json, "request");
  WireRequest request;
  read_version(fields);
  request.id = read_count(fields, "id");
  request.verb = read_verb(fields);
  request.case_id = read_name(fields, "case");
  request.params = read_params(fields);
  request.gpus = read_names(fields, "gpus");
  request.start_at_ns = read_count(fields, "start_at_ns");
  request.deadline_ns = read_count(fields, "deadline_ns");
  request.blocks = read_count(fields, "blocks");
  request.first_block = read_count(fields, "first_block");
  request.block_ns = read_count(fields, "block_ns");
  request.seed = fields.integer("seed");
  check_case(fields, request);
  if (auto closed = fields.close(); !closed) return as_protocol(closed.error());
  return request;
}

Result<WireEvent> decode_event(std::string_view line) {
  GA_TRY(const Json json, parse_line(line));
  Fields fields(json, "event");
  WireEvent event;
  read_version(fields);
  event.id = read_count(fields, "id");
  event.seq = read_count(fields, "seq");
  event.t_ns = read_count(fields, "t_ns");
  auto body = read_body(fields, fields.text("type"));
  if (!body) return as_protocol(body.error());
  event.body = *std::move(body);
  if (auto closed = fields.close(); !closed) return as_protocol(closed.error());
  return event;
}

}  // namespace ga
