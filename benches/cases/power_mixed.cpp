// power.mixed: round after round one product each of bf16, fp16, fp8, int8 and tf32, n x n x n, by
// our own kernels, at whatever clock the power limit leaves. Samples: operations a second, all
// formats added up, whatever an operation of each costs.
//
// Without fp64 and fp32: at the same n a product of fp64 takes as long as 15 of bf16 (67 against
// 989 Tflops of a data sheet's H200; 40 against 2250 of a B200's) and would be most of the round,
// which then is no mixture; and what it draws differs by generation. gemm.fp64.own is their load.
#include <array>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/cases/power_products.h"

namespace ga {
namespace {

std::array<GemmShape, kPowerMixture.size()> shapes_of(const Params& params) {
  const std::int64_t n = param(params, "n");
  std::array<GemmShape, kPowerMixture.size()> shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const ElementType in = kPowerMixture[i];
    shapes[i] = {.m = n, .n = n, .k = n, .in = in, .out = gemm_type(in).out};
  }
  return shapes;
}

}  // namespace

const Case kPowerMixed{.id = "power.mixed",
                       .device_bytes =
                           [](const Params& params, const CaseContext& context) {
                             return PowerBench::device_bytes(shapes_of(params), context);
                           },
                       .setup =
                           [](const Params& params, std::uint64_t seed, CaseContext& context) {
                             return PowerBench::make(shapes_of(params), std::nullopt, seed,
                                                     context);
                           }};

}  // namespace ga
