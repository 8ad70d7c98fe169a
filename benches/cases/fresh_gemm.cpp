// fresh.gemm: a product of small integers from a seed that a challenge binds, by our kernel. Its
// tiles are committed to by a tree of digests, of which the root opens a part
// (kernels/data/fresh_product.h). Every timed launch must leave the very bits of the committed one.
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/known_hashes.h"
#include "benches/cases/multiplier.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/fresh_product.h"
#include "kernels/gemm/fill.h"

namespace ga {
namespace {

constexpr GemmShape kShape{.m = kFreshSide,
                           .n = kFreshSide,
                           .k = kFreshSide,
                           .in = ElementType::bf16,
                           .out = ElementType::fp32};

// What is no integer of the product's range is none of its elements either.
std::int32_t integer_of(float value) {
  const bool whole = std::fabs(value) < 16'777'216.0f && value == std::nearbyint(value);
  return whole ? static_cast<std::int32_t>(value) : std::numeric_limits<std::int32_t>::min();
}

class FreshGemmBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(std::uint64_t seed, CaseContext& context);

  std::int64_t sets() const override { return 1; }
  Status poison(const Turn&, cudaStream_t stream) override {
    GA_CUDA(cudaMemsetAsync(c_.data(), kPoison, kShape.c_bytes(), stream));
    return Ok{};
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    return multiplier_->multiply(product(turn.serial), stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    return hash_buffer(
        {.data = c_.data(), .bytes = kShape.c_bytes(), .hash = hashes_.at(turn.slot)}, stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    return hashes_.collect(slots, total);
  }
  Check begin() override {
    return hashes_.begin({.kind = "tree",
                          .expected = {},
                          .got = {},
                          .root = proof_.root,
                          .openings = proof_.openings});
  }
  Inject output(const Turn&) const override {
    return {
        .data = c_.data(), .type = kShape.out, .rows = kShape.m, .cols = kShape.n, .ld = kShape.n};
  }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }
  std::string algorithm() const override { return multiplier_->algorithm(); }

 private:
  FreshGemmBench() = default;
  Product product(std::uint64_t placement) const {
    return {.a = a_.data(), .b = b_.data(), .c = c_.data(), .placement = placement};
  }
  Status fill(std::uint64_t seed, cudaStream_t stream) const;
  Status commit(cudaStream_t stream);

  DeviceBuffer<std::byte> a_, b_, c_;
  KnownHashes hashes_;
  std::unique_ptr<Multiplier> multiplier_;
  FreshProof proof_;
};

Status FreshGemmBench::fill(std::uint64_t seed, cudaStream_t stream) const {
  GA_CHECK(fill_exact({.data = a_.data(),
                       .rows = kFreshSide,
                       .cols = kFreshSide,
                       .ld = kFreshSide,
                       .seed = seed,
                       .stream = kStreamExactA,
                       .type = kShape.in},
                      stream));
  return fill_exact({.data = b_.data(),
                     .rows = kFreshSide,
                     .cols = kFreshSide,
                     .ld = kFreshSide,
                     .seed = seed,
                     .stream = kStreamExactB,
                     .type = kShape.in},
                    stream);
}

Status FreshGemmBench::commit(cudaStream_t stream) {
  const Turn first;
  GA_CHECK(poison(first, stream));
  GA_CHECK(launch(first, stream));
  GA_CHECK(check(first, stream));
  GA_CUDA(cudaStreamSynchronize(stream));
  GA_CHECK(hashes_.keep(1));
  std::vector<float> c(static_cast<std::size_t>(kFreshSide * kFreshSide));
  GA_CHECK(copy_to_host(std::span(c), reinterpret_cast<const float*>(c_.data())));
  std::vector<std::int32_t> integers;
  integers.reserve(c.size());
  for (const float value : c) integers.push_back(integer_of(value));
  proof_ = fresh_proof([&](std::int64_t tile) { return tile_of(integers, tile); });
  return Ok{};
}

Result<std::unique_ptr<Bench>> FreshGemmBench::make(std::uint64_t seed, CaseContext& context) {
  std::unique_ptr<FreshGemmBench> bench(new FreshGemmBench());
  GA_TRY(bench->a_, DeviceBuffer<std::byte>::make(kShape.a_bytes()));
  GA_TRY(bench->b_, DeviceBuffer<std::byte>::make(kShape.b_bytes()));
  GA_TRY(bench->c_, DeviceBuffer<std::byte>::make(kShape.c_bytes()));
  GA_TRY(bench->hashes_, KnownHashes::make());
  GA_TRY(bench->multiplier_, own_multiplier(kShape, bench->product(0)));
  GA_CHECK(bench->fill(seed, context.stream));
  GA_CHECK(bench->commit(context.stream));
  return std::unique_ptr<Bench>(std::move(bench));
}

}  // namespace

const Case kFreshGemm{
    .id = "fresh.gemm",
    .device_bytes =
        [](const Params&, const CaseContext&) {
          return static_cast<std::int64_t>(kShape.a_bytes() + kShape.b_bytes() + kShape.c_bytes()) +
                 kSlotBytes;
        },
    .setup =
        [](const Params& params, std::uint64_t, CaseContext& context) {
          return FreshGemmBench::make(static_cast<std::uint64_t>(param(params, "seed")), context);
        }};

}  // namespace ga
