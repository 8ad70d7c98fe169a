// Our attention, forward and backward, against cuDNN at its best: every engine configuration that
// it returns is timed like ours, and the fastest of them is the baseline; of the backward the
// deterministic ones, as ours is. Both read the same buffers. Where there is no cuDNN, or none that
// knows the shape, ours is timed alone, and the row says why.
#include <memory>
#include <utility>

#include "benches/cases/attender.h"
#include "benches/cases/attention_bwd_random.h"
#include "benches/cases/attention_random.h"
#include "benches/cases/compare.h"
#include "benches/cases/differentiator.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::int64_t kBlocksPerCandidate = 3;

// What is compared.
struct Forward {
  using TimedBench = RandomAttentionBench;
  using Vendor = VendorAttender;
  static constexpr const char* kWhich = ".";
  static constexpr auto make_data = make_attention_data;
  static Result<std::shared_ptr<Attender>> own(const AttentionShape& shape,
                                               const AttentionData& data) {
    GA_TRY(std::shared_ptr<Attender> own,
           own_attender(shape, attention_scale(shape.dim), data.operands(0)));
    return own;
  }
  static constexpr auto vendor = cudnn_attender;
};

struct Backward {
  using TimedBench = RandomGradientBench;
  using Vendor = VendorDifferentiator;
  static constexpr const char* kWhich = ".bwd.";
  static constexpr auto make_data = make_gradient_data;
  static Result<std::shared_ptr<Differentiator>> own(const AttentionShape& shape,
                                                     const GradientData& data) {
    GA_TRY(std::shared_ptr<Differentiator> own,
           own_differentiator(shape, attention_scale(shape.dim), data.operands(0)));
    return own;
  }
  static constexpr auto vendor = cudnn_differentiator;
};

template <class Of>
Result<std::shared_ptr<typename Of::Vendor>> vendor_for(CompareBed& bed,
                                                        const AttentionShape& shape) {
  GA_TRY(Cudnn library, cudnn_of(bed.context));
  GA_TRY(std::shared_ptr<typename Of::Vendor> vendor,
         Of::vendor(shape, attention_scale(shape.dim), library));
  return vendor;
}

// Times every configuration in its turn and leaves the fastest chosen and qualified. One that the
// library offers and cannot build is noted with a rate of 0.
template <class Of>
Status choose_fastest(CompareBed& bed, typename Of::Vendor& vendor, typename Of::TimedBench& bench,
                      Comparison& into) {
  CompareOptions few = bed.options;
  few.alternations = kBlocksPerCandidate;
  CompareBed trial{bed.context, bed.loop, few, 0};
  std::size_t best = 0;
  for (std::size_t i = 0; i < vendor.algorithm_count(); ++i) {
    if (const Status built = vendor.choose(i); !built) {
      into.candidates.push_back({.algorithm = built.error().what(), .median = 0});
      continue;
    }
    GA_CHECK(bench.qualify(bed.context));
    Comparison blocks;
    GA_CHECK(alone(trial, bench, blocks));
    into.wrong += blocks.wrong;
    into.candidates.push_back(
        {.algorithm = vendor.algorithm(), .median = median(blocks.own_samples).value_or(0)});
    if (into.candidates[i].median > into.candidates[best].median) best = i;
  }
  GA_CHECK(vendor.choose(best));
  into.chosen = vendor.algorithm();
  return bench.qualify(bed.context);
}

template <class Of>
std::string id(ElementType type, const std::string& who) {
  return "attention." + std::string(gemm_type(type).name) + Of::kWhich + who;
}

template <class Of>
Result<Comparison> compare(CompareBed& bed, const NamedAttention& named) {
  const AttentionShape& shape = named.shape;
  Comparison result;
  result.own = id<Of>(shape.type, "own");
  result.what = named.name;
  result.unit = "flops";
  result.peak = peak_of(bed.context.device.name).flops(shape.type);
  GA_TRY(const auto data, Of::make_data(shape, 1, bed.context));
  GA_TRY(auto own, Of::own(shape, *data));
  GA_TRY(const auto ours, Of::TimedBench::make(data, std::move(own), bed.context));
  GA_CHECK(settle(bed, *ours, result));
  auto vendor = vendor_for<Of>(bed, shape);
  if (!vendor) {
    if (vendor.error().code() != ErrorCode::environment) return std::move(vendor).error();
    result.no_baseline = vendor.error().what();
    GA_CHECK(alone(bed, *ours, result));
    return result;
  }
  result.baseline = id<Of>(shape.type, "cudnn");
  GA_TRY(const auto theirs, Of::TimedBench::make(data, *vendor, bed.context));
  GA_CHECK(choose_fastest<Of>(bed, **vendor, *theirs, result));
  GA_CHECK(alternate(bed, *ours, *theirs, result));
  return result;
}

}  // namespace

Result<Comparison> compare_attention(CompareBed& bed, const NamedAttention& named) {
  return compare<Forward>(bed, named);
}

Result<Comparison> compare_attention_bwd(CompareBed& bed, const NamedAttention& named) {
  return compare<Backward>(bed, named);
}

}  // namespace ga
