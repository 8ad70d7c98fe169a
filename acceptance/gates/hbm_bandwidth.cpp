// Does the memory move data as fast as the part that was ordered?
//
// Evidence: copy and triad over arrays far larger than the L2, on all GPUs at once, with every
// block's data checked; where the profile sets such a ratio, the driver's own device-to-device copy
// beside it.
// Limit: a floor in bytes/s of the profile, keyed to the stack; in a ci profile the ratio to
// memory.d2d.
// False pass: arrays that fit the L2, which the profile's size excludes; a floor that is set too
// low. False fail: heat and other work, told by the explanation and by config.idle.
#include <array>

#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

Params params(const Sizes& sizes) {
  if (sizes.hbm_array_bytes <= 0) return {};
  return {{"bytes", sizes.hbm_array_bytes}};
}

constexpr std::array<std::string_view, 2> kCases{"memory.copy", "memory.triad"};
constexpr SpeedGate kSpeed{.id = "hbm.bandwidth",
                           .cases = kCases,
                           .unit = "bytes_per_s",
                           .check_kind = "pattern",
                           .power_capped = false,
                           .explained = true,
                           .solo_repeat = false,
                           .params = params,
                           .size_key = "hbm_array_bytes"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_speed(kSpeed, order, evidence);
}
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_speed(kSpeed, order, evidence);
}

}  // namespace

const Gate kHbmBandwidth{kSpeed.id, "Does the memory move data as fast as ordered?",
                         "메모리가 주문한 사양만큼 빠르게 데이터를 옮깁니까?", next, judge};

}  // namespace ga
