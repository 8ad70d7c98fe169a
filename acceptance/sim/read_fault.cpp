#include "acceptance/sim/read_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "acceptance/sim/events_of.h"
#include "acceptance/sim/facts_of.h"
#include "kernels/data/element.h"

namespace ga {

double number_within(TomlTable& table, std::string_view key, double low, double high) {
  const double value = table.number(key);
  if (table.ok() && !(value >= low && value <= high)) {
    table.refuse(key, fmt::format("{} is outside {} .. {}", value, low, high),
                 "docs/scenario-format.md has the range of each key");
  }
  return value;
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

std::optional<int> unit_index(std::string_view unit, int gpus) {
  if (unit == "node") return -1;
  for (int i = 0; i < gpus; ++i) {
    if (unit == fmt::format("gpu/{}", i)) return i;
  }
  return std::nullopt;
}

namespace {

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

bool is_of_any_type(FaultKind kind) {
  return kind == FaultKind::bit_flip || kind == FaultKind::zero_tile || kind == FaultKind::nan;
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
  const bool data = is_of_any_type(info.kind) || info.kind == FaultKind::attention_wrong ||
                    info.kind == FaultKind::gradient_wrong;
  if (info.kind == FaultKind::slow_type || (is_of_any_type(info.kind) && table.has("type"))) {
    fault.type = read_type(table);
  }
  if (info.kind == FaultKind::exercise_wrong) {
    constexpr std::array<std::string_view, 6> kExercises{"special", "shuffle", "atomic",
                                                         "integer", "copy",    "l2"};
    fault.exercise = one_of(table, "exercise", kExercises);
  }
  if ((data || is_sum(info.kind)) && table.has("path")) read_path(table, fault);
  if (data && table.has("sm")) {
    constexpr double kMostSm = 1023;
    fault.sm = static_cast<std::int64_t>(number_within(table, "sm", 0, kMostSm));
    if (table.ok() && fault.path != FaultPath::own) {
      table.refuse("sm", "only our kernels say who computed a tile", "add path = \"own\"");
    }
  }
  if ((data || is_sum(info.kind)) && table.has("least_mhz"))
    fault.least_mhz = number_within(table, "least_mhz", 1, 10'000);
}

}  // namespace

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
    fault.at_s = number_within(table, "at_s", 0, 1e6);
    if (table.ok() && !info->timed) {
      table.refuse("at_s", fmt::format("{} is there from the start", info->id), "remove it");
    }
  }
  read_severity(table, *info, fault);
  read_extras(table, *info, fault);
  if (info->kind == FaultKind::pair_slow) read_peer(table, fault, gpus);
  return fault;
}

}  // namespace ga
