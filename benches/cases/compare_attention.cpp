// Our attention against cuDNN at its best: every engine configuration that it returns is timed like
// ours, and the fastest of them is the baseline. Both read the same buffers. Where there is no
// cuDNN, or none that knows the shape, ours is timed alone, and the row says why.
#include <memory>
#include <utility>

#include "benches/cases/attender.h"
#include "benches/cases/attention_random.h"
#include "benches/cases/compare.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::int64_t kBlocksPerCandidate = 3;

struct Vendor {
  std::shared_ptr<VendorAttender> attender;
  std::unique_ptr<RandomAttentionBench> bench;
};

Result<std::shared_ptr<VendorAttender>> vendor_for(CompareBed& bed, const AttentionShape& shape) {
  GA_TRY(Cudnn library, cudnn_of(bed.context));
  GA_TRY(std::shared_ptr<VendorAttender> vendor,
         cudnn_attender(shape, attention_scale(shape.dim), library));
  return vendor;
}

// Times every configuration in its turn and leaves the fastest chosen and qualified. One that the
// library offers and cannot build is noted with a rate of 0.
Status choose_fastest(CompareBed& bed, Vendor& vendor, Comparison& into) {
  CompareOptions few = bed.options;
  few.alternations = kBlocksPerCandidate;
  CompareBed trial{bed.context, bed.loop, few, 0};
  std::size_t best = 0;
  for (std::size_t i = 0; i < vendor.attender->algorithm_count(); ++i) {
    if (const Status built = vendor.attender->choose(i); !built) {
      into.candidates.push_back({.algorithm = built.error().what(), .median = 0});
      continue;
    }
    GA_CHECK(vendor.bench->qualify(bed.context));
    Comparison blocks;
    GA_CHECK(alone(trial, *vendor.bench, blocks));
    into.wrong += blocks.wrong;
    into.candidates.push_back({.algorithm = vendor.attender->algorithm(),
                               .median = median(blocks.own_samples).value_or(0)});
    if (into.candidates[i].median > into.candidates[best].median) best = i;
  }
  GA_CHECK(vendor.attender->choose(best));
  into.chosen = vendor.attender->algorithm();
  return vendor.bench->qualify(bed.context);
}

std::string id(ElementType type, const std::string& who) {
  return "attention." + std::string(gemm_type(type).name) + "." + who;
}

}  // namespace

Result<Comparison> compare_attention(CompareBed& bed, const NamedAttention& named) {
  const AttentionShape& shape = named.shape;
  Comparison result;
  result.own = id(shape.type, "own");
  result.what = named.name;
  result.unit = "flops";
  result.peak = peak_of(bed.context.device.name).flops(shape.type);
  GA_TRY(const auto data, make_attention_data(shape, 1, bed.context));
  GA_TRY(std::shared_ptr<Attender> own,
         own_attender(shape, attention_scale(shape.dim), data->operands(0)));
  GA_TRY(const auto ours, RandomAttentionBench::make(data, std::move(own), bed.context));
  GA_CHECK(settle(bed, *ours, result));
  auto attender = vendor_for(bed, shape);
  if (!attender) {
    if (attender.error().code() != ErrorCode::environment) return std::move(attender).error();
    result.no_baseline = attender.error().what();
    GA_CHECK(alone(bed, *ours, result));
    return result;
  }
  result.baseline = id(shape.type, "cudnn");
  Vendor vendor{*std::move(attender), nullptr};
  GA_TRY(vendor.bench, RandomAttentionBench::make(data, vendor.attender, bed.context));
  GA_CHECK(choose_fastest(bed, vendor, result));
  GA_CHECK(alternate(bed, *ours, *vendor.bench, result));
  return result;
}

}  // namespace ga
