// Do our kernels sum over all GPUs as fast as they should, and does no GPU hold the others up?
//
// Evidence: sums of bf16 over all GPUs, 8 GiB and a sweep of smaller sizes, the algorithm
// by size; every sum held to its closed form; and for each GPU how long it waited for each other.
// Limit: a floor in bytes/s of bus bandwidth of the profile, for each size that it names; a ratio
// to NCCL's ring warns, and decides in a ci profile. False pass: a profile without a floor passes
// what is right and slow. False fail: a kernel of ours that does not suit the part; NCCL beside it
// tells. Straggler: waits are compared on one GPU each, never the clocks of two. A GPU that waits
// for nobody while every other waits for it is named, and blamed for nothing by that alone.
#include <algorithm>

#include "acceptance/core/codes.h"
#include "acceptance/gates/allreduce_sums.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr SumGate kSums{.id = "allreduce.own", .choice = "algorithm"};

// Waiting of less is the barrier itself; and less than a fifth of the call slows nobody much.
constexpr std::int64_t kWaitNs = 20'000, kWaitsOfCall = 5;

// The time of one sum, from its bus bandwidth.
std::int64_t call_ns(std::size_t gpus, std::int64_t bytes, std::int64_t bytes_per_s) {
  if (bytes_per_s <= 0) return 0;
  constexpr double kMost = 1e18;
  const auto n = static_cast<double>(gpus);
  const double ns =
      2.0 * (n - 1) / n * static_cast<double>(bytes) * 1e9 / static_cast<double>(bytes_per_s);
  return static_cast<std::int64_t>(std::min(ns, kMost));
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_sums(kSums, order, evidence);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  Finding finding = judge_sums(kSums, order, evidence);
  const Request name = sum_series(kSums, order, order.profile.sizes.allreduce_bytes);
  const Measurement* series = find_series(evidence, name);
  if (series == nullptr || finding.verdict == Verdict::not_measured) return {finding};
  const std::size_t n = gpus_of(order);
  if (!has_cells(*series, {.width = n * n, .least = 0, .pairs_of = 0})) {
    if (finding.verdict == Verdict::fail) return {finding};
    return {cells_malformed(name, *series)};
  }
  const auto rate = median(std::span<const std::int64_t>(series->samples)).value_or(0);
  const std::int64_t call = call_ns(n, order.profile.sizes.allreduce_bytes, rate);
  note_straggler(*series, n, {call, std::max(kWaitNs, call / kWaitsOfCall)}, finding);
  return {finding};
}

}  // namespace

const Gate kAllreduceOwn{
    "allreduce.own", "Do our kernels sum over all GPUs as fast as they should?",
    "자체 커널의 전체 GPU 합산(all-reduce) 속도가 기준에 도달합니까?", next, judge};

}  // namespace ga
