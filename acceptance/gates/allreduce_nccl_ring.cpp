// Does NCCL's ring sum over all GPUs as fast as ordered?
//
// Evidence: sums of bf16 over all GPUs by NCCL, held to its ring, in a process of their
// own: 8 GiB and a sweep of smaller sizes; every sum held to its closed form; the algorithm that
// ran as NCCL itself says it. Limit: a floor in bytes/s of bus bandwidth of the profile, keyed to
// part and library, for each size that it names. False pass: none known: a ring is as fast as its
// slowest hop. False fail: another version of NCCL than the floor's, which the key tells.
#include <fmt/format.h>

#include "acceptance/core/codes.h"
#include "acceptance/gates/allreduce_sums.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr SumGate kSums{.id = "allreduce.nccl_ring", .choice = "ctas"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_sums(kSums, order, evidence);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  Finding finding = judge_sums(kSums, order, evidence);
  const Measurement* series =
      find_series(evidence, sum_series(kSums, order, order.profile.sizes.allreduce_bytes));
  const bool measured = finding.verdict == Verdict::pass || finding.verdict == Verdict::borderline;
  if (measured && nccl_ran(series, "ring") != NcclRan::demanded) {
    finding = found(kSums.id, kNodeUnit, "allreduce.nccl_ring.other_algorithm",
                    fmt::format("ran '{}', and the ring was demanded", series->algorithm));
  }
  return {finding};
}

}  // namespace

const Gate kAllreduceNcclRing{
    "allreduce.nccl_ring", "Does NCCL's ring sum over all GPUs as fast as ordered?",
    "NCCL 링(ring) 방식의 전체 GPU 합산 속도가 주문한 사양에 도달합니까?", next, judge};

}  // namespace ga
