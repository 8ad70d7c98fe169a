#include "benches/cases/gemm_random.h"

#include <utility>

#include "benches/cases/pattern_slots.h"
#include "benches/harness/damage.h"
#include "benches/harness/plan.h"
#include "kernels/check/check.h"
#include "kernels/gemm/fill.h"

namespace ga {
namespace {

// Of the data; the checksum's signs come from another seed than the data does.
constexpr RandomKind kData = RandomKind::uniform;
constexpr std::uint64_t kSignSeed = 0x9E3779B97F4A7C15u;
constexpr std::int64_t kChecksumColumns = 32;  // of one group, see kernels/check/check.h

std::int64_t set_bytes(const GemmShape& s) {
  return static_cast<std::int64_t>(s.a_bytes() + s.b_bytes() + s.c_bytes());
}

Result<GemmSet> make_set(const GemmShape& s, std::uint64_t seed, cudaStream_t stream) {
  GemmSet set;
  GA_TRY(set.a, DeviceBuffer<std::byte>::make(s.a_bytes()));
  GA_TRY(set.b, DeviceBuffer<std::byte>::make(s.b_bytes()));
  GA_TRY(set.c, DeviceBuffer<std::byte>::make(s.c_bytes()));
  GA_CHECK(fill_random({.data = set.a.data(),
                        .rows = s.m,
                        .cols = s.k,
                        .ld = s.k,
                        .seed = seed,
                        .stream = kStreamRandomA,
                        .kind = kData,
                        .type = s.in},
                       stream));
  GA_CHECK(fill_random({.data = set.b.data(),
                        .rows = s.b_rows(),
                        .cols = s.b_cols(),
                        .ld = s.b_cols(),
                        .seed = seed,
                        .stream = kStreamRandomB,
                        .kind = kData,
                        .type = s.in},
                       stream));
  return set;
}

}  // namespace

Product GemmData::product(std::int64_t set) const {
  const GemmSet& s = sets[static_cast<std::size_t>(set)];
  return {.a = s.a.data(), .b = s.b.data(), .c = s.c.data()};
}

std::int64_t gemm_set_count(const GemmShape& shape, std::int64_t l2_bytes) {
  return rotation_sets(set_bytes(shape), l2_bytes, 2);
}

std::int64_t random_gemm_bytes(const GemmShape& shape, std::int64_t sets) {
  return sets * set_bytes(shape) +
         static_cast<std::int64_t>(checksum_product_scratch_bytes(shape.n, shape.k)) +
         2 * kSlotBytes;
}

Result<std::shared_ptr<const GemmData>> make_gemm_data(const GemmShape& shape, std::uint64_t seed,
                                                       const CaseContext& context) {
  auto data = std::make_shared<GemmData>();
  data->shape = shape;
  data->seed = seed;
  const std::int64_t count =
      gemm_set_count(shape, static_cast<std::int64_t>(context.device.l2_bytes));
  for (std::int64_t i = 0; i < count; ++i) {
    GA_TRY(GemmSet set, make_set(shape, seed + static_cast<std::uint64_t>(i), context.stream));
    data->sets.push_back(std::move(set));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  return std::shared_ptr<const GemmData>(std::move(data));
}

Result<std::unique_ptr<RandomGemmBench>> RandomGemmBench::make(
    std::shared_ptr<const GemmData> data, std::shared_ptr<Multiplier> multiplier,
    const CaseContext& context) {
  std::unique_ptr<RandomGemmBench> bench(
      new RandomGemmBench(std::move(data), std::move(multiplier)));
  const GemmShape& shape = bench->data_->shape;
  GA_TRY(bench->scratch_,
         DeviceBuffer<std::byte>::make(checksum_product_scratch_bytes(shape.n, shape.k)));
  GA_TRY(bench->checksums_, Slots<ChecksumReport>::make());
  GA_TRY(bench->hashes_, KnownHashes::make());
  GA_CHECK(bench->qualify(context));
  return bench;
}

Status RandomGemmBench::qualify_set(std::int64_t set, const CaseContext& context) {
  const GemmShape& shape = data_->shape;
  const Turn turn{.set = set, .slot = set};
  GA_CHECK(poison(turn, context.stream));
  GA_CHECK(launch(turn, context.stream));
  if (context.injection.kind == InjectionKind::wrong_everywhere) {
    GA_CHECK(damage_output(output(turn), context.injection, {}, context.stream));
  }
  const Product product = data_->product(set);
  GA_CHECK(checksum_product({.a = product.a,
                             .b = product.b,
                             .c = product.c,
                             .type = shape.out,
                             .m = shape.m,
                             .n = shape.n,
                             .k = shape.k,
                             .lda = shape.k,
                             .ldb = shape.b_cols(),
                             .ldc = shape.n,
                             .data = kData,
                             .seed = data_->seed + kSignSeed + static_cast<std::uint64_t>(set),
                             .scratch = scratch_.data(),
                             .report = checksums_.at(set),
                             .in = shape.in},
                            context.stream));
  return check(turn, context.stream);
}

Status RandomGemmBench::qualify(const CaseContext& context) {
  checked_ = {.kind = "checksum", .expected = {}, .got = {}};
  for (std::int64_t set = 0; set < sets(); ++set) {
    GA_CHECK(qualify_set(set, context));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  GA_TRY(const auto sums, checksums_.fetch(sets()));
  const std::int64_t groups = (data_->shape.n + kChecksumColumns - 1) / kChecksumColumns;
  for (const ChecksumReport& sum : sums) {
    checked_.wrong += static_cast<std::int64_t>(sum.wrong);
    if (sum.wrong == 0 || checked_.first) continue;
    const auto first = static_cast<std::int64_t>(sum.first);
    // A sum over columns is outside its bound: which of its elements is wrong, it does not say.
    checked_.first.emplace();
    checked_.first->element = first / groups * data_->shape.n + first % groups * kChecksumColumns;
  }
  return hashes_.keep(sets());
}

Status RandomGemmBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(data_->product(turn.set).c, kPoison, data_->shape.c_bytes(), stream));
  return Ok{};
}

Status RandomGemmBench::launch(const Turn& turn, cudaStream_t stream) {
  return multiplier_->multiply(data_->product(turn.set), stream);
}

Status RandomGemmBench::check(const Turn& turn, cudaStream_t stream) {
  return hash_buffer({.data = data_->product(turn.set).c,
                      .bytes = data_->shape.c_bytes(),
                      .hash = hashes_.at(turn.slot)},
                     stream);
}

Inject RandomGemmBench::output(const Turn& turn) const {
  const GemmShape& shape = data_->shape;
  return {.data = data_->product(turn.set).c,
          .type = shape.out,
          .rows = shape.m,
          .cols = shape.n,
          .ld = shape.n};
}

std::int64_t RandomGemmBench::value(const BlockTiming& timing) const {
  const GemmShape& s = data_->shape;
  return per_second(gemm_flops(s.m, s.n, s.k) * static_cast<double>(timing.launches),
                    timing.timed_ns);
}

}  // namespace ga
