// gemm.bf16.own and gemm.bf16.cublaslt: the rate of C = A B, bf16 in, fp32 sums, bf16 out, on
// uniform random data. Bound by the tensor cores, and on large shapes by power. 2 m n k flops a
// launch.
#include <utility>

#include "benches/cases/cases.h"
#include "benches/cases/gemm_random.h"
#include "benches/cases/multiplier.h"

namespace ga {
namespace {

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  const GemmShape shape = gemm_shape(params, GemmOut::bf16);
  const auto l2 = static_cast<std::int64_t>(context.device.l2_bytes);
  return random_gemm_bytes(shape, gemm_set_count(shape, l2)) + kVendorBytes;
}

Result<std::unique_ptr<Bench>> make_bench(std::shared_ptr<const GemmData> data,
                                          std::shared_ptr<Multiplier> multiplier,
                                          const CaseContext& context) {
  GA_TRY(auto bench, RandomGemmBench::make(std::move(data), std::move(multiplier), context));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> make_own(const Params& params, std::uint64_t seed,
                                        CaseContext& context) {
  const GemmShape shape = gemm_shape(params, GemmOut::bf16);
  GA_TRY(auto data, make_gemm_data(shape, seed, context));
  GA_TRY(auto own, own_multiplier(shape, data->product(0)));
  return make_bench(std::move(data), std::move(own), context);
}

Result<std::unique_ptr<Bench>> make_vendor(const Params& params, std::uint64_t seed,
                                           CaseContext& context) {
  const GemmShape shape = gemm_shape(params, GemmOut::bf16);
  GA_TRY(CublasLt library, cublaslt_of(context));
  GA_TRY(auto vendor, cublaslt_multiplier(shape, kGateHeuristics, library));
  GA_TRY(auto data, make_gemm_data(shape, seed, context));
  return make_bench(std::move(data), std::move(vendor), context);
}

}  // namespace

const Case kGemmOwn{.id = "gemm.bf16.own", .device_bytes = device_bytes, .setup = make_own};
const Case kGemmCublaslt{
    .id = "gemm.bf16.cublaslt", .device_bytes = device_bytes, .setup = make_vendor};

}  // namespace ga
