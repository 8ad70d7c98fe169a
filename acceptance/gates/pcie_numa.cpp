// Does every GPU reach every NUMA node of the host, and the near one fastest?
//
// Evidence: copies between each GPU and pinned memory of each NUMA node, both ways, one GPU at a
// time and all at once; each block's data checked; the GPU's own NUMA node from the facts. Limit: a
// floor in bytes/s of the profile for the near node, one GPU at a time. Beside it two rules that
// need no figure: no far node is more than 5 % faster than the near one, else the binding is wrong
// (a table of the firmware, or a swapped affinity); and no GPU is more than 5 % below the middle of
// all GPUs, which holds it. False pass: a host that is slow for all GPUs alike, for which the
// floors of pcie.h2d and pcie.d2h are there. False fail: other work on the host.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/limits.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/held.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "pcie.numa";
// Sound GPUs of one host lie within 1 %.
constexpr std::int64_t kApartPercent = 5;
constexpr std::array<std::string_view, 2> kWays{"to the GPU", "from the GPU"};

NodeNeed need_of(const Order& order) {
  return {kId, order.profile.sizes.pcie_bytes, "pcie_bytes", 1};
}

Request series_of(const Order& order, std::int64_t together) {
  return node_series(order, kId, kId,
                     {{"bytes", order.profile.sizes.pcie_bytes}, {"together", together}});
}

// How a row of cells is read: [way][gpu][numa node].
struct Layout {
  std::size_t gpus = 0, nodes = 0;
  std::size_t at(std::size_t way, std::size_t gpu, std::size_t node) const {
    return (way * gpus + gpu) * nodes + node;
  }
};

// By the host's own count of NUMA nodes; nothing where the cells do not fit it.
std::optional<Layout> layout_of(const Order& order, const Evidence& evidence,
                                const Measurement& series) {
  const KnownInt& nodes = evidence.facts.host.numa_nodes;
  if (!nodes || *nodes < 1 || *nodes > 1024) return std::nullopt;
  const Layout layout{gpus_of(order), static_cast<std::size_t>(*nodes)};
  const std::size_t width = kWays.size() * layout.gpus * layout.nodes;
  if (!has_cells(series, {.width = width, .least = 1, .pairs_of = 0})) return std::nullopt;
  return layout;
}

// The NUMA node of the GPU; nothing where the facts do not know one of the host's.
std::optional<std::size_t> near_of(const Evidence& evidence, const Layout& layout,
                                   std::size_t gpu) {
  const GpuFacts* facts = evidence.facts.find(fmt::format("gpu/{}", gpu));
  if (facts == nullptr || !facts->numa_node || *facts->numa_node < 0) return std::nullopt;
  const auto node = static_cast<std::size_t>(*facts->numa_node);
  return node < layout.nodes ? std::optional(node) : std::nullopt;
}

std::vector<std::int64_t> samples_of(const Measurement& series, std::size_t cell) {
  std::vector<std::int64_t> samples;
  for (const auto& row : series.cells) samples.push_back(row[cell]);
  return samples;
}

std::optional<FloorTerms> floor_terms(const Order& order, const Evidence& evidence) {
  const Limit* limit = choose_limit(order, evidence, series_of(order, 0)).limit;
  if (limit == nullptr) return std::nullopt;
  return terms_of(order, *limit);
}

std::size_t blocks_of(const Order& order, const Evidence& evidence) {
  const Measurement* series = find_series(evidence, series_of(order, 0));
  const auto terms = floor_terms(order, evidence);
  std::size_t wanted = kStage1Blocks;
  if (series == nullptr || !terms) return wanted;
  const auto layout = layout_of(order, evidence, *series);
  for (std::size_t gpu = 0; layout && gpu < layout->gpus; ++gpu) {
    const auto near = near_of(evidence, *layout, gpu);
    for (std::size_t way = 0; near && way < kWays.size(); ++way) {
      const auto samples = samples_of(*series, layout->at(way, gpu, *near));
      wanted = std::max(wanted, blocks_wanted(*terms, samples));
    }
  }
  return wanted;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (node_unready(need_of(order), order, evidence)) return requests;
  ask(requests, series_of(order, 0), evidence, blocks_of(order, evidence));
  ask(requests, series_of(order, 1), evidence, kStage1Blocks);
  return requests;
}

// What stands in the way of looking at a series.
std::optional<Finding> unfit(const Order& order, const Evidence& evidence, std::int64_t together) {
  const Request name = series_of(order, together);
  auto state = look_at({name, "bytes_per_s", "pattern"}, evidence);
  if (state.finding) return std::move(state.finding);
  const KnownInt& nodes = evidence.facts.host.numa_nodes;
  if (auto no = fact_unfit(kId, std::string(kNodeUnit), "numa_nodes", nodes, 1, 1024)) return no;
  if (!layout_of(order, evidence, *state.series)) return cells_malformed(name, *state.series);
  const LimitChoice choice = choose_limit(order, evidence, name);
  if (choice.limit == nullptr && choice.elsewhere) {
    return found(kId, kNodeUnit, "limit.no_floor_for_stack",
                 "the profile has a floor for pcie.numa under another key");
  }
  const std::size_t wanted = together == 0 ? blocks_of(order, evidence) : kStage1Blocks;
  const std::size_t have = state.series->samples.size();
  if (have < wanted) return incomplete(name, have, wanted);
  return std::nullopt;
}

