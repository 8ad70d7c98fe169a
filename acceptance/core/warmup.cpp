#include "acceptance/core/warmup.h"

#include <algorithm>

#include "acceptance/core/floor.h"

namespace ga {
namespace {

constexpr std::ptrdiff_t kSettleSeconds = 60;
constexpr std::int64_t kSettleRangeMc = 1000;  // 1 degree Celsius
constexpr std::int64_t kHottestMc = 150'000;   // no GPU reports more and still runs

bool is_temperature(std::int64_t mc) { return mc > 0 && mc <= kHottestMc; }

}  // namespace

WarmupState warmup_state(const Evidence& evidence, std::string_view unit_id, Level level) {
  const Warmup* last = nullptr;
  for (const Warmup& warmup : evidence.warmup) {
    if (warmup.unit_id == unit_id) last = &warmup;
  }
  if (last == nullptr) return WarmupState::absent;
  const auto& temp = last->temp_mc;
  const std::int64_t wanted = warmup_seconds(level);
  const std::int64_t late = std::max<std::int64_t>(1, wanted / 60);
  if (static_cast<std::int64_t>(temp.size()) < wanted - late) return WarmupState::absent;
  if (!std::all_of(temp.begin(), temp.end(), is_temperature)) return WarmupState::absent;
  if (level == Level::quick) return WarmupState::settled;
  const auto [low, high] = std::minmax_element(temp.end() - kSettleSeconds, temp.end());
  return *high - *low <= kSettleRangeMc ? WarmupState::settled : WarmupState::not_settled;
}

}  // namespace ga
