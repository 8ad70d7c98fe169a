// Do the switches sum for NCCL (NVLS), and as fast as ordered?
//
// Evidence: sums of bf16 over all GPUs by NCCL, held to NVLS, in a process of their own:
// 8 GiB and a sweep of smaller sizes; NCCL's ring beside it, block by block; every sum held to its
// closed form; the algorithm that ran as NCCL itself says it.
// Limit: a floor in bytes/s of bus bandwidth of the profile; and the ratio to the ring, which needs
// no absolute number: at the ring's speed the switches did not sum, whatever NCCL says. A low ratio
// decides in a ci profile and holds the node elsewhere; quick screens without (docs/adr/0017).
// False pass: none known. False fail: fewer GPUs than NVLS pays for, which the profile's order
// tells.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "acceptance/core/codes.h"
#include "acceptance/gates/allreduce_sums.h"
#include "acceptance/gates/held.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr SumGate kSums{.id = "allreduce.nccl_nvls", .choice = "ctas", .ratio_holds = true};
constexpr std::string_view kRing = "allreduce.nccl_ring";

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_sums(kSums, order, evidence);
}

// NCCL's own words where it would not start with NVLS.
std::optional<std::string> refusal(const Evidence& evidence, const Request& name) {
  const std::string request = name.gate + " " + name.case_id;
  for (const WorkerExit& exit : evidence.exits) {
    if (exit.how == "error" && exit.request.starts_with(request) &&
        exit.detail.starts_with("nccl.refused")) {
      return exit.detail;
    }
  }
  return std::nullopt;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  Finding finding = judge_sums(kSums, order, evidence);
  if (finding.code.ends_with(".wrong_data")) return {finding};
  const Request name = sum_series(kSums, order, order.profile.sizes.allreduce_bytes);
  const auto instead = [&](std::string_view code, std::string reason) {
    return std::vector<Finding>{found(kSums.id, kNodeUnit, code, std::move(reason))};
  };
  if (const auto words = refusal(evidence, name)) {
    return instead("allreduce.nccl_nvls.fell_back", *words);
  }
  const Measurement* series = find_series(evidence, name);
  const NcclRan ran = nccl_ran(series, "nvls");
  if (ran == NcclRan::other) {
    return instead("allreduce.nccl_nvls.fell_back",
                   fmt::format("ran '{}', and NVLS was demanded", series->algorithm));
  }
  const bool judged = finding.verdict == Verdict::pass || finding.verdict == Verdict::borderline;
  if (!judged) return {finding};
  const Measurement* ring = find_series(evidence, of_case(name, std::string(kRing)));
  const bool ring_ran = ring == nullptr || nccl_ran(ring, "ring") == NcclRan::demanded;
  if (ran == NcclRan::unknown || !ring_ran) {
    return instead("allreduce.nccl_nvls.other_algorithm",
                   fmt::format("ran '{}', beside '{}'", series->algorithm,
                               ring == nullptr ? "" : ring->algorithm));
  }
  return {finding};
}

}  // namespace

const Gate kAllreduceNcclNvls{
    "allreduce.nccl_nvls", "Do the switches sum for NCCL (NVLS), and as fast as ordered?",
    "NVSwitch가 NCCL의 합산(NVLS)을 수행하고 그 속도가 주문한 사양에 도달합니까?", next, judge};

}  // namespace ga
