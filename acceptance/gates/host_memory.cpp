// Has the host the memory that was ordered, and no error that its ECC could not mend?
//
// Evidence: the memory that the kernel has, and EDAC's sums over the memory controllers since boot,
// before and after every load. Limit: memory_bytes_min of [host]; no uncorrected error. Corrected
// errors warn. False pass: a firmware that hides errors from EDAC. False fail: errors from before
// delivery; a reboot clears the sums, and an error that comes back is the memory's.
#include <utility>

#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "host.memory";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

// What the run is known to have added to the uncorrected errors, whatever became of other readings.
std::int64_t uncorrected_in_run(const Evidence& evidence) {
  const auto is_count = [](const KnownInt& value) {
    return value && *value >= 0 && *value <= kMost;
  };
  std::int64_t sum = 0;
  for (const Span& span : spans_of(evidence)) {
    const KnownInt& before = span.node_before.edac_uncorrected;
    const KnownInt& after = span.node_after.edac_uncorrected;
    if (!is_count(before) || !is_count(after) || *after < *before) continue;
    sum = added(sum, *after - *before);
  }
  return sum;
}

// Why that is not all that the run added.
std::optional<Finding> unfit_in_run(const Evidence& evidence) {
  if (auto no = other_boot(kId, evidence, "node")) return no;
  for (const Span& span : spans_of(evidence)) {
    const KnownInt& before = span.node_before.edac_uncorrected;
    const KnownInt& after = span.node_after.edac_uncorrected;
    if (auto no = fact_unfit(kId, "node", "before: edac_uncorrected", before, 0, kMost)) return no;
    if (auto no = fact_unfit(kId, "node", "after: edac_uncorrected", after, 0, kMost)) return no;
    if (*after >= *before) continue;
    return found(kId, "node", "events.counter_fell",
                 fmt::format("edac_uncorrected fell by {}", *before - *after));
  }
  return std::nullopt;
}

Finding judge_node(const OrderedHost& ordered, const Evidence& evidence) {
  const HostFacts& host = evidence.facts.host;
  if (host.edac_uncorrected && *host.edac_uncorrected > 0) {
    return found(kId, "node", "host.memory.uncorrected",
                 fmt::format("{} uncorrected errors since boot", *host.edac_uncorrected));
  }
  if (const std::int64_t errors = uncorrected_in_run(evidence); errors > 0) {
    return found(kId, "node", "host.memory.uncorrected",
                 fmt::format("{} uncorrected errors in the run", errors));
  }
  if (auto no = fact_unfit(kId, "node", "memory_bytes", host.memory_bytes, 1, kMost)) {
    return std::move(*no);
  }
  const std::string text =
      fmt::format("{} bytes of memory, at least {}", *host.memory_bytes, ordered.memory_bytes_min);
  if (*host.memory_bytes < ordered.memory_bytes_min) {
    return not_as_ordered(kId, "node", "host.memory.small", text, ordered.origin);
  }
  if (auto no = fact_unfit(kId, "node", "edac_uncorrected", host.edac_uncorrected, 0, kMost)) {
    return std::move(*no);
  }
  if (auto no = fact_unfit(kId, "node", "edac_corrected", host.edac_corrected, 0, kMost)) {
    return std::move(*no);
  }
  if (auto no = unfit_in_run(evidence)) return std::move(*no);
  Finding finding = passed(kId, "node", text);
  if (*host.edac_corrected > 0) {
    finding.warn.push_back(fmt::format("{} corrected errors since boot", *host.edac_corrected));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.host;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [host]")};
  return {judge_node(*ordered, evidence)};
}

}  // namespace

const Gate kHostMemory{kId, "Has the host the memory that was ordered, without errors?",
                       "호스트 메모리가 주문한 용량이며 오류가 없습니까?", next_nothing, judge};

}  // namespace ga
