// What checking a GEMM while it runs costs: the vendor's product with the hash of its output inside
// the timed region, against the same without.
#include <memory>
#include <utility>

#include "benches/cases/compare.h"
#include "benches/cases/gemm_random.h"
#include "benches/cases/multiplier.h"

namespace ga {
namespace {

// The inner bench, with its check moved into the launch.
class CheckedLaunch final : public Bench {
 public:
  explicit CheckedLaunch(RandomGemmBench& inner) : inner_(inner) {}
  std::int64_t sets() const override { return inner_.sets(); }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    return inner_.poison(turn, stream);
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    GA_CHECK(inner_.launch(turn, stream));
    return inner_.check(turn, stream);
  }
  Status check(const Turn&, cudaStream_t) override { return Ok{}; }
  Status collect(std::int64_t slots, Check& total) override { return inner_.collect(slots, total); }
  Check begin() override { return inner_.begin(); }
  Inject output(const Turn& turn) const override { return inner_.output(turn); }
  std::int64_t value(const BlockTiming& timing) const override { return inner_.value(timing); }

 private:
  RandomGemmBench& inner_;
};

}  // namespace

Result<Comparison> compare_digest(CompareBed& bed, const NamedShape& named) {
  const GemmShape shape{.m = named.m, .n = named.n, .k = named.k};
  Comparison result;
  result.own = "gemm+hash";
  result.baseline = "gemm.bf16.cublaslt";
  result.what = named.name;
  result.unit = "flops";
  result.peak = peak_of(bed.context.device.name).flops(ElementType::bf16);
  GA_TRY(CublasLt library, cublaslt_of(bed.context));
  GA_TRY(std::shared_ptr<VendorMultiplier> vendor,
         cublaslt_multiplier(shape, kGateHeuristics, library));
  result.chosen = vendor->algorithm();
  GA_TRY(auto data, make_gemm_data(shape, 1, bed.context));
  GA_TRY(const auto plain, RandomGemmBench::make(std::move(data), std::move(vendor), bed.context));
  CheckedLaunch checked(*plain);
  GA_CHECK(settle(bed, *plain, result));
  GA_CHECK(alternate(bed, checked, *plain, result));
  return result;
}

}  // namespace ga
