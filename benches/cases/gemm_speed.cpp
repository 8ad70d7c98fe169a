// gemm.<type>.own and gemm.<type>.cublaslt: the rate of C = A B on uniform random data, of each
// type of kGemmTypes. Bound by the units that multiply the type, and on large shapes by power.
// 2 m n k flops a launch, whatever the type.
#include <utility>

#include "benches/cases/cases.h"
#include "benches/cases/gemm_random.h"
#include "benches/cases/multiplier.h"

namespace ga {
namespace {

std::int64_t device_bytes(const GemmType& type, const Params& params, const CaseContext& context) {
  const GemmShape shape = gemm_shape(params, type.in, type.out);
  const auto l2 = static_cast<std::int64_t>(context.device.l2_bytes);
  return random_gemm_bytes(shape, gemm_set_count(shape, l2)) + kVendorBytes;
}

Result<std::unique_ptr<Bench>> make_bench(std::shared_ptr<const GemmData> data,
                                          std::shared_ptr<Multiplier> multiplier,
                                          const CaseContext& context) {
  GA_TRY(auto bench, RandomGemmBench::make(std::move(data), std::move(multiplier), context));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> make_own(const GemmShape& shape, std::uint64_t seed,
                                        CaseContext& context) {
  GA_TRY(auto data, make_gemm_data(shape, seed, context));
  GA_TRY(auto own, own_multiplier(shape, data->product(0)));
  return make_bench(std::move(data), std::move(own), context);
}

Result<std::unique_ptr<Bench>> make_vendor(const GemmShape& shape, std::uint64_t seed,
                                           CaseContext& context) {
  GA_TRY(CublasLt library, cublaslt_of(context));
  GA_TRY(auto vendor, cublaslt_multiplier(shape, kGateHeuristics, library));
  GA_TRY(auto data, make_gemm_data(shape, seed, context));
  return make_bench(std::move(data), std::move(vendor), context);
}

}  // namespace

Case gemm_speed_case(std::string_view id, const GemmCase& which) {
  const GemmType type = *which.type;
  const auto make = which.own ? make_own : make_vendor;
  return {.id = id,
          .device_bytes =
              [type](const Params& params, const CaseContext& context) {
                return device_bytes(type, params, context);
              },
          .setup =
              [type, make](const Params& params, std::uint64_t seed, CaseContext& context) {
                return make(gemm_shape(params, type.in, type.out), seed, context);
              }};
}

}  // namespace ga
