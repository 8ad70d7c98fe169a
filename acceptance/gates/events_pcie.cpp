// Did the PCIe path of the GPU meet errors during the run, more than a sound one does?
//
// Evidence: the kernel's AER counts over every device from the GPU to the root port, NVML's replay
// count, and what the kernel's log says of the GPU, before and after every load. Limit: none for
// fatal errors and a lost link; the profile's rate for the others. False pass: a bridge that counts
// nothing. False fail: errors of a neighbour below the same switch.
#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/event_log.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.pcie";

constexpr EventCounter kFatal{"aer_fatal", &GpuCounters::aer_fatal};
constexpr std::array kRated{EventCounter{"aer_nonfatal", &GpuCounters::aer_nonfatal},
                            EventCounter{"aer_correctable", &GpuCounters::aer_correctable},
                            EventCounter{"pcie_replays", &GpuCounters::pcie_replays}};

// The GPU itself, or a device on its way to the CPU: a lost link is told by the port above it.
bool is_about(const LogEvent& event, const GpuFacts& gpu) {
  if (event.gpu == gpu.unit_id) return true;
  return gpu.pci_path &&
         std::any_of(gpu.pci_path.value->begin(), gpu.pci_path.value->end(),
                     [&](const PciHop& hop) { return hop.address && *hop.address == event.gpu; });
}

std::optional<Finding> fatal(const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  if (const std::int64_t events = events_in_run(evidence, unit, kFatal); events > 0) {
    return found(kId, unit, "events.pcie.fatal",
                 fmt::format("{}: {} in the run, none allowed", kFatal.name, events));
  }
  for (const LogEvent& event : evidence.log) {
    const bool bad = event.code == "aer.fatal" || event.code == "pcie.link_down";
    if (bad && is_about(event, gpu) && said_in_run(evidence, event)) {
      return found(kId, unit, "events.pcie.fatal", "the kernel's log: " + event.text);
    }
  }
  return std::nullopt;
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_gpu(const Order& order, const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  if (auto bad = fatal(gpu, evidence)) return std::move(*bad);
  std::optional<Finding> many;
  for (const EventCounter& counter : kRated) {
    keep_worse(many, grew_too_fast(kId, order, evidence, unit, counter, "events.pcie.rate"));
  }
  if (many && many->verdict == Verdict::fail) return std::move(*many);
  for (const EventCounter& counter : {kFatal, kRated[0], kRated[1], kRated[2]}) {
    if (auto no = counter_unfit(kId, evidence, gpu, counter, Need::wanted)) return std::move(*no);
  }
  if (auto no = run_unfit(kId, evidence, gpu)) return std::move(*no);
  if (many) return std::move(*many);
  Finding finding = passed(kId, unit, "no fatal error on the way to the CPU, few others");
  warn_of_events(evidence, unit, kRated, finding);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu, evidence); });
}

}  // namespace

const Gate kEventsPcie{kId, "Did the PCIe path of a GPU meet errors during the run?",
                       "실행 중 GPU의 PCIe 경로에서 오류가 발생했습니까?", next_nothing, judge};

}  // namespace ga
