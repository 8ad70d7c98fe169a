// Did a network port of the node lose its link or meet errors during the run?
//
// Evidence: the counters that the kernel keeps of each port, before and after every load, and what
// its log says of the adapters. Limit: none for a link that went down; the profile's rate for
// symbol errors and recoveries. False pass: a port that is not listed at all, which nic.links is
// for. False fail: a cable that somebody moved during the run, or a switch that was restarted.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/event_log.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.nic";
constexpr std::string_view kNode = "node";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

// PortCounters of InfiniBand management, which sysfs passes on: they do not wrap, they stand still
// at the highest number of their bits, and from then on count nothing.
struct PortCounter {
  std::string_view name;
  KnownInt NicCounters::*field;
  std::int64_t ceiling = 65'535;
};
constexpr PortCounter kDowned{"link_downed", &NicCounters::link_downed, 255};
constexpr std::array kRated{
    PortCounter{"symbol_errors", &NicCounters::symbol_errors},
    PortCounter{"link_error_recovery", &NicCounters::link_error_recovery, 255}};
constexpr std::array kNoted{
    PortCounter{"receive_errors", &NicCounters::receive_errors},
    PortCounter{"receive_remote_errors", &NicCounters::receive_remote_errors},
    PortCounter{"transmit_discards", &NicCounters::transmit_discards},
    PortCounter{"local_integrity_errors", &NicCounters::local_integrity_errors},
    PortCounter{"buffer_overruns", &NicCounters::buffer_overruns}};

struct Port {
  std::string name;
  const NicCounters* before = nullptr;
  const NicCounters* after = nullptr;
  std::string boot;  // " of boot 2" where there is more than one, for people
};

const NicCounters* find_port(const KnownList<NicCounters>& ports, const std::string& name) {
  if (!ports) return nullptr;
  for (const NicCounters& port : *ports) {
    if (port.port && *port.port == name) return &port;
  }
  return nullptr;
}

bool is_count(const KnownInt& value) { return value && *value >= 0 && *value <= kMost; }

// Nothing where one of the two readings is no count.
std::optional<std::int64_t> growth(const Port& port, const PortCounter& counter) {
  if (port.before == nullptr || port.after == nullptr) return std::nullopt;
  const KnownInt &before = port.before->*counter.field, &after = port.after->*counter.field;
  if (!is_count(before) || !is_count(after)) return std::nullopt;
  return *after - *before;
}

// The ports that were there before, in each boot; one without a name has none to be found again by.
std::vector<Port> ports_of(const Evidence& evidence) {
  std::vector<Port> ports;
  for (const Span& span : spans_of(evidence)) {
    if (!span.node_before.nics) continue;
    for (const NicCounters& before : *span.node_before.nics) {
      Port port{before.port.value.value_or(""), &before, nullptr, span.name};
      if (before.port) port.after = find_port(span.node_after.nics, port.name);
      ports.push_back(std::move(port));
    }
  }
  return ports;
}

// What is known of all boots of the run, even where another reading of the counter says nothing.
std::int64_t growth(const std::vector<Port>& ports, const std::string& name,
                    const PortCounter& counter) {
  std::int64_t sum = 0;
  for (const Port& port : ports) {
    if (port.name != name) continue;
    sum = added(sum, std::max<std::int64_t>(0, growth(port, counter).value_or(0)));
  }
  return sum;
}

// The longest time between two readings of a GPU: they are read together with the ports.
std::optional<std::int64_t> elapsed_ns(const Order& order, const Evidence& evidence) {
  std::optional<std::int64_t> longest;
  for (const std::string& unit : ordered_units(order.profile)) {
    const Delta delta = delta_of(evidence, unit, &GpuCounters::read_ns);
    if (delta.growth != Growth::known) continue;
    longest = std::max(longest.value_or(0), delta.by);
  }
  return longest;
}

std::optional<Finding> went_down(const std::vector<Port>& ports, const Evidence& evidence) {
  for (const Port& port : ports) {
    const auto times = growth(port, kDowned);
    if (!times || *times <= 0) continue;
    return found(kId, kNode, "events.nic.link_down",
                 fmt::format("{}: the link went down {} times in the run", port.name, *times));
  }
  const auto is_adapter = [&](const std::string& address) {
    const KnownList<NicPort>& nics = evidence.facts.host.nics;
    return nics && std::any_of(nics.value->begin(), nics.value->end(), [&](const NicPort& nic) {
             return nic.pci_address && *nic.pci_address == address;
           });
  };
  for (const LogEvent& event : evidence.log) {
    if (event.code != "nic.link_down" || !is_adapter(event.gpu)) continue;
    if (said_in_run(evidence, event)) {
      return found(kId, kNode, "events.nic.link_down", "the kernel's log: " + event.text);
    }
  }
  return std::nullopt;
}

