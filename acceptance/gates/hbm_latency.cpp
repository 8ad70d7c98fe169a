// How long does a load from memory take that nothing hides?
//
// Evidence: a chain of addresses over an array far larger than the L2, each load waiting for the
// one before it, on all GPUs at once; a block's sample is the time of one load, and where the chain
// ends is known beforehand.
// Limit: a ceiling in ns of the profile: the floor rule mirrored. False pass: a profile without a
// ceiling passes what is right and slow. False fail: low clocks, which the warm-up excludes; a
// ceiling that was measured over another array, since the translation of addresses is in the time.
#include <array>

#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

Params params(const Sizes& sizes) {
  if (sizes.chase_bytes <= 0) return {};
  return {{"bytes", sizes.chase_bytes}};
}

constexpr std::array<std::string_view, 1> kCases{"memory.chase"};
constexpr SpeedGate kSpeed{.id = "hbm.latency",
                           .cases = kCases,
                           .unit = "ns",
                           .check_kind = "exact",
                           .explained = true,
                           .ratios = false,
                           .params = params,
                           .size_key = "chase_bytes"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_speed(kSpeed, order, evidence);
}
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_speed(kSpeed, order, evidence);
}

}  // namespace

const Gate kHbmLatency{kSpeed.id, "How long does a load from memory take that nothing hides?",
                       "다른 작업으로 가려지지 않는 메모리 읽기 한 번의 시간이 기준 이내입니까?",
                       next, judge};

}  // namespace ga
