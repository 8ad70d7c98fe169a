// Is nobody else using the GPUs?
//
// Evidence: other processes on the GPU, memory in use without the driver's reserve, and profilers
// or monitors that hold the counters; read before anything is loaded.
// Limit: no process, no profiler, ordered.idle_memory_bytes_max.
// False pass: a process in another container that NVML hides; its memory still shows. False fail: a
// display server or a daemon of the operator, which has to be stopped for the run anyway. The
// utilisation only warns: reading the facts can raise it for a moment.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.idle";
constexpr std::int64_t kMostBytes = std::int64_t{1} << 50;
constexpr std::int64_t kMostProcesses = 1'000'000;

Finding judge_gpu(const Order& order, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (auto unfit = fact_unfit(kId, unit, "processes", gpu.processes, 0, kMostProcesses)) {
    return std::move(*unfit);
  }
  if (*gpu.processes > 0) {
    return found(kId, unit, "config.idle.processes",
                 fmt::format("{} processes: {}", *gpu.processes,
                             gpu.process_list ? *gpu.process_list : gpu.process_list.absent));
  }
  if (auto unfit =
          fact_unfit(kId, unit, "memory_used_bytes", gpu.memory_used_bytes, 0, kMostBytes)) {
    return std::move(*unfit);
  }
  const std::int64_t limit = order.profile.ordered.idle_memory_bytes_max;
  const std::string text =
      fmt::format("{} bytes in use, at most {} allowed", *gpu.memory_used_bytes, limit);
  if (*gpu.memory_used_bytes > limit) return found(kId, unit, "config.idle.memory", text);
  if (auto unfit =
          fact_unfit(kId, unit, "utilization_gpu_percent", gpu.utilization_gpu_percent, 0, 100)) {
    return std::move(*unfit);
  }
  Finding finding = passed(kId, unit, "no process, " + text);
  if (*gpu.utilization_gpu_percent > 0) {
    finding.warn.push_back(fmt::format("utilisation was {} % without a process in sight",
                                       *gpu.utilization_gpu_percent));
  }
  return finding;
}

Finding judge_node(const NodeFacts& node) {
  if (auto absent = fact_absent(kId, "node", "profilers", node.profilers)) {
    return std::move(*absent);
  }
  if (node.profilers.value->empty()) return passed(kId, "node", "no profiler or monitor runs");
  return found(kId, "node", "config.idle.profiler", "running: " + *node.profilers);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings =
      judge_each(kId, order, evidence, [&](const GpuFacts& gpu) { return judge_gpu(order, gpu); });
  findings.insert(findings.begin(), judge_node(evidence.facts.node));
  return findings;
}

}  // namespace

const Gate kConfigIdle{kId, "Is nobody else using the GPUs?",
                       "다른 작업이 GPU를 사용하고 있지 않습니까?", next_nothing, judge};

}  // namespace ga
