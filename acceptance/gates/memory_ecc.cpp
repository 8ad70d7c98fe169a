// Has the memory, on the package or on the chip, had an error that ECC could not mend?
//
// Evidence: aggregate error counts and the SRAM threshold flag from NVML before the load, and what
// the volatile counters grew by during the run.
// Limit: none of the profile. One uncorrectable error of the DRAM asks for reset, remap and a long
// soak; a second one, seen in the aggregate counters, fails; the SRAM has no spare rows and fails
// at the first. Corrected errors are what ECC is for: they warn. False pass: counters that were
// cleared, or stay at zero because ECC is off, which is asked first. False fail: errors from before
// delivery; on new goods there are none.
#include <array>
#include <utility>

#include "acceptance/gates/counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "memory.ecc";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

struct Counter {
  std::string_view name;
  KnownInt GpuFacts::*aggregate;      // since the GPU was made
  KnownInt GpuCounters::*in_the_run;  // volatile
};
constexpr Counter kDramUncorrected{"ecc_dram_uncorrected",
                                   &GpuFacts::ecc_dram_uncorrected_aggregate,
                                   &GpuCounters::ecc_dram_uncorrected};
constexpr Counter kSramUncorrected{"ecc_sram_uncorrected",
                                   &GpuFacts::ecc_sram_uncorrected_aggregate,
                                   &GpuCounters::ecc_sram_uncorrected};
constexpr Counter kDramCorrected{"ecc_dram_corrected", &GpuFacts::ecc_dram_corrected_aggregate,
                                 &GpuCounters::ecc_dram_corrected};
constexpr Counter kSramCorrected{"ecc_sram_corrected", &GpuFacts::ecc_sram_corrected_aggregate,
                                 &GpuCounters::ecc_sram_corrected};
constexpr std::array kCounters{kDramUncorrected, kSramUncorrected, kDramCorrected, kSramCorrected};

// What is known of a counter: its aggregate before the run and its growth in it.
std::int64_t known_count(const Counter& counter, const GpuFacts& gpu, const Evidence& evidence) {
  const KnownInt& aggregate = gpu.*counter.aggregate;
  const std::int64_t known = aggregate && *aggregate > 0 && *aggregate <= kMost ? *aggregate : 0;
  return added(known, delta_of(evidence, gpu.unit_id, counter.in_the_run).seen);
}

std::optional<Finding> unfit(const Counter& counter, const GpuFacts& gpu,
                             const Evidence& evidence) {
  const std::string name(counter.name);
  if (auto no =
          fact_unfit(kId, gpu.unit_id, name + "_aggregate", gpu.*counter.aggregate, 0, kMost)) {
    return no;
  }
  const Delta delta = delta_of(evidence, gpu.unit_id, counter.in_the_run);
  if (delta.growth == Growth::absent) {
    return found(kId, gpu.unit_id, "fact.absent", name + " " + delta.why_absent);
  }
  if (delta.growth == Growth::fell) {
    return found(kId, gpu.unit_id, "memory.ecc.counter_fell",
                 fmt::format("{} fell by {}", name, -delta.by));
  }
  return std::nullopt;
}

std::optional<Finding> known_bad(const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  const std::int64_t dram = known_count(kDramUncorrected, gpu, evidence);
  const std::int64_t sram = known_count(kSramUncorrected, gpu, evidence);
  const std::string text = fmt::format("uncorrected: DRAM {}, SRAM {}", dram, sram);
  if (gpu.ecc_sram_threshold_exceeded && *gpu.ecc_sram_threshold_exceeded) {
    return found(kId, unit, "memory.ecc.sram_threshold", text);
  }
  if (sram > 0) return found(kId, unit, "memory.ecc.sram_uncorrected", text);
  if (dram > 1) return found(kId, unit, "memory.ecc.uncorrected", text);
  if (dram == 1) return found(kId, unit, "memory.ecc.first_uncorrected", text);
  return std::nullopt;
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_gpu(const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  if (auto bad = known_bad(gpu, evidence)) return std::move(*bad);
  if (auto absent = fact_absent(kId, unit, "ecc_current", gpu.ecc_current)) {
    return std::move(*absent);
  }
  if (!*gpu.ecc_current) return found(kId, unit, "memory.ecc.off", "ecc_current is off");
  if (auto absent =
          fact_absent(kId, unit, "ecc_sram_threshold_exceeded", gpu.ecc_sram_threshold_exceeded)) {
    return std::move(*absent);
  }
  for (const Counter& counter : kCounters) {
    if (auto finding = unfit(counter, gpu, evidence)) return std::move(*finding);
  }
  Finding finding = passed(kId, unit, "no uncorrected error, before or in the run");
  for (const Counter& counter : {kDramCorrected, kSramCorrected}) {
    const std::int64_t count = known_count(counter, gpu, evidence);
    const Delta delta = delta_of(evidence, unit, counter.in_the_run);
    if (count == 0) continue;
    finding.warn.push_back(
        fmt::format("{}: {} errors, {} of them in the run", counter.name, count, delta.by));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    return unless_part_lacks("ecc_current", judge_gpu(gpu, evidence), order, evidence.facts, gpu);
  });
}

}  // namespace

const Gate kMemoryEcc{kId, "Has the memory had an error that ECC could not mend?",
                      "ECC로 정정하지 못한 메모리 오류가 있었습니까?", next_nothing, judge};

}  // namespace ga
