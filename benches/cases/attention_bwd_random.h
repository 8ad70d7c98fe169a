// RandomGradientBench: dQ, dK and dV of an attention on random data, timed; the body of
// attention.bf16.bwd.own and attention.bf16.bwd.cudnn, and of the comparisons on the same data. O
// and its log-sum-exp are those of our forward.
//
// How it is checked. At set-up every element of every set's gradients, and of the O and log-sum-exp
// that they start from, is held to a plain attention of the same data, within the bounds that
// kernels/attention/attention_bound.h derives, and the gradients' hash is kept. Every timed
// launch's gradients are then hashed where they lie, and the hash must be that of the checked ones:
// no bit of dQ, dK or dV may differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "benches/cases/differentiator.h"
#include "benches/cases/known_hashes.h"
#include "benches/cases/slots.h"
#include "benches/harness/bench.h"
#include "kernels/check/check.h"
#include "kernels/runtime/buffer.h"

namespace ga {

// Device memory of `sets` sets and of what checks them.
std::int64_t random_gradient_bytes(const AttentionShape& shape, std::int64_t sets);

// Buffer sets that together exceed twice the L2, at least two.
struct GradientSet {
  DeviceBuffer<std::byte> q, k, v, o, d_o, gradients;
  DeviceBuffer<float> lse;
};
struct GradientData {
  AttentionShape shape;
  std::vector<GradientSet> sets;
  GradientOperands operands(std::int64_t set) const;
};
std::int64_t gradient_set_count(const AttentionShape& shape, std::int64_t l2_bytes);
Result<std::shared_ptr<const GradientData>> make_gradient_data(const AttentionShape& shape,
                                                               std::uint64_t seed,
                                                               const CaseContext& context);

class RandomGradientBench final : public Bench {
 public:
  static Result<std::unique_ptr<RandomGradientBench>> make(
      std::shared_ptr<const GradientData> data, std::shared_ptr<Differentiator> differentiator,
      const CaseContext& context);

  // Checks every set's gradients and keeps their hash. To be called again when the differentiator
  // has changed its algorithm: another order of summation rounds differently.
  Status qualify(const CaseContext& context);

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
  std::string algorithm() const override { return differentiator_->algorithm(); }

 private:
  RandomGradientBench(std::shared_ptr<const GradientData> data,
                      std::shared_ptr<Differentiator> differentiator)
      : data_(std::move(data)), differentiator_(std::move(differentiator)) {}
  Status qualify_set(std::int64_t set, const CaseContext& context);
  void note(const Mismatch& found, std::int64_t first_element);

  std::shared_ptr<const GradientData> data_;
  std::shared_ptr<Differentiator> differentiator_;
  Slots<Mismatch> mismatches_;  // of a set: dQ, dK, dV and O
  KnownHashes hashes_;
  Check checked_;  // of qualify(); elements are counted along dQ, dK, dV and O
};

}  // namespace ga
