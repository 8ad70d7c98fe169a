#include "acceptance/core/warmup.h"

#include <algorithm>

#include "acceptance/core/floor.h"

namespace ga {
namespace {

constexpr std::ptrdiff_t kSettleSeconds = 60;
constexpr std::int64_t kSettleRangeMc = 1000;  // 1 degree Celsius
constexpr std::int64_t kHottestMc = 150'000;   // no GPU reports more and still runs

bool is_temperature(std::int64_t mc) { return mc > 0 && mc <= kHottestMc; }

bool is_complete(const Warmup& warmup, Level level) {
  const std::int64_t wanted = warmup_seconds(level);
  const std::int64_t late = std::max<std::int64_t>(1, wanted / 60);
  return static_cast<std::int64_t>(warmup.temp_mc.size()) >= wanted - late &&
         std::all_of(warmup.temp_mc.begin(), warmup.temp_mc.end(), is_temperature);
}

// Precondition: is_complete() at a level that lasts longer than the window.
bool is_settled(const Warmup& warmup) {
  const auto end = warmup.temp_mc.end();
  const auto [low, high] = std::minmax_element(end - kSettleSeconds, end);
  return *high - *low <= kSettleRangeMc;
}

}  // namespace

WarmupState warmup_state(const Evidence& evidence, std::string_view unit_id, Level level) {
  bool complete = false;
  bool settled = true;
  for (const Warmup& warmup : evidence.warmup) {
    if (warmup.unit_id != unit_id) continue;
    complete = is_complete(warmup, level);
    if (complete && level != Level::quick) settled = settled && is_settled(warmup);
  }
  if (!complete) return WarmupState::absent;
  return settled ? WarmupState::settled : WarmupState::not_settled;
}

}  // namespace ga
