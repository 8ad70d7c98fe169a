// Does the GPU multiply bf16 matrices with our own kernel as fast as it should?
//
// Evidence: as for gemm.bf16.cublaslt, with the hand-written kernel; where the profile sets a
// ratio, the vendor's kernel block by block beside it, so that both see the same clock. Limit: a
// floor where the profile names one; in a ci profile the ratio to the vendor, elsewhere the ratio
// only warns. False pass: a ratio cannot see what slows both kernels alike. False fail: a kernel
// that does not suit a part; wrong on every GPU while the vendor is right, it accuses the suite.
#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/gemm_speed.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kVendor = "gemm.bf16.cublaslt";
constexpr std::array<std::string_view, 1> kCases{"gemm.bf16.own"};
constexpr SpeedGate kSpeed{.id = "gemm.bf16.own",
                           .cases = kCases,
                           .unit = "flops",
                           .check_kind = "checksum",
                           .power_capped = true,
                           .explained = true,
                           .solo_repeat = false,
                           .params = gemm_params,
                           .size_key = "gemm_n"};

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  return next_speed(kSpeed, order, evidence);
}

// Right data of the vendor's kernel on that unit, from its own gate.
bool vendor_is_right(const Order& order, const Evidence& evidence, const std::string& unit) {
  Request name = series_name(kSpeed, order, kVendor, unit);
  name.gate = kVendor;
  const Measurement* series = find_series(evidence, name);
  return series != nullptr && !series->samples.empty() && is_checked(*series, kSpeed.check_kind) &&
         !is_wrong(*series, kSpeed.check_kind);
}

bool own_is_wrong(const Order& order, const Evidence& evidence, const std::string& unit) {
  const Measurement* series =
      find_series(evidence, series_name(kSpeed, order, kCases.front(), unit));
  return series != nullptr && is_wrong(*series, kSpeed.check_kind);
}

// A hand-written kernel is qualified before it judges: wrong everywhere while the vendor's is right
// everywhere accuses the kernel and not eight GPUs.
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings = judge_speed(kSpeed, order, evidence);
  const auto units = ordered_units(order.profile);
  const bool accused =
      !units.empty() && std::all_of(units.begin(), units.end(), [&](const std::string& unit) {
        return own_is_wrong(order, evidence, unit) && vendor_is_right(order, evidence, unit);
      });
  if (!accused) return findings;
  for (Finding& finding : findings) {
    if (finding.code != "gemm.bf16.own.wrong_data") continue;
    finding =
        found(kSpeed.id, finding.unit_id, "gemm.bf16.own.kernel_wrong", std::move(finding.reason));
  }
  return findings;
}

}  // namespace

const Gate kGemmBf16Own{kSpeed.id,
                        "Does the GPU multiply bf16 matrices with our kernel as fast as it should?",
                        "자체 커널의 bf16 행렬 곱 속도가 기준에 도달합니까?", next, judge};

}  // namespace ga
