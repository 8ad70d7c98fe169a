// gemm.<type>.own.exact and gemm.<type>.cublaslt.exact: small integers, whose product is exact in
// any order in the type that sums are kept in. The digest of every product must be the one that
// kernels/data computes from the seed alone, on the host, without a GEMM.
//
// Not timed for speed: four outputs share one A and B, and after each four the digests are read, so
// that a wrong product still lies there to be searched for its first wrong element. Ours moves its
// tiles over the SMs with every launch.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "benches/cases/cases.h"
#include "benches/cases/multiplier.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/fill.h"

namespace ga {
namespace {

constexpr std::int64_t kOutputs = 4;

struct ExactOutput {
  DeviceBuffer<std::byte> c;
  DeviceBuffer<std::uint32_t> smid;  // by tile; empty where the multiplier has none
};

class ExactGemmBench final : public Bench {
 public:
  static Result<std::unique_ptr<ExactGemmBench>> make(const GemmShape& shape, std::uint64_t seed,
                                                      cudaStream_t stream);
  // Before the first launch: who multiplies.
  Status use(std::unique_ptr<Multiplier> multiplier);
  Product product(std::int64_t set) const;

  std::int64_t sets() const override { return kOutputs; }
  std::int64_t groups_per_collect() const override { return 1; }
  Status poison(const Turn& turn, cudaStream_t stream) override;
  Status launch(const Turn& turn, cudaStream_t stream) override;
  Status check(const Turn& turn, cudaStream_t stream) override;
  Status collect(std::int64_t slots, Check& total) override;
  Check begin() override {
    searched_ = false;
    return {.kind = "exact", .expected = hex64(expected_), .got = hex64(expected_)};
  }
  Inject output(const Turn& turn) const override;
  TileMap tiles(const Turn& turn) const override;
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }
  std::string algorithm() const override { return multiplier_->algorithm(); }

 private:
  ExactGemmBench() = default;
  Status fill(cudaStream_t stream);
  // Where the product that lies in that output is wrong.
  Result<ProductMismatch> search(std::int64_t set);
  Status note_wrong(std::int64_t set, Check& total);

  GemmShape shape_;
  std::uint64_t seed_ = 0;
  std::uint64_t expected_ = 0;
  cudaStream_t stream_ = nullptr;
  DeviceBuffer<std::byte> a_, b_;
  std::array<ExactOutput, kOutputs> outputs_;
  DeviceBuffer<std::byte> scratch_;
  Slots<DigestReport> reports_;
  DeviceBuffer<ProductMismatch> mismatch_;
  std::unique_ptr<Multiplier> multiplier_;
  bool searched_ = false;  // in this block: a search takes a second
};

Result<std::unique_ptr<ExactGemmBench>> ExactGemmBench::make(const GemmShape& shape,
                                                             std::uint64_t seed,
                                                             cudaStream_t stream) {
  std::unique_ptr<ExactGemmBench> bench(new ExactGemmBench());
  bench->shape_ = shape;
  bench->seed_ = seed;
  bench->stream_ = stream;
  bench->expected_ =
      exact_gemm_digest({.m = shape.m, .n = shape.n, .k = shape.k, .seed = seed, .in = shape.in});
  GA_TRY(bench->a_, DeviceBuffer<std::byte>::make(shape.a_bytes()));
  GA_TRY(bench->b_, DeviceBuffer<std::byte>::make(shape.b_bytes()));
  for (ExactOutput& output : bench->outputs_) {
    GA_TRY(output.c, DeviceBuffer<std::byte>::make(shape.c_bytes()));
  }
  GA_TRY(bench->scratch_,
         DeviceBuffer<std::byte>::make(digest_product_scratch_bytes(shape.m, shape.n)));
  GA_TRY(bench->reports_, Slots<DigestReport>::make());
  GA_TRY(bench->mismatch_, DeviceBuffer<ProductMismatch>::make(1));
  GA_CHECK(bench->fill(stream));
  GA_CUDA(cudaStreamSynchronize(stream));
  return bench;
}

Status ExactGemmBench::fill(cudaStream_t stream) {
  GA_CHECK(fill_exact({.data = a_.data(),
                       .rows = shape_.m,
                       .cols = shape_.k,
                       .ld = shape_.k,
                       .seed = seed_,
                       .stream = kStreamExactA,
                       .type = shape_.in},
                      stream));
  return fill_exact({.data = b_.data(),
                     .rows = shape_.b_rows(),
                     .cols = shape_.b_cols(),
                     .ld = shape_.b_cols(),
                     .seed = seed_,
                     .stream = kStreamExactB,
                     .type = shape_.in},
                    stream);
}

Status ExactGemmBench::use(std::unique_ptr<Multiplier> multiplier) {
  multiplier_ = std::move(multiplier);
  const std::int64_t tiles = multiplier_->tiling().tiles;
  for (ExactOutput& output : outputs_) {
    GA_TRY(output.smid, DeviceBuffer<std::uint32_t>::make(static_cast<std::size_t>(tiles)));
  }
  return Ok{};
}

Product ExactGemmBench::product(std::int64_t set) const {
  const ExactOutput& output = outputs_[static_cast<std::size_t>(set)];
  return {.a = a_.data(), .b = b_.data(), .c = output.c.data(), .smid = output.smid.data()};
}

Status ExactGemmBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(product(turn.set).c, kPoison, shape_.c_bytes(), stream));
  return Ok{};
}

