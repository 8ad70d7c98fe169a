// Does the host divide its memory as ordered, with the GPUs spread evenly over it?
//
// Evidence: how many NUMA nodes the host has and to which of them each GPU belongs, from sysfs.
// Limit: numa_nodes of [host]; where it is ordered, each node has as many GPUs as the others. False
// pass: a table of the firmware that is wrong and even. False fail: a server whose boards are not
// even by design; leave numa_nodes open (0) for it.
#include <utility>
#include <vector>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.numa";
constexpr std::int64_t kMostNodes = 1024;

Finding judge_node(const OrderedHost& ordered, const Facts& facts) {
  const KnownInt& nodes = facts.host.numa_nodes;
  if (auto no = fact_unfit(kId, "node", "numa_nodes", nodes, 1, kMostNodes)) return std::move(*no);
  std::string text = fmt::format("{} NUMA nodes", *nodes);
  if (ordered.numa_nodes != 0 && *nodes != ordered.numa_nodes) {
    return not_as_ordered(kId, "node", "config.numa.wrong",
                          fmt::format("{}; ordered {}", text, ordered.numa_nodes), ordered.origin);
  }
  std::vector<std::int64_t> gpus_of(static_cast<std::size_t>(*nodes));
  for (const GpuFacts& gpu : facts.gpus) {
    const std::string name = "numa_node of " + gpu.unit_id;
    if (auto no = fact_unfit(kId, "node", name, gpu.numa_node, 0, *nodes - 1)) {
      return std::move(*no);
    }
    ++gpus_of[static_cast<std::size_t>(*gpu.numa_node)];
  }
  if (facts.gpus.empty()) return found(kId, "node", "fact.absent", "the node reports no GPU");
  text += fmt::format("; GPUs of each: {}", fmt::join(gpus_of, ", "));
  const auto gpus = static_cast<std::int64_t>(facts.gpus.size());
  const bool can_be_even = ordered.numa_nodes != 0 && gpus % *nodes == 0;
  for (const std::int64_t count : gpus_of) {
    if (can_be_even && count != gpus / *nodes) {
      return found(kId, "node", "config.numa.uneven", text);
    }
  }
  return passed(kId, "node", text);
}

Finding judge_gpu(const Facts& facts, const GpuFacts& gpu) {
  const KnownInt& nodes = facts.host.numa_nodes;
  const std::int64_t last = nodes && *nodes >= 1 && *nodes <= kMostNodes ? *nodes - 1 : kMostNodes;
  if (auto no = fact_unfit(kId, gpu.unit_id, "numa_node", gpu.numa_node, 0, last)) {
    return std::move(*no);
  }
  return passed(kId, gpu.unit_id, fmt::format("NUMA node {}", *gpu.numa_node));
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.host;
  auto findings = judge_each(kId, order, evidence,
                             [&](const GpuFacts& gpu) { return judge_gpu(evidence.facts, gpu); });
  findings.insert(findings.begin(),
                  ordered ? judge_node(*ordered, evidence.facts)
                          : found(kId, "node", "profile.incomplete", "the profile has no [host]"));
  return findings;
}

}  // namespace

const Gate kConfigNuma{kId, "Are the GPUs spread over the host's NUMA nodes as ordered?",
                       "GPU가 주문대로 호스트의 NUMA 노드에 고르게 배치되어 있습니까?",
                       next_nothing, judge};

}  // namespace ga
