// Are sums over all GPUs exact, by each of our algorithms and in each type?
//
// Evidence: small sums back to back, no two of the same data, by one-shot, two-shot and NVLS, in
// bf16, fp16 and fp32; every element on every GPU held to its closed form, whose sum is exact in
// any order; wrong elements counted by the GPU that found them and the GPU that summed them.
// Equality of the algorithms and of the GPUs follows: all are equal to one known answer. Limit:
// none; one wrong element fails. At least 1,000 launches of each but at quick. Naming: what all
// GPUs find wrong in one GPU's part is that GPU's; what one finds in several parts is its own; else
// the pair or the node (acceptance/gates/locate.h). One-shot alone names no GPU: a wrong sum there
// may come from any sender. False pass: a fault in what these data do not exercise. False fail: a
// bug of a kernel, which is accused itself where one algorithm is wrong everywhere and the others
// are right everywhere.
#include "acceptance/gates/allreduce_exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/exact.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "allreduce.exact", kKind = "exact";
// Small enough for one-shot, and large enough that every GPU sums a part of its own.
constexpr std::int64_t kBytes = std::int64_t{1} << 18;
constexpr std::int64_t kLeastLaunches = 1000;
constexpr std::array<std::string_view, 4> kAlgorithms{"", "one-shot", "two-shot", "NVLS"};
constexpr std::array<std::string_view, 3> kTypes{"bf16", "fp16", "fp32"};

NodeNeed need_of(const Order& order) {
  return {kId, order.profile.sizes.exact_launches, "exact_launches"};
}

std::size_t blocks_of(const Order& order, const ExactSum& sum) {
  return order.level != Level::quick && sum.type == 0 ? 3 : 1;
}

std::size_t blocks_in(const Order& order, const Evidence& evidence, const ExactSum& sum) {
  const Measurement* series = find_series(evidence, exact_series(order, sum));
  return series == nullptr ? 0 : series->samples.size();
}

// A worker that may not use multicast: no fault of its own, and no evidence either.
bool is_refusal(const WorkerExit& exit) {
  return exit.how == "error" && exit.request.starts_with("allreduce.exact allreduce.exact") &&
         exit.detail.starts_with("multicast.refused");
}

bool refused_multicast(const Evidence& evidence) {
  return std::any_of(evidence.exits.begin(), evidence.exits.end(), is_refusal);
}

// Refused once is refused: asking again would only let the worker fail until it is left alone. Not
// before the other algorithms were measured, so that what was measured stays asked for.
bool is_settled(const Order& order, const Evidence& evidence, const ExactSum& sum) {
  const ExactSum one_shot{kOneShot, sum.type};
  return sum.algorithm == kNvls && refused_multicast(evidence) &&
         blocks_in(order, evidence, sum) == 0 &&
         blocks_in(order, evidence, one_shot) >= blocks_of(order, one_shot);
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (node_unready(need_of(order), order, evidence)) return requests;
  for (const ExactSum& sum : exact_sums(order.level)) {
    if (is_settled(order, evidence, sum)) continue;
    ask(requests, exact_series(order, sum), evidence, blocks_of(order, sum));
  }
  return requests;
}

std::vector<Finding> judge_all_sums(const ExactCase& at) {
  std::vector<Finding> findings = wrong_sums(at);
  if (!findings.empty()) return findings;
  for (const ExactSum& sum : exact_sums(at.order.level)) {
    findings.push_back(judge_exact_sum(at, sum));
  }
  return {worst_of(std::move(findings))};
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  if (auto unready = node_unready(need_of(order), order, evidence)) return {std::move(*unready)};
  if (!refused_multicast(evidence)) return judge_all_sums({order, evidence});
  Evidence others = evidence;
  std::erase_if(others.exits, is_refusal);
  return judge_all_sums({order, others, true});
}

// Without multicast NVLS passes with a warning, unless the profile demands that the switches sum.
Finding without_multicast(const Order& order, const ExactSum& sum) {
  const std::string text = to_words(sum) + " did not run: multicast was refused";
  if (order.asks("allreduce.nccl_nvls")) {
    return found(kId, kNodeUnit, "allreduce.exact.no_multicast", text);
  }
  Finding finding = passed(kId, kNodeUnit, text);
  finding.warn.push_back("without multicast no sum of the switches was checked");
  return finding;
}

}  // namespace

std::vector<ExactSum> exact_sums(Level level) {
  std::vector<ExactSum> sums;
  for (std::int64_t type = 0; type < (level == Level::quick ? 1 : 3); ++type) {
    for (const std::int64_t algorithm : {1, 2, 3}) sums.push_back({algorithm, type});
  }
  return sums;
}

Request exact_series(const Order& order, const ExactSum& sum) {
  return node_series(order, kId, kId,
                     {{"bytes", kBytes},
                      {"type", sum.type},
                      {"algorithm", sum.algorithm},
                      {"seed", node_seed(order, kId, {})}});
}

std::string to_words(const ExactSum& sum) {
  return fmt::format("{} {}", kAlgorithms[static_cast<std::size_t>(sum.algorithm)],
                     kTypes[static_cast<std::size_t>(sum.type)]);
}

std::vector<std::int64_t> wrong_cells(const Order& order, const Measurement& series) {
  const std::size_t n = gpus_of(order);
  if (!has_cells(series, {.width = n * n, .least = 0, .pairs_of = 0})) return {};
  std::vector<std::int64_t> most(n * n, 0);
  for (const auto& row : series.cells) {
    for (std::size_t i = 0; i < row.size(); ++i) most[i] = std::max(most[i], row[i]);
  }
  return most;
}

Finding judge_exact_sum(const ExactCase& at, const ExactSum& sum) {
  const std::size_t have = blocks_in(at.order, at.evidence, sum);
  if (sum.algorithm == kNvls && have == 0 && at.no_multicast) {
    return without_multicast(at.order, sum);
  }
  const Request name = exact_series(at.order, sum);
  SeriesState state = look_at({name, "launches", kKind}, at.evidence);
  if (state.finding) return std::move(*state.finding);
  const Measurement& series = *state.series;
  if (wrong_cells(at.order, series).empty()) return cells_malformed(name, series);
  const std::size_t wanted = blocks_of(at.order, sum);
  if (have < wanted) return incomplete(name, have, wanted);
  std::int64_t launches = 0;  // cannot overflow: look_at bounds each sample, a report their number
  for (const std::int64_t count : series.samples) launches += count;
  const std::int64_t least = std::max(at.order.profile.sizes.exact_launches,
                                      at.order.level == Level::quick ? 0 : kLeastLaunches);
  if (launches < least) {
    return found(kId, kNodeUnit, "allreduce.exact.too_few_launches",
                 fmt::format("{}: {} launches, {} needed", to_words(sum), launches, least));
  }
  return passed(kId, kNodeUnit, fmt::format("{}: {} launches exact", to_words(sum), launches));
}

const Gate kAllreduceExact{kId, "Are sums over all GPUs exact, by each of our algorithms?",
                           "자체 알고리즘별 전체 GPU 합산 결과가 정확합니까?", next, judge};

}  // namespace ga
