// Does the host divide its memory as ordered, with the GPUs spread evenly over it?
//
// Evidence: how many NUMA nodes the host has and to which of them each GPU belongs, from sysfs.
// Limit: numa_nodes of [host]; where it is ordered, each node has as many GPUs as the others. False
// pass: a table of the firmware that is wrong and even. False fail: a server whose boards are not
// even by design; leave numa_nodes open (0) for it.
#include <map>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.numa";
constexpr std::int64_t kMostNodes = 1024;

Finding judge_node(const OrderedHost& ordered, const Facts& facts) {
  const KnownInt& nodes = facts.host.numa_nodes;
  if (auto no = fact_unfit(kId, "node", "numa_nodes", nodes, 1, kMostNodes)) return std::move(*no);
  std::map<std::int64_t, std::int64_t> gpus_of;
  for (const GpuFacts& gpu : facts.gpus) {
    if (gpu.numa_node) ++gpus_of[*gpu.numa_node];
  }
  std::string text = fmt::format("{} NUMA nodes", *nodes);
  for (const auto& [node, gpus] : gpus_of) text += fmt::format("; node {}: {} GPUs", node, gpus);
  if (ordered.numa_nodes == 0) return passed(kId, "node", text);
  if (*nodes != ordered.numa_nodes) {
    return found(kId, "node", "config.numa.wrong",
                 fmt::format("{}; ordered {}", text, ordered.numa_nodes));
  }
  const auto gpus = static_cast<std::int64_t>(facts.gpus.size());
  std::int64_t known = 0;
  for (const auto& [node, count] : gpus_of) known += count;
  if (known == 0 || known < gpus) {
    return found(kId, "node", "fact.absent", "the NUMA node of a GPU is not known");
  }
  if (gpus % *nodes != 0) return passed(kId, "node", text);
  for (std::int64_t node = 0; node < *nodes; ++node) {
    if (gpus_of[node] != gpus / *nodes) return found(kId, "node", "config.numa.uneven", text);
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
                          : found(kId, "node", "order.absent", "the profile has no [host]"));
  return findings;
}

}  // namespace

const Gate kConfigNuma{kId, "Are the GPUs spread over the host's NUMA nodes as ordered?",
                       "GPU가 주문대로 호스트의 NUMA 노드에 고르게 배치되어 있습니까?",
                       next_nothing, judge};

}  // namespace ga
