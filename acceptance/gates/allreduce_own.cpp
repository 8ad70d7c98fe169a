// Do our kernels sum over all GPUs as fast as they should, and does no GPU hold the others up?
//
// Evidence: in-place sums of bf16 over all GPUs, 8 GiB and a sweep of smaller sizes, the algorithm
// by size; every sum held to its closed form; and for each GPU how long it waited for each other.
// Limit: a floor in bytes/s of bus bandwidth of the profile, for each size that it names; a ratio
// to NCCL's ring warns, and decides in a ci profile. False pass: a profile without a floor passes
// what is right and slow. False fail: a kernel of ours that does not suit the part; NCCL beside it
// tells. Straggler: waits are compared on one GPU each, never the clocks of two. A GPU that waits
// for nobody while every other waits for it is named, and blamed for nothing by that alone.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "acceptance/core/codes.h"
#include "acceptance/gates/allreduce_sums.h"
#include "acceptance/gates/locate.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr SumGate kSums{.id = "allreduce.own", .choice = "algorithm"};

// Waiting of less is the barrier itself; and less than a fifth of the call slows nobody much.
constexpr std::int64_t kWaitNs = 20'000, kWaitsOfCall = 5;
// Whoever is waited for waits less than a fourth of that himself.
constexpr std::int64_t kOwnShare = 4;

// The time of one sum, from its bus bandwidth.
std::int64_t call_ns(std::size_t gpus, std::int64_t bytes, std::int64_t bytes_per_s) {
  if (bytes_per_s <= 0) return 0;
  constexpr double kMost = 1e18;
  const auto n = static_cast<double>(gpus);
  const double ns =
      2.0 * (n - 1) / n * static_cast<double>(bytes) * 1e9 / static_cast<double>(bytes_per_s);
  return static_cast<std::int64_t>(std::min(ns, kMost));
}

// [waiter * n + peer]
std::optional<std::size_t> straggler(const Square& waits, std::int64_t call) {
  const std::int64_t least = std::max(kWaitNs, call / kWaitsOfCall);
  for (std::size_t gpu = 0; gpu < waits.n; ++gpu) {
    std::int64_t waited_for = waits.n > 1 ? waits.at(gpu == 0 ? 1 : 0, gpu) : 0, waits_itself = 0;
    for (std::size_t other = 0; other < waits.n; ++other) {
      if (other == gpu) continue;
      waited_for = std::min(waited_for, waits.at(other, gpu));
      waits_itself = std::max(waits_itself, waits.at(gpu, other));
    }
    if (waited_for > least && waits_itself < waited_for / kOwnShare) return gpu;
  }
  return std::nullopt;
}

void add_straggler(const Order& order, const Measurement& series, Finding& finding) {
  const std::size_t n = gpus_of(order);
  const auto waits = middle_cells(series.cells, 0, series.cells.size());
  const auto rate = median(std::span<const std::int64_t>(series.samples)).value_or(0);
  const std::int64_t call = call_ns(n, order.profile.sizes.allreduce_bytes, rate);
  const auto gpu = straggler({waits, n}, call);
  if (!gpu) return;
  const std::int64_t waited = waits[(*gpu == 0 ? 1 : 0) * n + *gpu];
  const std::string text =
      fmt::format("every other GPU waits for gpu/{}, {} of a call of {}, and it waits for none",
                  *gpu, show_rate(waited, "ns"), show_rate(call, "ns"));
  if (finding.verdict == Verdict::pass) {
    finding.warn.push_back("straggler: " + text);
  } else {
    finding.reason += "; " + text;
  }
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
  add_straggler(order, *series, finding);
  return {finding};
}

}  // namespace

const Gate kAllreduceOwn{
    "allreduce.own", "Do our kernels sum over all GPUs as fast as they should?",
    "자체 커널의 전체 GPU 합산(all-reduce) 속도가 기준에 도달합니까?", next, judge};

}  // namespace ga
