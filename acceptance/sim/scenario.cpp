#include "acceptance/sim/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "acceptance/sim/events_of.h"
#include "acceptance/sim/facts_of.h"
#include "acceptance/sim/scenarios.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr double kDefaultInletC = 22;
constexpr double kMaxSeed = 9007199254740991.0;  // 2^53 - 1, what every reader keeps exactly

double within(TomlTable& table, std::string_view key, double low, double high) {
  const double value = table.number(key);
  if (table.ok() && !(value >= low && value <= high)) {
    table.refuse(key, fmt::format("{} is outside {} .. {}", value, low, high),
                 "docs/scenario-format.md has the range of each key");
  }
  return value;
}

std::int64_t whole(TomlTable& table, std::string_view key, double low, double high) {
  const double value = within(table, key, low, high);
  if (table.ok() && value != std::floor(value)) {
    table.refuse(key, "must be a whole number", "remove the fraction");
  }
  return table.ok() ? static_cast<std::int64_t>(value) : 0;
}

std::string one_of(TomlTable& table, std::string_view key,
                   std::span<const std::string_view> words) {
  std::string got = table.text(key);
  std::string list;
  for (const std::string_view word : words) {
    if (word == got) return got;
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  if (table.ok()) table.refuse(key, fmt::format("'{}' is not known", got), "use one of: " + list);
  return got;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// "gpu/3" as 3, "node" as -1; nothing when it is neither or lies outside the node.
std::optional<int> unit_index(std::string_view unit, int gpus) {
  if (unit == "node") return -1;
  for (int i = 0; i < gpus; ++i) {
    if (unit == fmt::format("gpu/{}", i)) return i;
  }
  return std::nullopt;
}

int read_unit(TomlTable& table, const FaultInfo& info, int gpus) {
  const std::string unit = table.text("unit");
  const auto index = unit_index(unit, gpus);
  const std::string whole_node = fmt::format("gpu/0 to gpu/{}", gpus - 1);
  if (table.ok() && !index) {
    table.refuse("unit", fmt::format("'{}' is no unit of this node", unit),
                 fmt::format("use node or {}", whole_node));
  }
  const bool node = index && *index < 0;
  if (table.ok() && node && info.place == FaultPlace::gpu) {
    table.refuse("unit", fmt::format("{} sits on one GPU", info.id), "use " + whole_node);
  }
  if (table.ok() && !node && info.place == FaultPlace::node) {
    table.refuse("unit", fmt::format("{} concerns the whole node", info.id), "use node");
  }
  return index.value_or(-1);
}

void read_severity(TomlTable& table, const FaultInfo& info, Fault& fault) {
  fault.severity = info.fallback;
  if (!table.has("severity")) return;
  if (info.severity.empty()) {
    (void)table.number("severity");  // only marked as asked for; it is refused here
    table.refuse("severity", fmt::format("{} takes none", info.id), "remove it");
    return;
  }
  const double value = table.number("severity");
  if (table.ok() && !(value >= info.min && value <= info.max)) {
    table.refuse("severity", fmt::format("{} is outside {} .. {}", value, info.min, info.max),
                 fmt::format("for {} it is the {}", info.id, info.severity));
  }
  fault.severity = value;
}

std::string read_type(TomlTable& table) {
  std::array<std::string_view, kGemmTypes.size()> names;
  std::transform(kGemmTypes.begin(), kGemmTypes.end(), names.begin(),
                 [](const GemmType& type) { return type.name; });
  return one_of(table, "type", names);
}

bool is_sum(FaultKind kind) {
  return kind == FaultKind::allreduce_corrupt || kind == FaultKind::allreduce_sum_corrupt;
}

void read_path(TomlTable& table, Fault& fault) {
  constexpr std::array<std::string_view, 3> kPaths{"both", "own", "vendor"};
  const std::string path = one_of(table, "path", kPaths);
  fault.path = path == "own"      ? FaultPath::own
               : path == "vendor" ? FaultPath::vendor
                                  : FaultPath::both;
}

void read_peer(TomlTable& table, Fault& fault, int gpus) {
  const std::string unit = table.text("peer");
  const auto index = unit_index(unit, gpus);
  if (table.ok() && (!index || *index < 0 || *index == fault.gpu)) {
    table.refuse("peer", fmt::format("'{}' is no other GPU of this node", unit),
                 fmt::format("use one of gpu/0 to gpu/{}, not `unit`", gpus - 1));
  }
  fault.peer = index.value_or(-1);
}

void read_extras(TomlTable& table, const FaultInfo& info, Fault& fault) {
  if (info.kind == FaultKind::field_absent) {
    fault.field = table.text("field");
    if (table.ok() && !is_fact_field(fault.field)) {
      table.refuse("field", fmt::format("there is no fact or counter '{}'", fault.field),
                   "name a field of the facts or counters in docs/scenario-format.md");
    }
  }
  const bool counts =
      info.kind == FaultKind::counter_grows || info.kind == FaultKind::counter_flows;
  if (counts) {
    fault.field = table.text("field");
    const bool of_node = fault.gpu < 0 && info.kind == FaultKind::counter_grows;
    if (table.ok() && !is_gpu_counter(fault.field) && !(of_node && is_node_counter(fault.field))) {
      table.refuse("field", fmt::format("'{}' is no counter of that unit", fault.field),
                   "docs/report-format.md lists the counters; those of ports are the node's");
    }
  }
  if (info.kind == FaultKind::log_line || info.kind == FaultKind::log_line_before) {
    fault.code = table.text("code");
    fault.text = table.text("text");
    if (table.ok() && (fault.code.empty() || fault.text.empty())) {
      table.refuse("code", "a line has a code and a text",
                   "docs/kernel-log.md lists the codes and what the kernel says");
    }
  }
  const bool data = info.kind == FaultKind::bit_flip || info.kind == FaultKind::zero_tile ||
                    info.kind == FaultKind::nan;
  if (info.kind == FaultKind::slow_type || (data && table.has("type"))) {
    fault.type = read_type(table);
  }
  if ((data || is_sum(info.kind)) && table.has("path")) read_path(table, fault);
  if (data && table.has("sm")) {
    constexpr double kMostSm = 1023;
    fault.sm = static_cast<std::int64_t>(within(table, "sm", 0, kMostSm));
    if (table.ok() && fault.path != FaultPath::own) {
      table.refuse("sm", "only our kernels say who computed a tile", "add path = \"own\"");
    }
  }
  if ((data || is_sum(info.kind)) && table.has("least_mhz"))
    fault.least_mhz = within(table, "least_mhz", 1, 10'000);
}

Fault read_fault(TomlTable& table, int gpus) {
  Fault fault;
  const std::string kind = table.text("kind");
  if (!table.ok()) return fault;
  const FaultInfo* info = find_fault_kind(kind);
  if (info == nullptr) {
    table.refuse("kind", fmt::format("there is no fault '{}'", kind),
                 "docs/scenario-format.md lists the kinds");
    return fault;
  }
  fault.kind = info->kind;
  fault.gpu = read_unit(table, *info, gpus);
  if (table.has("at_s")) {
    fault.at_s = within(table, "at_s", 0, 1e6);
    if (table.ok() && !info->timed) {
      table.refuse("at_s", fmt::format("{} is there from the start", info->id), "remove it");
    }
  }
  read_severity(table, *info, fault);
  read_extras(table, *info, fault);
  if (info->kind == FaultKind::pair_slow) read_peer(table, fault, gpus);
  return fault;
}

bool is_expected_unit(std::string_view unit, int gpus) {
  for (const std::string_view kind : {"fan/", "leak/", "nic/", "nvme/", "psu/"}) {
    if (unit.starts_with(kind) && unit.size() > kind.size()) return true;
  }
  if (unit == "gpu/*" || unit_index(unit, gpus)) return true;
  // A pair, the lower GPU first: "gpu/1-gpu/4".
  const std::size_t dash = unit.find('-');
  if (dash == std::string_view::npos) return false;
  const auto low = unit_index(unit.substr(0, dash), gpus);
  const auto high = unit_index(unit.substr(dash + 1), gpus);
  return low && high && 0 <= *low && *low < *high;
}

Expect read_expect(TomlTable table, int gpus) {
  constexpr std::array<std::string_view, 3> kDecisions{"rehearsed", "rejected", "inconclusive"};
  constexpr std::array<std::string_view, 7> kCauses{
      "", "hardware", "config", "site", "interrupted", "not_measured", "borderline"};
  Expect expect;
  expect.decision = one_of(table, "decision", kDecisions);
  if (table.has("cause")) expect.cause = one_of(table, "cause", kCauses);
  expect.exit = whole(table, "exit", 0, 6);
  expect.loaded = table.optional_flag("loaded").value_or(true);
  for (TomlTable& row : table.tables("finding")) {
    ExpectedFinding finding{row.text("gate"), row.text("unit"), row.text("code")};
    // A unit may lie behind the last GPU: what is missing is found too.
    constexpr int kMostOrdered = 64;
    if (row.ok() && !is_expected_unit(finding.unit, std::max(gpus, kMostOrdered))) {
      row.refuse("unit", fmt::format("'{}' is no unit", finding.unit),
                 "use node, gpu/N, gpu/*, gpu/M-gpu/N or a part as psu/NAME");
    }
    expect.findings.push_back(std::move(finding));
  }
  return expect;
}

// What a name promises. docs/scenario-format.md has the rules in words.
void check_name(TomlTable& table, const Scenario& scenario) {
  const std::string& name = scenario.name;
  if (!is_name(name)) {
    return table.refuse("name", fmt::format("'{}' is no name", name),
                        "use lower-case letters, digits and hyphens, at most 64");
  }
  const bool healthy = name.starts_with("healthy-");
  if (healthy && scenario.expect && scenario.expect->decision == "rejected") {
    return table.refuse("name", "a healthy-* scenario must not be rejected", "rename it");
  }
  if (!healthy && scenario.level != "quick" && !name.starts_with(scenario.level + "-")) {
    return table.refuse("name", fmt::format("shows at level {} only", scenario.level),
                        fmt::format("begin its name with {}-", scenario.level));
  }
  for (const std::string_view level : {"standard", "soak"}) {
    if (name.starts_with(std::string(level) + "-") && scenario.level != level) {
      return table.refuse("name", fmt::format("promises level {}", level),
                          fmt::format("write level = \"{}\", or rename it", level));
    }
  }
}

Result<Part> read_part_key(TomlTable& table) {
  const std::string word = table.text("part");
  if (!table.ok()) return Part{};
  if (word == "other") {
    TomlTable other = table.table("other");
    return read_part(other);
  }
  auto part = builtin_part(word);
  if (part) return part;
  table.refuse("part", part.error().what(), part.error().hint());
  return Part{};
}

}  // namespace

const Fault* Scenario::fault(FaultKind kind, int gpu, double load_s) const {
  for (const Fault& f : faults) {
    if (f.kind == kind && (f.gpu < 0 || f.gpu == gpu) && load_s >= f.at_s) return &f;
  }
  return nullptr;
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  constexpr std::array<std::string_view, 3> kLevels{"quick", "standard", "soak"};
  constexpr double kMostGpus = 16;
  GA_TRY(TomlTable table, TomlTable::parse(text, file));
  if (table.integer("format") != 1 && table.ok()) {
    table.refuse("format", "only format 1 is known", "use a newer gpuaccept");
  }
  Scenario scenario;
  scenario.name = table.text("name");
  scenario.description = table.text("description");
  if (table.ok() && scenario.description.empty()) {
    table.refuse("description", "must not be empty", "say what the node is like");
  }
  GA_TRY(scenario.part, read_part_key(table));
  scenario.gpus = static_cast<int>(whole(table, "gpus", 1, kMostGpus));
  scenario.seed = static_cast<std::uint64_t>(whole(table, "seed", 0, kMaxSeed));
  scenario.inlet_c = table.has("inlet_c") ? within(table, "inlet_c", 5, 60) : kDefaultInletC;
  if (table.has("level")) scenario.level = one_of(table, "level", kLevels);
  for (TomlTable& fault : table.tables("fault")) {
    if (!table.ok()) break;
    scenario.faults.push_back(read_fault(fault, scenario.gpus));
  }
  if (table.has("expect")) scenario.expect = read_expect(table.table("expect"), scenario.gpus);
  if (table.ok()) check_name(table, scenario);
  GA_CHECK(table.close());
  return scenario;
}

Result<Scenario> load_scenario(const std::string& name_or_file) {
  if (const Embedded* builtin = find_embedded(builtin_scenarios(), name_or_file)) {
    return parse_scenario(builtin->text, name_or_file + ".toml");
  }
  auto text = read_file(name_or_file);
  if (!text) {
    return std::move(text)
        .error()
        .with("reading the scenario")
        .hinted("name a file, or one of: gpuaccept list scenarios");
  }
  return parse_scenario(*text, name_or_file);
}

}  // namespace ga
