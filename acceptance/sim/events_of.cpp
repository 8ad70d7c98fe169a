#include "acceptance/sim/events_of.h"

#include <cmath>
#include <type_traits>

#include "acceptance/sim/facts_of.h"

namespace ga {
namespace {

template <class Record>
bool has_number(std::string_view name) {
  const Record record;
  bool found = false;
  Record::visit_fields(record, [&](std::string_view field, const auto& known) {
    found |= field == name && std::is_same_v<decltype(known), const KnownInt&>;
  });
  return found;
}

template <class Record>
void add_to(Record& record, std::string_view name, double number) {
  Record::visit_fields(record, [&](std::string_view field, auto& known) {
    if constexpr (std::is_same_v<decltype(known), KnownInt&>) {
      if (field == name && known) known = *known + std::llround(number);
    }
  });
}

LogEvent line_of(const Scenario& scenario, const Fault& fault, std::int64_t t_ns) {
  const std::string unit = fault.gpu < 0 ? std::string() : present_unit(scenario, fault.gpu);
  return {t_ns, "kmsg", unit, fault.code, fault.text};
}

void add_lines(const Scenario& scenario, const Fault& fault, std::int64_t t_ns,
               std::vector<LogEvent>& lines) {
  for (std::int64_t i = 0; i < std::llround(fault.severity); ++i) {
    lines.push_back(line_of(scenario, fault, t_ns + i));
  }
}

}  // namespace

bool is_gpu_counter(std::string_view name) { return has_number<GpuCounters>(name); }

bool is_node_counter(std::string_view name) {
  return has_number<NodeCounters>(name) || has_number<NicCounters>(name);
}

void add_gpu_events(const Scenario& scenario, int gpu, double load_s, GpuCounters& counters) {
  if (!(load_s > 0)) return;
  for (const Fault& fault : scenario.faults) {
    if ((fault.gpu >= 0 && fault.gpu != gpu) || load_s < fault.at_s) continue;
    if (fault.kind == FaultKind::counter_grows) add_to(counters, fault.field, fault.severity);
    if (fault.kind == FaultKind::counter_flows) {
      add_to(counters, fault.field, fault.severity * (load_s - fault.at_s));
    }
  }
}

void add_node_events(const Scenario& scenario, NodeCounters& counters) {
  for (const Fault& fault : scenario.faults) {
    if (fault.kind != FaultKind::counter_grows) continue;
    add_to(counters, fault.field, fault.severity);
    if (counters.nics && !counters.nics.value->empty()) {
      add_to(counters.nics.value->front(), fault.field, fault.severity);
    }
  }
}

std::vector<LogEvent> lines_before(const Scenario& scenario) {
  constexpr std::int64_t kSoonNs = 1'000'000'000;
  std::vector<LogEvent> lines;
  for (const Fault& fault : scenario.faults) {
    if (fault.kind == FaultKind::log_line_before) add_lines(scenario, fault, kSoonNs, lines);
  }
  return lines;
}

std::vector<LogEvent> lines_of_second(const Scenario& scenario, std::int64_t second,
                                      std::int64_t now_ns) {
  std::vector<LogEvent> lines;
  for (const Fault& fault : scenario.faults) {
    const bool due = std::llround(std::floor(fault.at_s)) == second;
    if (fault.kind == FaultKind::log_line && due) add_lines(scenario, fault, now_ns, lines);
  }
  return lines;
}

}  // namespace ga
