// Has the host the processors that were ordered, all of them online and sound?
//
// Evidence: sockets, CPUs present and online, the frequency governor, whether the kernel has marked
// itself as having seen a machine check, which it does for those that could not be mended, and what
// its log said of one during the run.
// Limit: [host] of the profile. False pass: a processor that only fails under load. False fail: a
// mark from before delivery; a reboot takes it away.
#include <algorithm>
#include <utility>

#include "acceptance/gates/event_log.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "host.cpu";
constexpr std::int64_t kMostCpus = 65'536;

std::optional<Finding> unfit(const HostFacts& host) {
  if (auto no = fact_unfit(kId, "node", "cpu_sockets", host.cpu_sockets, 1, kMostCpus)) return no;
  if (auto no = fact_unfit(kId, "node", "cpus_present", host.cpus_present, 1, kMostCpus)) return no;
  return fact_unfit(kId, "node", "cpus_online", host.cpus_online, 1, kMostCpus);
}

const LogEvent* machine_check_in_run(const Evidence& evidence) {
  const auto at =
      std::find_if(evidence.log.begin(), evidence.log.end(), [&](const LogEvent& event) {
        return (event.code == "mce.uncorrected" || event.code == "apei.fatal") &&
               said_in_run(evidence, event);
      });
  return at == evidence.log.end() ? nullptr : &*at;
}

Finding judge_node(const OrderedHost& ordered, const Evidence& evidence) {
  const HostFacts& host = evidence.facts.host;
  if (host.machine_check_seen && *host.machine_check_seen) {
    return found(kId, "node", "host.cpu.machine_check", "the kernel has seen one since boot");
  }
  if (const LogEvent* event = machine_check_in_run(evidence)) {
    return found(kId, "node", "host.cpu.machine_check", "in the run: " + event->text);
  }
  if (auto no = unfit(host)) return std::move(*no);
  const std::string text = fmt::format("{} sockets, {} of {} CPUs online", *host.cpu_sockets,
                                       *host.cpus_online, *host.cpus_present);
  const bool sockets = ordered.cpu_sockets == 0 || *host.cpu_sockets == ordered.cpu_sockets;
  if (!sockets || *host.cpus_present < ordered.cpus_min) {
    return not_as_ordered(
        kId, "node", "host.cpu.count",
        fmt::format("{}; ordered {} sockets, {} CPUs", text, ordered.cpu_sockets, ordered.cpus_min),
        ordered.origin);
  }
  if (*host.cpus_online != *host.cpus_present) return found(kId, "node", "host.cpu.offline", text);
  if (auto no = fact_absent(kId, "node", "machine_check_seen", host.machine_check_seen)) {
    return std::move(*no);
  }
  // A log that was not read whole cannot say that there was none in the run.
  if (auto no = log_unfit(kId, evidence, "node")) return std::move(*no);
  Finding finding = passed(kId, "node", text);
  if (ordered.governor.empty()) {
    // "none": the firmware sets the frequency.
    if (!host.governor || (*host.governor != "performance" && *host.governor != "none")) {
      finding.warn.push_back("governor: " + host.governor.value.value_or("absent"));
    }
    return finding;
  }
  if (auto no = fact_absent(kId, "node", "governor", host.governor)) return std::move(*no);
  if (*host.governor == ordered.governor) return finding;
  return found(kId, "node", "host.cpu.governor",
               fmt::format("{}, ordered {}", *host.governor, ordered.governor));
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.host;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [host]")};
  return {judge_node(*ordered, evidence)};
}

}  // namespace

const Gate kHostCpu{kId, "Has the host the processors that were ordered, online and sound?",
                    "호스트 CPU가 주문과 같고 모두 온라인이며 정상입니까?", next_nothing, judge};

}  // namespace ga
