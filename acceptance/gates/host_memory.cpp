// Has the host the memory that was ordered, and no error that its ECC could not mend?
//
// Evidence: the memory that the kernel has, and EDAC's sums over the memory controllers since boot.
// Limit: memory_bytes_min of [host]; no uncorrected error. Corrected errors warn. False pass: a
// firmware that hides errors from EDAC. False fail: errors from before delivery; a reboot clears
// the sums, and an error that comes back is the memory's.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "host.memory";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

Finding judge_node(const OrderedHost& ordered, const HostFacts& host) {
  if (host.edac_uncorrected && *host.edac_uncorrected > 0) {
    return found(kId, "node", "host.memory.uncorrected",
                 fmt::format("{} uncorrected errors since boot", *host.edac_uncorrected));
  }
  if (auto no = fact_unfit(kId, "node", "memory_bytes", host.memory_bytes, 1, kMost)) {
    return std::move(*no);
  }
  const std::string text =
      fmt::format("{} bytes of memory, at least {}", *host.memory_bytes, ordered.memory_bytes_min);
  if (*host.memory_bytes < ordered.memory_bytes_min) {
    return found(kId, "node", "host.memory.small", text);
  }
  if (auto no = fact_unfit(kId, "node", "edac_uncorrected", host.edac_uncorrected, 0, kMost)) {
    return std::move(*no);
  }
  if (auto no = fact_unfit(kId, "node", "edac_corrected", host.edac_corrected, 0, kMost)) {
    return std::move(*no);
  }
  Finding finding = passed(kId, "node", text);
  if (*host.edac_corrected > 0) {
    finding.warn.push_back(fmt::format("{} corrected errors since boot", *host.edac_corrected));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.host;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [host]")};
  return {judge_node(*ordered, evidence.facts.host)};
}

}  // namespace

const Gate kHostMemory{kId, "Has the host the memory that was ordered, without errors?",
                       "호스트 메모리가 주문한 용량이며 오류가 없습니까?", next_nothing, judge};

}  // namespace ga
