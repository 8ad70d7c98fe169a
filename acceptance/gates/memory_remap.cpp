// Could every bad row of the memory be replaced by a spare one?
//
// Evidence: remap pending and failed flags, the histogram of spare rows by bank, remapped rows,
// repairs of channels and cores that wait for a reset, memory beyond repair, and what the GPU asks
// for; from NVML before anything is loaded. Limit: none of the profile. Failed, beyond repair, a
// bank with few or no spare rows, or the part's whole budget used are the vendor's own reasons for
// return; what is pending asks for a reset and a second look. False pass: a fault that no access
// has met yet, which the memory test is for. False fail: a pending remap of a GPU that was only not
// reset; that is not_measured and not a fail.
#include <initializer_list>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "memory.remap";
// NVIDIA, GPU memory error management: a GPU remaps at most 512 rows.
constexpr std::int64_t kMostRows = 512;
constexpr std::int64_t kMostCount = 1'000'000'000;

struct Count {
  std::string_view name;
  const KnownInt& fact;
};

// Absent where `absent_too`, else only what cannot be.
std::optional<Finding> unfit_count(const GpuFacts& gpu, bool absent_too) {
  for (const Count& count : {Count{"remap_banks_none", gpu.remap_banks_none},
                             Count{"remap_banks_low", gpu.remap_banks_low},
                             Count{"remap_correctable_rows", gpu.remap_correctable_rows},
                             Count{"remap_uncorrectable_rows", gpu.remap_uncorrectable_rows}}) {
    if (!count.fact && !absent_too) continue;
    if (auto no = fact_unfit(kId, gpu.unit_id, count.name, count.fact, 0, kMostCount)) return no;
  }
  return std::nullopt;
}

bool holds(const KnownFlag& flag) { return flag && *flag; }
std::int64_t count_of(const KnownInt& count) { return count ? *count : 0; }

// What a reset has to do first.
std::optional<Finding> pending(const GpuFacts& gpu, const std::string& rows) {
  const std::string& unit = gpu.unit_id;
  if (holds(gpu.remap_pending)) return found(kId, unit, "memory.remap.pending", rows);
  for (const auto& [name, flag] : {std::pair{"repair_channel_pending", &gpu.repair_channel_pending},
                                   std::pair{"repair_tpc_pending", &gpu.repair_tpc_pending}}) {
    if (holds(*flag)) return found(kId, unit, "memory.remap.repair_pending", name);
  }
  if (!gpu.recovery_action || *gpu.recovery_action == "none") return std::nullopt;
  return found(kId, unit, "memory.remap.recovery_asked", *gpu.recovery_action);
}

// The answers that newer drivers and parts give, by the table of field support.
std::optional<Finding> unanswered(const Facts& facts, const GpuFacts& gpu) {
  const auto flag = [&](std::string_view name, const KnownFlag& fact) {
    return fact_missing(kId, facts, gpu, name, fact);
  };
  if (auto no = flag("memory_unrepairable", gpu.memory_unrepairable)) return no;
  if (auto no = flag("repair_channel_pending", gpu.repair_channel_pending)) return no;
  if (auto no = flag("repair_tpc_pending", gpu.repair_tpc_pending)) return no;
  return fact_missing(kId, facts, gpu, "recovery_action", gpu.recovery_action);
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_gpu(const Facts& facts, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (holds(gpu.remap_failed)) return found(kId, unit, "memory.remap.failed", "a remap failed");
  if (holds(gpu.memory_unrepairable)) {
    return found(kId, unit, "memory.remap.unrepairable", "memory_unrepairable");
  }
  if (auto impossible = unfit_count(gpu, false)) return std::move(*impossible);
  const std::int64_t none = count_of(gpu.remap_banks_none);
  const std::int64_t low = count_of(gpu.remap_banks_low);
  const std::int64_t rows =
      count_of(gpu.remap_correctable_rows) + count_of(gpu.remap_uncorrectable_rows);
  const std::string text =
      fmt::format("{} rows remapped, banks without spare rows {}, with few {}", rows, none, low);
  if (none > 0 || low > 0 || rows >= kMostRows) {
    return found(kId, unit, "memory.remap.exhausted", text);
  }
  if (auto waits = pending(gpu, text)) return std::move(*waits);
  if (auto absent = fact_absent(kId, unit, "remap_failed", gpu.remap_failed)) {
    return std::move(*absent);
  }
  if (auto absent = fact_absent(kId, unit, "remap_pending", gpu.remap_pending)) {
    return std::move(*absent);
  }
  if (auto absent = unfit_count(gpu, true)) return std::move(*absent);
  if (auto absent = unanswered(facts, gpu)) return std::move(*absent);
  Finding finding = passed(kId, unit, text);
  if (rows > 0) finding.warn.push_back(fmt::format("{} rows were remapped before", rows));
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    const Facts& facts = evidence.facts;
    return unless_part_lacks("remap_failed", judge_gpu(facts, gpu), order, facts, gpu);
  });
}

}  // namespace

const Gate kMemoryRemap{kId, "Could every bad row of the memory be replaced?",
                        "불량 메모리 행이 모두 예비 행으로 대체되었습니까?", next_nothing, judge};

}  // namespace ga
