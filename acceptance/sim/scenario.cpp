#include "acceptance/sim/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "acceptance/sim/read_fault.h"
#include "acceptance/sim/scenarios.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr double kDefaultInletC = 22;
constexpr double kMaxSeed = 9007199254740991.0;  // 2^53 - 1, what every reader keeps exactly

std::int64_t whole(TomlTable& table, std::string_view key, double low, double high) {
  const double value = number_within(table, key, low, high);
  if (table.ok() && value != std::floor(value)) {
    table.refuse(key, "must be a whole number", "remove the fraction");
  }
  return table.ok() ? static_cast<std::int64_t>(value) : 0;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
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
  scenario.inlet_c = table.has("inlet_c") ? number_within(table, "inlet_c", 5, 60) : kDefaultInletC;
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
