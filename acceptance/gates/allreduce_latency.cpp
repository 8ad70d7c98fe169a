// How long does a small sum over all GPUs take?
//
// Evidence: sums of 8 KiB of bf16 by our one-shot kernel, captured in a graph, so that the host's
// launches do not count; a block's sample is the time of one call; every sum held to its closed
// form; and for each GPU how long it waited for each other.
// Limit: a ceiling in ns of the profile: the floor rule mirrored. False pass: a profile without a
// ceiling passes what is right and slow. False fail: low clocks at rest, which the blocks before
// and the length of a block exclude.
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "acceptance/gates/allreduce_sums.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr SpeedGate kSpeed{.id = "allreduce.latency",
                           .cases = {},
                           .unit = "ns",
                           .check_kind = "exact",
                           .size_key = "latency_bytes"};

// A small sum is mostly waiting; whom all wait for so long holds it up.
constexpr std::int64_t kWaitsOfCall = 3;

NodeNeed need_of(const Order& order) {
  return {kSpeed.id, order.profile.sizes.latency_bytes, kSpeed.size_key};
}

Request series_of(const Order& order) {
  return node_series(order, kSpeed.id, kSpeed.id,
                     {{"bytes", order.profile.sizes.latency_bytes}, {"type", 0}});
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (node_unready(need_of(order), order, evidence)) return requests;
  ask_case(requests, kSpeed, order, evidence, series_of(order));
  return requests;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  if (auto unready = node_unready(need_of(order), order, evidence)) return {std::move(*unready)};
  const Request name = series_of(order);
  Finding finding = judge_case(kSpeed, order, evidence, name).finding;
  const Measurement* series = find_series(evidence, name);
  if (series == nullptr || finding.verdict == Verdict::not_measured) return {finding};
  const std::size_t n = gpus_of(order);
  if (!has_cells(*series, {.width = n * n, .least = 0, .pairs_of = 0})) {
    if (finding.verdict == Verdict::fail) return {finding};
    return {cells_malformed(name, *series)};
  }
  const auto call = median(std::span<const std::int64_t>(series->samples)).value_or(0);
  note_straggler(*series, n, {call, call / kWaitsOfCall}, finding);
  return {finding};
}

}  // namespace

const Gate kAllreduceLatency{"allreduce.latency", "How long does a small sum over all GPUs take?",
                             "작은 크기의 전체 GPU 합산에 걸리는 시간이 기준 이내입니까?", next,
                             judge};

}  // namespace ga
