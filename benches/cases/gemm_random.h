// RandomGemmBench: C = A B on random data of any type, timed; the body of gemm.<type>.own and
// gemm.<type>.cublaslt, and of the comparisons on the same data.
//
// How it is checked. At set-up every set's product is held to Freivalds' checksum, whose bound and
// false-alarm rate are stated in kernels/check/check.h, and its hash is kept. Every timed output is
// then hashed where it lies, and its hash must be that of the checked one: no bit may differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "benches/cases/known_hashes.h"
#include "benches/cases/multiplier.h"
#include "benches/cases/slots.h"
#include "benches/harness/bench.h"
#include "kernels/check/check.h"
#include "kernels/runtime/buffer.h"

namespace ga {

// Device memory of `sets` sets and of what checks them.
std::int64_t random_gemm_bytes(const GemmShape& shape, std::int64_t sets);

// Buffer sets that together exceed twice the L2, at least two.
struct GemmSet {
  DeviceBuffer<std::byte> a, b, c;
};
struct GemmData {
  GemmShape shape;
  std::uint64_t seed = 0;
  std::vector<GemmSet> sets;
  Product product(std::int64_t set) const;
};
std::int64_t gemm_set_count(const GemmShape& shape, std::int64_t l2_bytes);
Result<std::shared_ptr<const GemmData>> make_gemm_data(const GemmShape& shape, std::uint64_t seed,
                                                       const CaseContext& context);

class RandomGemmBench final : public Bench {
 public:
  static Result<std::unique_ptr<RandomGemmBench>> make(std::shared_ptr<const GemmData> data,
                                                       std::shared_ptr<Multiplier> multiplier,
                                                       const CaseContext& context);

  // Checks every set's product by checksum and keeps its hash. To be called again when the
  // multiplier has changed its algorithm: another order of summation rounds differently.
  Status qualify(const CaseContext& context);
  // Groups of columns outside the checksum's bound at the last qualify().
  std::int64_t unqualified() const { return checked_.wrong; }

  std::int64_t sets() const override { return static_cast<std::int64_t>(data_->sets.size()); }
  Status poison(const Turn& turn, cudaStream_t stream) override;
  Status launch(const Turn& turn, cudaStream_t stream) override;
  Status check(const Turn& turn, cudaStream_t stream) override;
  Status collect(std::int64_t slots, Check& total) override {
    return hashes_.collect(slots, total);
  }
  Check begin() override { return hashes_.begin(checked_); }
  Inject output(const Turn& turn) const override;
  std::int64_t value(const BlockTiming& timing) const override;
  std::string algorithm() const override { return multiplier_->algorithm(); }

 private:
  RandomGemmBench(std::shared_ptr<const GemmData> data, std::shared_ptr<Multiplier> multiplier)
      : data_(std::move(data)), multiplier_(std::move(multiplier)) {}
  Status qualify_set(std::int64_t set, const CaseContext& context);

  std::shared_ptr<const GemmData> data_;
  std::shared_ptr<Multiplier> multiplier_;
  DeviceBuffer<std::byte> scratch_;
  Slots<ChecksumReport> checksums_;
  KnownHashes hashes_;
  Check checked_;  // of qualify()
};

}  // namespace ga
