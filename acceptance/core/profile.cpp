#include "acceptance/core/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <type_traits>
#include <utility>

#include "acceptance/core/gate.h"
#include "acceptance/core/profile_read.h"
#include "reports/codec/json.h"
#include "reports/codec/toml.h"
#include "reports/model/counters.h"
#include "reports/model/counters_node.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::array<std::pair<std::string_view, Level>, 3> kLevels{
    {{"quick", Level::quick}, {"standard", Level::standard}, {"soak", Level::soak}}};
constexpr std::array<std::pair<std::string_view, ProfileKind>, 2> kKinds{
    {{"acceptance", ProfileKind::acceptance}, {"ci", ProfileKind::ci}}};
constexpr std::array<std::pair<std::string_view, ProfileStatus>, 2> kStatuses{
    {{"draft", ProfileStatus::draft}, {"final", ProfileStatus::final}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> kBindings{
    {{"challenged", true}, {"self_declared", false}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kModes{
    {{"default", "default"},
     {"exclusive_process", "exclusive_process"},
     {"prohibited", "prohibited"}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> kSwitch{{{"on", true}, {"off", false}}};

constexpr std::int64_t kMillion = 1'000'000;

std::int64_t share(TomlTable& table, std::string_view key) {
  return within(table, key, 0, 2 * kMillion);
}

// The unit that samples of a case have; empty for a case that we do not know, or that no limit is
// set to.
std::string_view unit_of(std::string_view case_id) {
  if (case_id == "memory.pattern") return "";  // its data alone are judged
  if (case_id == "memory.chase") return "ns";
  if (case_id.starts_with("memory.") || case_id.starts_with("pcie.")) return "bytes_per_s";
  if (case_id.ends_with(".exact")) return "launches";
  if (case_id == "allreduce.latency") return "ns";
  if (case_id.starts_with("allreduce.") || case_id.starts_with("nvlink.")) return "bytes_per_s";
  const bool computes = case_id.starts_with("gemm.") || case_id.starts_with("attention.");
  if (computes || case_id == "power.mixed") return "flops";
  if (case_id.starts_with("clock.")) return "mhz";
  return "";
}

std::string read_gate(TomlTable& table, const Profile& profile) {
  std::string gate = table.text("gate");
  if (table.ok() && !profile.requires_gate(gate)) {
    table.refuse("gate", fmt::format("'{}' is not in `required`", gate),
                 "add it there, or take this limit out");
  }
  return gate;
}

std::string read_case(TomlTable& table, std::string_view key) {
  std::string case_id = table.text(key);
  if (table.ok() && unit_of(case_id).empty()) {
    table.refuse(key, fmt::format("'{}' is no case that has limits", case_id),
                 "see gpuaccept list cases");
  }
  return case_id;
}

bool names_library(std::string_view text) {
  const std::size_t space = text.find(' ');
  return space != std::string_view::npos && space > 0 && space + 1 < text.size() &&
         text.find(' ', space + 1) == std::string_view::npos;
}

LimitKey read_key(TomlTable key) {
  LimitKey out;
  out.part_name = key.optional_text("part_name").value_or("");
  out.vbios = key.optional_text("vbios").value_or("");
  out.driver = key.optional_text("driver").value_or("");
  out.library = key.optional_text("library").value_or("");
  if (key.has("library") && !names_library(out.library)) {
    key.refuse("library", "must be a library's name and its version",
               "write \"libcublasLt.so.13 13.\" for a family, or the whole version");
  }
  out.power_limit_mw = key.optional_integer("power_limit_mw").value_or(0);
  if (key.has("bytes")) out.bytes = within(key, "bytes", 1, kMaxJsonInteger);
  if (key.has("memory_max_mc")) {
    constexpr std::int64_t kHottestMc = 150'000;
    out.memory_max_mc = within(key, "memory_max_mc", 1, kHottestMc);
  }
  return out;
}

Limit read_limit(TomlTable& table, const Profile& profile, bool is_ceiling) {
  Limit limit;
  limit.is_ceiling = is_ceiling;
  limit.gate = read_gate(table, profile);
  limit.case_id = read_case(table, "case");
  limit.value = within(table, "value", 1, kMaxJsonInteger);
  limit.unit = table.text("unit");
  if (table.ok() && limit.unit != unit_of(limit.case_id)) {
    table.refuse("unit", fmt::format("'{}' is wrong for {}", limit.unit, limit.case_id),
                 fmt::format("give the value in {}", unit_of(limit.case_id)));
  }
  if (table.ok() && is_ceiling != (limit.unit == "ns")) {
    table.refuse("unit", is_ceiling ? "a ceiling is one of a time" : "a time has no floor",
                 is_ceiling ? "use [[floor]]" : "use [[ceiling]]");
  }
  limit.units = within(table, "units", 0, kMillion);
  Origin origin = read_origin(table);
  limit.source = std::move(origin.source);
  limit.date = std::move(origin.date);
  limit.status = origin.status;
  if (table.ok() && limit.status == LimitStatus::calibrated && limit.units < 472) {
    table.refuse("status", "calibrated needs at least 59 nodes (472 GPUs)",
                 "write published or provisional");
  }
  if (table.has("key")) limit.key = read_key(table.table("key"));
  if (limit.key.memory_max_mc > 0 && !limit.case_id.starts_with("memory.")) {
    table.refuse("key", fmt::format("{} does not read the memory's temperature", limit.case_id),
                 "take memory_max_mc out");
  }
  return limit;
}

Ratio read_ratio(TomlTable& table, const Profile& profile) {
  Ratio ratio;
  ratio.gate = read_gate(table, profile);
  ratio.case_id = read_case(table, "case");
  ratio.of_case = table.text("of");
  if (table.ok() && ratio.of_case != "pcie.link" && unit_of(ratio.of_case).empty()) {
    table.refuse("of", fmt::format("'{}' is no case", ratio.of_case), "see gpuaccept list cases");
  }
  ratio.min_ppm = within(table, "min_ppm", 1, 2 * kMillion);
  Origin origin = read_origin(table);
  ratio.source = std::move(origin.source);
  ratio.date = std::move(origin.date);
  ratio.status = origin.status;
  return ratio;
}

// Counters that are a rate already, and so have no time to be counted in.
bool is_rate(std::string_view counter) { return counter.ends_with("_ber_e18"); }

bool is_event_counter(std::string_view name) {
  bool known = false;
  const auto look = [&](std::string_view field, const auto& fact) {
    known |= field == name && std::is_same_v<decltype(fact), const KnownInt&>;
  };
  const GpuCounters gpu;
  const NicCounters nic;
  GpuCounters::visit_fields(gpu, look);
  NicCounters::visit_fields(nic, look);
  return known;
}

Spread read_spread(TomlTable& table, const Profile& profile) {
  Spread spread;
  spread.case_id = read_case(table, "case");
  spread.sigma_ppm = within(table, "sigma_ppm", 1, kMillion);
  const auto twice = [&](const Spread& other) { return other.case_id == spread.case_id; };
  if (table.ok() && std::any_of(profile.spreads.begin(), profile.spreads.end(), twice)) {
    table.refuse("case", fmt::format("'{}' stands twice", spread.case_id), "keep one of them");
  }
  Origin origin = read_origin(table);
  spread.source = std::move(origin.source);
  spread.date = std::move(origin.date);
  spread.status = origin.status;
  return spread;
}

EventLimit read_event_limit(TomlTable& table, const Profile& profile) {
  constexpr std::int64_t kDayS = 86400;
  EventLimit limit;
  limit.gate = read_gate(table, profile);
  limit.counter = table.text("counter");
  if (table.ok() && !is_event_counter(limit.counter)) {
    table.refuse("counter", fmt::format("there is no counter '{}'", limit.counter),
                 "docs/report-format.md names the counters");
  }
  limit.max = within(table, "max", 0, kMaxJsonInteger);
  if (table.has("per_s")) limit.per_s = within(table, "per_s", 1, kDayS);
  if (table.ok() && limit.per_s.has_value() == is_rate(limit.counter)) {
    table.refuse(
        "counter",
        fmt::format("'{}' is {}", limit.counter, limit.per_s ? "a rate itself" : "a count"),
        limit.per_s ? "take per_s out" : "say in how many seconds: per_s");
  }
  const auto twice = [&](const EventLimit& other) {
    return other.gate == limit.gate && other.counter == limit.counter;
  };
  if (table.ok() && std::any_of(profile.event_limits.begin(), profile.event_limits.end(), twice)) {
    table.refuse("counter", fmt::format("'{}' stands twice", limit.counter), "keep one of them");
  }
  Origin origin = read_origin(table);
  limit.source = std::move(origin.source);
  limit.date = std::move(origin.date);
  limit.status = origin.status;
  return limit;
}

std::optional<bool> read_switch(TomlTable& table, std::string_view key) {
  if (!table.has(key)) return std::nullopt;
  return one_of<bool>(table, key, kSwitch);
}

void read_ordered(TomlTable root, Profile& profile) {
  TomlTable table = root.table("ordered");
  Ordered& ordered = profile.ordered;
  ordered.gpus = within(table, "gpus", 1, 64);
  if (table.has("pci_devices")) ordered.pci_devices = table.texts("pci_devices");
  if (table.has("pci_subsystems")) ordered.pci_subsystems = table.texts("pci_subsystems");
  if (table.has("part_names")) ordered.part_names = table.texts("part_names");
  ordered.memory_bytes_min = within(table, "memory_bytes_min", 0, kMaxJsonInteger);
  ordered.ecc = read_switch(table, "ecc");
  ordered.mig = read_switch(table, "mig");
  ordered.power_limit_mw = within(table, "power_limit_mw", 0, 10 * kMillion);
  ordered.idle_memory_bytes_max = within(table, "idle_memory_bytes_max", 0, kMaxJsonInteger);
  ordered.clock_light_min_ppm = share(table, "clock_light_min_ppm");
  ordered.sw_thermal_max_ppm = share(table, "sw_thermal_max_ppm");
  ordered.persistence = read_switch(table, "persistence");
  if (table.has("compute_mode")) {
    ordered.compute_mode = std::string(one_of<std::string_view>(table, "compute_mode", kModes));
  }
  ordered.acs = read_switch(table, "acs");
  if (table.has("pcie_gen")) ordered.pcie_gen = within(table, "pcie_gen", 1, 7);
  if (table.has("pcie_width")) ordered.pcie_width = within(table, "pcie_width", 1, 16);
  if (profile.kind != ProfileKind::acceptance || !table.ok()) return;
  const auto demand = [&](std::string_view key, bool present) {
    if (!present) {
      table.refuse(key, "an acceptance profile must say what was ordered", "add this key");
    }
  };
  demand("pci_devices", !ordered.pci_devices.empty());
  demand("part_names", !ordered.part_names.empty());
  demand("memory_bytes_min", ordered.memory_bytes_min > 0);
  demand("ecc", ordered.ecc.has_value());
  demand("mig", ordered.mig.has_value());
  demand("power_limit_mw", ordered.power_limit_mw > 0);
}

void read_sizes(TomlTable root, Sizes& sizes) {
  TomlTable table = root.table("sizes");
  constexpr std::int64_t kTebi = std::int64_t{1} << 40;
  sizes.hbm_array_bytes = within(table, "hbm_array_bytes", std::int64_t{1} << 20, kTebi);
  sizes.pcie_bytes = within(table, "pcie_bytes", std::int64_t{1} << 20, kTebi);
  sizes.gemm_n = within(table, "gemm_n", 128, 65536);
  sizes.exact_n = within(table, "exact_n", 1, 65536);
  sizes.exact_launches = within(table, "exact_launches", 1, kMillion);
  const auto of_some_gates = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    return table.has(key) ? within(table, key, least, most) : 0;
  };
  sizes.attention_seq = of_some_gates("attention_seq", 1, 65536);
  sizes.attention_exact_seq = of_some_gates("attention_exact_seq", 1, 65536);
  sizes.p2p_bytes = of_some_gates("p2p_bytes", 4096, kTebi);
  sizes.allreduce_bytes = of_some_gates("allreduce_bytes", 4096, kTebi);
  sizes.latency_bytes = of_some_gates("latency_bytes", 4096, std::int64_t{1} << 20);
  sizes.pattern_ppm = of_some_gates("pattern_ppm", 1, kMillion);
  sizes.chase_bytes = of_some_gates("chase_bytes", std::int64_t{1} << 20, std::int64_t{64} << 30);
  sizes.power_n = of_some_gates("power_n", 256, 32768);
  if (table.has("soak_hours")) sizes.soak_hours = within(table, "soak_hours", 1, 72);
}

void read_required(TomlTable& table, Profile& profile, const std::vector<std::string>& known) {
  for (const std::string& gate : table.texts("required")) {
    if (gate == kFreshnessGate) {
      table.refuse("required", fmt::format("'{}' is asked for by a challenge alone", gate),
                   "take it out; binding = \"challenged\" demands a challenge");
    }
    if (std::find(known.begin(), known.end(), gate) == known.end()) {
      table.refuse("required", fmt::format("no gate '{}'", gate), "see gpuaccept list gates");
    }
    if (profile.requires_gate(gate)) {
      table.refuse("required", fmt::format("'{}' stands twice", gate), "name each gate once");
    }
    profile.required.push_back(gate);
  }
  if (table.ok() && profile.required.empty()) {
    table.refuse("required", "no gate is required", "such a profile would pass anything");
  }
}

// A quick run screens. Where it could accept, nothing may be left to another level.
void read_skip_at_quick(TomlTable& table, Profile& profile) {
  if (!table.has("skip_at_quick")) return;
  for (const std::string& gate : table.texts("skip_at_quick")) {
    if (!profile.requires_gate(gate)) {
      table.refuse("skip_at_quick", fmt::format("'{}' is not in `required`", gate),
                   "add it there, or take it out here");
    }
    if (profile.skips_at_quick(gate)) {
      table.refuse("skip_at_quick", fmt::format("'{}' stands twice", gate), "name each gate once");
    }
    profile.skip_at_quick.push_back(gate);
  }
  const bool screens =
      profile.kind == ProfileKind::acceptance && profile.accept_level != Level::quick;
  if (table.ok() && !screens) {
    table.refuse("skip_at_quick", "level quick decides here: what it skips would not be measured",
                 "take it out, or make it an acceptance profile that accepts from level standard");
  }
}

bool contains(const std::vector<std::string>& gates, std::string_view gate) {
  return std::find(gates.begin(), gates.end(), gate) != gates.end();
}

}  // namespace

bool Profile::requires_gate(std::string_view gate) const { return contains(required, gate); }

bool Profile::skips_at_quick(std::string_view gate) const { return contains(skip_at_quick, gate); }

Result<Profile> parse_profile(std::string_view text, const std::string& file,
                              const std::vector<std::string>& known_gates) {
  GA_TRY(TomlTable table, TomlTable::parse(text, file));
  Profile profile;
  profile.sha256 = sha256_hex(text);
  if (table.integer("format") != 1 && table.ok()) {
    table.refuse("format", "only format 1 is known", "use a newer gpuaccept");
  }
  profile.name = table.text("name");
  profile.version = table.text("version");
  profile.kind = one_of<ProfileKind>(table, "kind", kKinds);
  profile.status = one_of<ProfileStatus>(table, "status", kStatuses);
  profile.accept_level = one_of<Level>(table, "accept_level", kLevels);
  profile.challenged = one_of<bool>(table, "binding", kBindings);
  profile.warmup_case = read_case(table, "warmup_case");
  profile.gross_ppm = within(table, "gross_ppm", 1, kMillion);
  read_required(table, profile, known_gates);
  read_skip_at_quick(table, profile);
  read_ordered(table, profile);
  profile.machine = read_machine(table, profile.required);
  read_sizes(table, profile.sizes);
  for (const bool is_ceiling : {false, true}) {
    for (TomlTable& limit : table.tables(is_ceiling ? "ceiling" : "floor")) {
      profile.limits.push_back(read_limit(limit, profile, is_ceiling));
      if (limit.ok() && profile.kind == ProfileKind::ci) {
        limit.refuse("gate", "a ci profile has no absolute limits", "use [[ratio]]");
      }
    }
  }
  for (TomlTable& ratio : table.tables("ratio")) {
    profile.ratios.push_back(read_ratio(ratio, profile));
  }
  for (TomlTable& event : table.tables("event_limit")) {
    profile.event_limits.push_back(read_event_limit(event, profile));
  }
  for (TomlTable& spread : table.tables("spread")) {
    profile.spreads.push_back(read_spread(spread, profile));
  }
  if (table.ok() && (profile.name.empty() || profile.version.empty())) {
    table.refuse("name", "name and version must not be empty", "name what was ordered");
  }
  GA_CHECK(table.close());
  return profile;
}

std::string_view to_word(Level level) { return word_of<Level>(kLevels, level); }
std::string_view to_word(ProfileKind kind) { return word_of<ProfileKind>(kKinds, kind); }
std::string_view to_word(ProfileStatus status) { return word_of<ProfileStatus>(kStatuses, status); }

std::optional<Level> level_from_word(std::string_view word) {
  for (const auto& [text, level] : kLevels) {
    if (text == word) return level;
  }
  return std::nullopt;
}

}  // namespace ga
