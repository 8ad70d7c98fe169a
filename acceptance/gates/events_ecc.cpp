// Did the memory meet an error during the run that ECC could not mend, or too many that it could?
//
// Evidence: NVML's volatile error counts and the state of row remapping, before and after every
// load, with the aggregate count before. Limit: none for uncorrectable errors and failed remaps;
// the profile's rate for corrected ones. The first uncorrectable error of the DRAM in the GPU's
// life is mended by a reset and asks for a long soak; the second fails. False pass: ECC off, which
// config.ecc and memory.ecc ask. False fail: a GPU that was reset during the run; its counters fell
// and say nothing.
#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.ecc";

constexpr EventCounter kDramUncorrected{"ecc_dram_uncorrected", &GpuCounters::ecc_dram_uncorrected};
constexpr EventCounter kSramUncorrected{"ecc_sram_uncorrected", &GpuCounters::ecc_sram_uncorrected};
constexpr EventCounter kRowsLost{"remap_uncorrectable_rows",
                                 &GpuCounters::remap_uncorrectable_rows};
constexpr EventCounter kPending{"remap_pending", &GpuCounters::remap_pending};
constexpr EventCounter kFailed{"remap_failed", &GpuCounters::remap_failed};
constexpr std::array kCorrected{
    EventCounter{"ecc_dram_corrected", &GpuCounters::ecc_dram_corrected},
    EventCounter{"ecc_sram_corrected", &GpuCounters::ecc_sram_corrected},
    EventCounter{"remap_correctable_rows", &GpuCounters::remap_correctable_rows}};

std::optional<Finding> uncorrected(const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  const std::int64_t dram = events_in_run(evidence, unit, kDramUncorrected);
  const std::int64_t rows = events_in_run(evidence, unit, kRowsLost);
  if (events_in_run(evidence, unit, kFailed) > 0) {
    return found(kId, unit, "events.ecc.remap_failed", "a row remap failed in the run");
  }
  if (const std::int64_t sram = events_in_run(evidence, unit, kSramUncorrected); sram > 0) {
    return found(kId, unit, "events.ecc.sram_uncorrected",
                 fmt::format("{} uncorrectable errors of the SRAM in the run", sram));
  }
  if (dram == 0 && rows == 0 && events_in_run(evidence, unit, kPending) == 0) return std::nullopt;
  const KnownInt& past = gpu.ecc_dram_uncorrected_aggregate;
  const std::string text =
      fmt::format("uncorrectable errors of the DRAM in the run {}, before it {}; rows remapped {}",
                  dram, past ? fmt::format("{}", *past) : past.absent, rows);
  // A remap without a counted error is one event, too.
  const std::int64_t events = std::max({dram, rows, std::int64_t{1}});
  if (events > 1 || (past && *past > 0)) {
    return found(kId, unit, "events.ecc.uncorrected", text);
  }
  return found(kId, unit, "events.ecc.first_uncorrected", text);
}

std::optional<Finding> unfit(const GpuFacts& gpu, const Evidence& evidence) {
  for (const EventCounter& counter : {kDramUncorrected, kSramUncorrected, kRowsLost, kPending,
                                      kFailed, kCorrected[0], kCorrected[1], kCorrected[2]}) {
    if (auto no = counter_unfit(kId, evidence, gpu, counter, Need::wanted)) return no;
  }
  if (auto no = fact_absent(kId, gpu.unit_id, "ecc_current", gpu.ecc_current)) return no;
  if (!*gpu.ecc_current) {
    return found(kId, gpu.unit_id, "memory.ecc.off", "ecc_current is off: nothing is counted");
  }
  return run_unfit(kId, evidence, gpu);
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_gpu(const Order& order, const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  if (auto bad = uncorrected(gpu, evidence)) return std::move(*bad);
  std::optional<Finding> many;
  for (const EventCounter& counter : {kCorrected[0], kCorrected[1]}) {
    keep_worse(many,
               grew_too_fast(kId, order, evidence, unit, counter, "events.ecc.corrected_rate"));
  }
  if (many && many->verdict == Verdict::fail) return std::move(*many);
  if (auto finding = unfit(gpu, evidence)) return std::move(*finding);
  if (many) return std::move(*many);
  Finding finding = passed(kId, unit, "no uncorrectable error and no remap failure in the run");
  warn_of_events(evidence, unit, kCorrected, finding);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    return unless_part_lacks("ecc_current", judge_gpu(order, gpu, evidence), order, evidence.facts,
                             gpu);
  });
}

}  // namespace

const Gate kEventsEcc{kId,
                      "Did the memory meet an error during the run that ECC could not mend, or too "
                      "many that it could?",
                      "실행 중 ECC로 정정하지 못한 오류나 지나치게 많은 정정 오류가 있었습니까?",
                      next_nothing, judge};

}  // namespace ga