Status ExactGemmBench::launch(const Turn& turn, cudaStream_t stream) {
  Product now = product(turn.set);
  now.placement = turn.serial;
  return multiplier_->multiply(now, stream);
}

Status ExactGemmBench::check(const Turn& turn, cudaStream_t stream) {
  return digest_product({.c = product(turn.set).c,
                         .type = shape_.out,
                         .m = shape_.m,
                         .n = shape_.n,
                         .ldc = shape_.n,
                         .seed = seed_,
                         .scratch = scratch_.data(),
                         .report = reports_.at(turn.slot)},
                        stream);
}

Result<ProductMismatch> ExactGemmBench::search(std::int64_t set) {
  const Product now = product(set);
  const Tiling tiling = multiplier_->tiling();
  GA_CHECK(check_product({.a = now.a,
                          .b = now.b,
                          .c = now.c,
                          .m = shape_.m,
                          .n = shape_.n,
                          .k = shape_.k,
                          .lda = shape_.k,
                          .ldb = shape_.b_cols(),
                          .ldc = shape_.n,
                          .seed = seed_,
                          .tile_m = tiling.tile_m,
                          .tile_n = tiling.tile_n,
                          .smid = now.smid,
                          .in = shape_.in,
                          .report = mismatch_.data()},
                         stream_));
  GA_CUDA(cudaStreamSynchronize(stream_));
  return fetch(mismatch_.data());
}

Status ExactGemmBench::note_wrong(std::int64_t set, Check& total) {
  std::int64_t elements = 1;  // at least: the digest says that something is
  if (!searched_) {
    searched_ = true;
    GA_TRY(const ProductMismatch found, search(set));
    elements = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(found.wrong) + static_cast<std::int64_t>(found.wrong_inputs));
    if (found.wrong > 0) {
      const int bytes = element_bytes(shape_.out);
      total.first = FirstMismatch{.tile = found.tile,
                                  .sm = found.smid,
                                  .element = found.row * shape_.n + found.col,
                                  .expected = hex_bits(found.expected, bytes),
                                  .got = hex_bits(found.got, bytes),
                                  .xor_bits = hex_bits(found.flipped, bytes)};
    }
  }
  total.wrong += elements;
  return Ok{};
}

Status ExactGemmBench::collect(std::int64_t slots, Check& total) {
  GA_TRY(const auto reports, reports_.fetch(slots));
  for (std::size_t slot = 0; slot < reports.size(); ++slot) {
    const DigestReport& report = reports[slot];
    if (report.digest == expected_ && report.not_exact == 0) continue;
    if (report.digest != expected_) total.got = hex64(report.digest);
    GA_CHECK(note_wrong(static_cast<std::int64_t>(slot) % kOutputs, total));
  }
  return Ok{};
}

TileMap ExactGemmBench::tiles(const Turn& turn) const {
  const Tiling tiling = multiplier_->tiling();
  if (tiling.tiles == 0) return {};
  return {tiling.tile_m, tiling.tile_n, product(turn.set).smid};
}

Inject ExactGemmBench::output(const Turn& turn) const {
  return {.data = product(turn.set).c,
          .type = shape_.out,
          .rows = shape_.m,
          .cols = shape_.n,
          .ld = shape_.n};
}

GemmShape shape_of(const GemmType& type, const Params& params) {
  return gemm_shape(params, type.in, type.sum);
}

std::int64_t device_bytes(const GemmShape& s) {
  const std::int64_t smid = s.m * s.n / 1024 + s.m + s.n;  // tiles are larger than 32 x 32
  return static_cast<std::int64_t>(s.a_bytes() + s.b_bytes()) +
         kOutputs * (static_cast<std::int64_t>(s.c_bytes()) + smid) +
         static_cast<std::int64_t>(digest_product_scratch_bytes(s.m, s.n)) + kSlotBytes +
         kVendorBytes;
}

Result<std::unique_ptr<Bench>> make_own(const GemmShape& shape, std::uint64_t seed,
                                        CaseContext& context) {
  GA_TRY(auto bench, ExactGemmBench::make(shape, seed, context.stream));
  GA_TRY(auto own, own_multiplier(shape, bench->product(0)));
  GA_CHECK(bench->use(std::move(own)));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> make_vendor(const GemmShape& shape, std::uint64_t seed,
                                           CaseContext& context) {
  GA_TRY(CublasLt library, cublaslt_of(context));
  GA_TRY(auto vendor, cublaslt_multiplier(shape, kGateHeuristics, library));
  GA_TRY(auto bench, ExactGemmBench::make(shape, seed, context.stream));
  GA_CHECK(bench->use(std::move(vendor)));
  return std::unique_ptr<Bench>(std::move(bench));
}

}  // namespace

// The data's seed is the parameter: the gate computes the expected digest from the parameters.
Case gemm_exact_case(std::string_view id, const GemmCase& which) {
  const GemmType type = *which.type;
  const auto make = which.own ? make_own : make_vendor;
  return {
      .id = id,
      .device_bytes = [type](const Params& params,
                             const CaseContext&) { return device_bytes(shape_of(type, params)); },
      .setup =
          [type, make](const Params& params, std::uint64_t, CaseContext& context) {
            return make(shape_of(type, params), static_cast<std::uint64_t>(param(params, "seed")),
                        context);
          }};
}

}  // namespace ga