struct Numa {
  const Order& order;
  const Evidence& evidence;
  Layout layout;
  const Rows& blocks;                         // alone
  std::vector<std::int64_t> alone, together;  // middles of the cells
};

// A rate that wanders from block to block accuses nobody: all blocks but one in ten must agree.
template <class Shows>
bool steadily(const Rows& blocks, Shows shows) {
  constexpr std::ptrdiff_t kOneIn = 10;
  const auto agree = std::count_if(blocks.begin(), blocks.end(), shows);
  const auto all = std::ssize(blocks);
  return agree >= all - all / kOneIn;
}

std::int64_t best_of(const Numa& numa, const std::vector<std::int64_t>& cells, std::size_t way,
                     std::size_t gpu) {
  std::int64_t best = 0;
  for (std::size_t node = 0; node < numa.layout.nodes; ++node) {
    best = std::max(best, cells[numa.layout.at(way, gpu, node)]);
  }
  return best;
}

// The middle of what the GPUs reach at their best.
std::int64_t middle_of(const Numa& numa, const std::vector<std::int64_t>& cells, std::size_t way) {
  std::vector<std::int64_t> all;
  for (std::size_t gpu = 0; gpu < numa.layout.gpus; ++gpu) {
    all.push_back(best_of(numa, cells, way, gpu));
  }
  return median(std::span<const std::int64_t>(all)).value_or(0);
}

bool is_apart(std::int64_t low, std::int64_t high) {
  return static_cast<double>(low) * 100 <
         static_cast<double>(high) * static_cast<double>(100 - kApartPercent);
}

std::string show(std::int64_t rate) { return show_rate(rate, "bytes_per_s"); }

// One way of one GPU, alone.
Finding judge_way(const Numa& numa, std::size_t way, std::size_t gpu, std::size_t near) {
  const std::string unit = fmt::format("gpu/{}", gpu);
  const std::size_t cell = numa.layout.at(way, gpu, near);
  const std::int64_t rate = numa.alone[cell];
  const std::int64_t best = best_of(numa, numa.alone, way, gpu);
  std::string text = fmt::format("{}: {} with NUMA node {}, its own", kWays[way], show(rate), near);
  const auto bound = [&](const auto& block) {
    return is_apart(block[cell], best_of(numa, block, way, gpu));
  };
  if (is_apart(rate, best) && steadily(numa.blocks, bound)) {
    return found(kId, unit, "pcie.numa.binding",
                 text + fmt::format(", {} with another", show(best)));
  }
  if (const auto terms = floor_terms(numa.order, numa.evidence)) {
    const Measurement& series = *find_series(numa.evidence, series_of(numa.order, 0));
    const FloorJudgement judged = judge_floor(*terms, samples_of(series, cell));
    if (judged.answer != FloorAnswer::met) {
      return found(kId, unit,
                   std::string(kId) + std::string(code_end(judged.answer, LimitKind::floor)),
                   text + fmt::format(", floor {}", show(terms->floor)));
    }
  }
  const std::int64_t middle = middle_of(numa, numa.alone, way);
  const auto behind = [&](const auto& block) {
    return is_apart(best_of(numa, block, way, gpu), middle_of(numa, block, way));
  };
  if (is_apart(best, middle) && steadily(numa.blocks, behind)) {
    return found(kId, unit, "pcie.numa.uneven",
                 text + fmt::format("; the middle GPU reaches {}", show(middle)));
  }
  Finding finding = passed(kId, unit, std::move(text));
  const std::int64_t company = middle_of(numa, numa.together, way);
  if (is_apart(best_of(numa, numa.together, way, gpu), company)) {
    finding.warn.push_back(
        fmt::format("{}: slower than the other GPUs only with all at once, so "
                    "look at the host",
                    kWays[way]));
  }
  return finding;
}

Finding judge_gpu(const Numa& numa, std::size_t gpu) {
  const auto near = near_of(numa.evidence, numa.layout, gpu);
  if (!near) {
    return found(kId, fmt::format("gpu/{}", gpu), "fact.absent",
                 "numa_node: none of the host's is known for this GPU");
  }
  std::vector<Finding> findings;
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    findings.push_back(judge_way(numa, way, gpu, *near));
  }
  return worst_of(std::move(findings));
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  if (auto unready = node_unready(need_of(order), order, evidence)) return {std::move(*unready)};
  std::vector<Finding> open;
  for (const std::int64_t together : {0, 1}) {
    if (auto finding = unfit(order, evidence, together)) open.push_back(std::move(*finding));
  }
  if (!open.empty()) return {worst_of(std::move(open))};
  const Measurement& alone = *find_series(evidence, series_of(order, 0));
  const Measurement& together = *find_series(evidence, series_of(order, 1));
  const Numa numa{order,
                  evidence,
                  *layout_of(order, evidence, alone),
                  alone.cells,
                  middle_cells(alone.cells, 0, alone.cells.size()),
                  middle_cells(together.cells, 0, together.cells.size())};
  std::vector<Finding> findings;
  for (std::size_t gpu = 0; gpu < numa.layout.gpus; ++gpu) {
    findings.push_back(judge_gpu(numa, gpu));
  }
  return findings;
}

}  // namespace

const Gate kPcieNuma{kId, "Does every GPU reach every NUMA node, and the near one fastest?",
                     "모든 GPU가 각 NUMA 노드와 데이터를 주고받고, 가까운 노드와 가장 빠릅니까?",
                     next, judge};

}  // namespace ga
