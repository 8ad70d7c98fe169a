// power.pulse: bf16 products that start and stop in a rhythm: duty_percent of every period_ms, from
// phase_percent of the period on. Samples: launches of a block, which has whole periods.
//
// A launch is a slab of the n x n x n product, so short that the edges of a load are where they
// should be: at most kSlabFlops, about half a millisecond on the GPUs that this is for. Two are a
// group, and a load ends within half a group and what one group takes longer than it was calibrated
// to: less than 2 % of the shortest period, 100 ms (harness/rhythm_test.cpp). The slab keeps all of
// n and k, so that all SMs have tiles and the power is that of the whole product.
#include <algorithm>
#include <array>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/cases/power_products.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr double kSlabFlops = 3e11;
constexpr std::int64_t kSlabStep = 256;  // rows: whole tiles of every kernel

std::array<GemmShape, 1> slab_of(const Params& params) {
  const std::int64_t n = param(params, "n");
  const double rows = kSlabFlops / (2.0 * static_cast<double>(n) * static_cast<double>(n));
  const auto steps = static_cast<std::int64_t>(rows / static_cast<double>(kSlabStep));
  const std::int64_t m = std::clamp(steps * kSlabStep, kSlabStep, n);
  const ElementType in = kPulseTypes[0];
  return {GemmShape{.m = m, .n = n, .k = n, .in = in, .out = gemm_type(in).out}};
}

Rhythm rhythm_of(const Params& params) {
  const std::int64_t period_ns = param(params, "period_ms") * kNsPerMs;
  return {.period_ns = period_ns,
          .load_ns = period_ns / 100 * param(params, "duty_percent"),
          .phase_ns = period_ns / 100 * param(params, "phase_percent")};
}

}  // namespace

const Case kPowerPulse{.id = "power.pulse",
                       .device_bytes =
                           [](const Params& params, const CaseContext& context) {
                             return PowerBench::device_bytes(slab_of(params), context);
                           },
                       .setup =
                           [](const Params& params, std::uint64_t seed, CaseContext& context) {
                             return PowerBench::make(slab_of(params), rhythm_of(params), seed,
                                                     context);
                           }};

}  // namespace ga
