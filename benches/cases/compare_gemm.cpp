// Our GEMM against cuBLASLt at its best: every heuristic it returns is timed like ours, and the
// fastest of them is the baseline. Both multiply the same buffers. In fp8 like is held against
// like: sums that are promoted to fp32 on the way, and sums that are not.
#include <memory>
#include <utility>

#include "benches/cases/compare.h"
#include "benches/cases/gemm_random.h"
#include "benches/cases/multiplier.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::int64_t kBlocksPerCandidate = 3;

struct Sides {
  std::shared_ptr<VendorMultiplier> vendor;
  std::unique_ptr<RandomGemmBench> own, baseline;
};

Result<Sides> set_up(CompareBed& bed, const GemmShape& shape, GemmKernel kernel) {
  Sides sides;
  GA_TRY(CublasLt library, cublaslt_of(bed.context));
  GA_TRY(sides.vendor, cublaslt_multiplier(shape, bed.options.heuristics, library));
  GA_TRY(const auto data, make_gemm_data(shape, 1, bed.context));
  GA_TRY(std::shared_ptr<Multiplier> own, own_multiplier(shape, data->product(0), kernel));
  GA_TRY(sides.own, RandomGemmBench::make(data, std::move(own), bed.context));
  GA_TRY(sides.baseline, RandomGemmBench::make(data, sides.vendor, bed.context));
  return sides;
}

// Times every heuristic in its turn and leaves the fastest chosen and qualified.
Status choose_fastest(CompareBed& bed, Sides& sides, Comparison& into) {
  CompareOptions few = bed.options;
  few.alternations = kBlocksPerCandidate;
  CompareBed trial{bed.context, bed.loop, few, 0};
  std::size_t best = 0;
  for (std::size_t i = 0; i < sides.vendor->algorithm_count(); ++i) {
    sides.vendor->choose(i);
    GA_CHECK(sides.baseline->qualify(bed.context));
    Comparison blocks;
    GA_CHECK(alone(trial, *sides.baseline, blocks));
    into.wrong += blocks.wrong;
    into.candidates.push_back(
        {.algorithm = sides.vendor->algorithm(), .median = median(blocks.own_samples).value_or(0)});
    if (into.candidates[i].median > into.candidates[best].median) best = i;
  }
  sides.vendor->choose(best);
  into.chosen = sides.vendor->algorithm();
  return sides.baseline->qualify(bed.context);
}

GemmShape shape_of(const NamedShape& named, ElementType type) {
  return {.m = named.m, .n = named.n, .k = named.k, .in = type, .out = gemm_type(type).out};
}

std::string id(ElementType type, const std::string& who) {
  return "gemm." + std::string(gemm_type(type).name) + "." + who;
}

Comparison blank(const CompareBed& bed, const NamedShape& named, ElementType type) {
  Comparison c;
  c.what = named.name;
  c.unit = "flops";
  c.peak = peak_of(bed.context.device.name).flops(type);
  return c;
}

Status compare(CompareBed& bed, const GemmShape& shape, GemmKernel kernel, Comparison& into) {
  GA_TRY(Sides sides, set_up(bed, shape, kernel));
  GA_CHECK(settle(bed, *sides.own, into));
  GA_CHECK(choose_fastest(bed, sides, into));
  return alternate(bed, *sides.own, *sides.baseline, into);
}

}  // namespace

Result<std::vector<Comparison>> compare_gemm(CompareBed& bed, const NamedShape& named,
                                             ElementType type) {
  GemmShape shape = shape_of(named, type);
  std::vector<Comparison> all;
  all.push_back(blank(bed, named, type));
  all[0].own = id(type, "own");
  all[0].baseline = id(type, "cublaslt");
  GA_CHECK(compare(bed, shape, GemmKernel::by_shape, all[0]));
  if (type != ElementType::fp8) return all;
  // Where our kernel of that name runs, on Hopper.
  Comparison fast = blank(bed, named, type);
  fast.own = id(type, "128x256");
  fast.baseline = id(type, "cublaslt-fast");
  shape.fast_accumulation = true;
  const Status compared = compare(bed, shape, GemmKernel::sm90_128x256, fast);
  if (!compared && compared.error().code() == ErrorCode::usage) return all;
  GA_CHECK(compared);
  all.push_back(std::move(fast));
  return all;
}

Result<std::vector<Comparison>> compare_tiles(CompareBed& bed, const NamedShape& named,
                                              ElementType type) {
  const GemmShape shape = shape_of(named, type);
  GA_TRY(const auto data, make_gemm_data(shape, 1, bed.context));
  std::vector<std::pair<GemmKernel, std::string>> kernels{{GemmKernel::portable, "portable"}};
  for (const Sm90Policy& policy : kSm90Policies) kernels.emplace_back(policy.kernel, policy.name);
  std::vector<Comparison> all;
  for (const auto& [kernel, name] : kernels) {
    auto made = own_multiplier(shape, data->product(0), kernel);
    if (!made && made.error().code() == ErrorCode::usage) continue;  // not on this GPU or shape
    GA_TRY(std::shared_ptr<Multiplier> own, std::move(made));
    Comparison one = blank(bed, named, type);
    one.own = id(type, name);
    one.chosen = own->algorithm();
    GA_TRY(const auto bench, RandomGemmBench::make(data, std::move(own), bed.context));
    if (all.empty()) GA_CHECK(settle(bed, *bench, one));
    GA_CHECK(alone(bed, *bench, one));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace ga