std::optional<Finding> too_many(const Order& order, const Evidence& evidence,
                                const std::vector<Port>& ports, const std::string& port,
                                const PortCounter& counter) {
  const std::int64_t events = growth(ports, port, counter);
  if (events == 0) return std::nullopt;
  const EventLimit* limit = event_limit(order.profile, kId, counter.name);
  const std::string what = fmt::format("{} {}", port, counter.name);
  if (limit == nullptr) {
    return found(kId, kNode, "events.no_limit", fmt::format("{}: {} in the run", what, events));
  }
  const auto elapsed = elapsed_ns(order, evidence);
  const RateAnswer answer = rate_answer(*limit, events, elapsed);
  if (answer == RateAnswer::allowed) return std::nullopt;
  const std::string text = what + ": " + rate_text(*limit, events, elapsed);
  if (answer == RateAnswer::not_known) return found(kId, kNode, "events.counter_absent", text);
  return found(kId, kNode,
               limit->status == LimitStatus::provisional ? "events.over_limit" : "events.nic.rate",
               text);
}

std::optional<Finding> unfit_counter(const Port& port, const PortCounter& counter) {
  const KnownInt &before = port.before->*counter.field, &after = port.after->*counter.field;
  for (const KnownInt* value : {&before, &after}) {
    if (is_count(*value)) continue;
    return found(kId, kNode, "events.counter_absent",
                 fmt::format("{} {}: {}", port.name, counter.name,
                             *value ? fmt::format("{} is no count", **value) : value->absent));
  }
  if (*after >= *before && *after != counter.ceiling) return std::nullopt;
  if (*after >= *before) {
    return found(kId, kNode, "events.nic.saturated",
                 fmt::format("{} {} stands at {}", port.name, counter.name, *after));
  }
  return found(kId, kNode, "events.counter_fell",
               fmt::format("{} {} fell by {}", port.name, counter.name, *before - *after));
}

// A port that is named elsewhere and that the span does not list at its start.
template <class Named>
std::optional<Finding> not_at_start(const std::vector<Named>& named, const Span& span) {
  for (const Named& nic : named) {
    if (!nic.port || find_port(span.node_before.nics, *nic.port) != nullptr) continue;
    return found(kId, kNode, "events.nic.no_port",
                 fmt::format("{} is not listed at the start{}", *nic.port, span.name));
  }
  return std::nullopt;
}

std::optional<Finding> unfit(const std::vector<Port>& ports, const Evidence& evidence) {
  if (auto no = other_boot(kId, evidence, kNode)) return no;
  const std::vector<Span> spans = spans_of(evidence);
  for (const Span& span : spans) {
    for (const auto& [when, nics] :
         {std::pair("before", &span.node_before.nics), std::pair("after", &span.node_after.nics)}) {
      if (*nics) continue;
      return found(kId, kNode, "events.counter_absent",
                   fmt::format("network ports {}{}: {}", when, span.name, nics->absent));
    }
  }
  if (ports.empty()) {
    return found(kId, kNode, "events.nic.no_port", "the node lists no network port");
  }
  // The facts are of the first boot.
  const Span& first = spans.front();
  if (const KnownList<NicPort>& nics = evidence.facts.host.nics) {
    if (auto no = not_at_start(*nics, first)) return no;
  }
  for (const Span& span : spans) {
    if (auto no = not_at_start(*span.node_after.nics, span)) return no;
    if (auto no = not_at_start(*first.node_before.nics, span)) return no;
    if (auto no = not_at_start(*span.node_before.nics, first)) return no;
  }
  for (const Port& port : ports) {
    if (port.after == nullptr) {
      return found(kId, kNode, "events.nic.no_port",
                   fmt::format("{} is not listed at the end{}", port.name, port.boot));
    }
    for (const PortCounter& counter : {kDowned, kRated[0], kRated[1]}) {
      if (auto finding = unfit_counter(port, counter)) return finding;
    }
  }
  return std::nullopt;
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_node(const Order& order, const Evidence& evidence) {
  const std::vector<Port> ports = ports_of(evidence);
  if (auto bad = went_down(ports, evidence)) return std::move(*bad);
  std::optional<Finding> many;
  std::set<std::string_view> names;
  for (const Port& port : ports) {
    if (!names.insert(port.name).second) continue;  // its boots were added up
    for (const PortCounter& counter : kRated) {
      keep_worse(many, too_many(order, evidence, ports, port.name, counter));
    }
  }
  if (many && many->verdict == Verdict::fail) return std::move(*many);
  if (auto finding = unfit(ports, evidence)) return std::move(*finding);
  if (many) return std::move(*many);
  Finding finding = passed(kId, kNode,
                           fmt::format("{} ports: no link went down, few errors",
                                       evidence.node_before.nics.value->size()));
  for (const Port& port : ports) {
    for (const PortCounter& counter : kNoted) {
      if (const auto events = growth(port, counter); events && *events > 0) {
        finding.warn.push_back(
            fmt::format("{} {}: {} in the run", port.name, counter.name, *events));
      }
    }
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return {judge_node(order, evidence)};
}

}  // namespace

const Gate kEventsNic{kId, "Did a network port lose its link or meet errors during the run?",
                      "실행 중 네트워크 포트의 링크 단절이나 오류가 있었습니까?", next_nothing,
                      judge};

}  // namespace ga
