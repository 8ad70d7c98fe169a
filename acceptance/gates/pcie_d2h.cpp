// Does the link carry data from the GPU to host memory at the rate of its generation and width?
//
// Evidence: copies of pinned, NUMA-local memory, all GPUs together, then alone where a GPU was
// below its floor; each block's data checked. Limit: a floor in bytes/s of the profile; in a ci
// profile the ratio to the raw rate of the link. False pass: a slow host that the ratio to the best
// link of the facts would excuse; the facts name the best the device and slot can do, not what they
// trained to. False fail: other traffic on the host, or buffers on the wrong NUMA node, which the
// repeat alone and its warning tell apart.
#include <array>

#include "acceptance/gates/pcie.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::array<std::string_view, 1> kCases{"pcie.d2h"};
constexpr SpeedGate kSpeed{.id = "pcie.d2h",
                           .cases = kCases,
                           .unit = "bytes_per_s",
                           .check_kind = "pattern",
                           .power_capped = false,
                           .explained = false,
                           .solo_repeat = true,
                           .params = pcie_params,
                           .size_key = "pcie_bytes"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_pcie(kSpeed, order, evidence);
}
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_pcie(kSpeed, order, evidence);
}

}  // namespace

const Gate kPcieD2h{kSpeed.id, "Does the link carry data from the GPU to host memory at full rate?",
                    "링크가 GPU에서 호스트 메모리로 정격 속도로 데이터를 전송합니까?", next, judge};

}  // namespace ga
