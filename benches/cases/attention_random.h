// RandomAttentionBench: O = softmax(scale Q K^T) V on random data, timed; the body of
// attention.bf16.own and attention.bf16.cudnn, and of the comparisons on the same data.
//
// How it is checked. At set-up every element of every set's output is held to a plain attention of
// the same data, within the bound that kernels/attention/attention_check.cu derives, and the
// output's hash is kept. Every timed output is then hashed where it lies, and its hash must be that
// of the checked one: no bit may differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "benches/cases/attender.h"
#include "benches/cases/known_hashes.h"
#include "benches/cases/slots.h"
#include "benches/harness/bench.h"
#include "kernels/check/check.h"
#include "kernels/runtime/buffer.h"

namespace ga {

// 1 / sqrt(dim), as everybody scales.
float attention_scale(std::int64_t dim);

// Device memory of `sets` sets and of what checks them.
std::int64_t random_attention_bytes(const AttentionShape& shape, std::int64_t sets);

// An operand of `heads` heads and `seq` rows for each batch, uniform from `numbers`, a stream of
// random_gemm.h's.
Result<DeviceBuffer<std::byte>> random_attention_operand(const AttentionShape& shape,
                                                         std::int64_t seq, std::int64_t heads,
                                                         std::uint64_t seed, std::uint32_t numbers,
                                                         cudaStream_t stream);

// Buffer sets that together exceed twice the L2, at least two.
struct AttentionSet {
  DeviceBuffer<std::byte> q, k, v, o;
};
struct AttentionData {
  AttentionShape shape;
  std::vector<AttentionSet> sets;
  AttentionOperands operands(std::int64_t set) const;
};
std::int64_t attention_set_count(const AttentionShape& shape, std::int64_t l2_bytes);
Result<std::shared_ptr<const AttentionData>> make_attention_data(const AttentionShape& shape,
                                                                 std::uint64_t seed,
                                                                 const CaseContext& context);

class RandomAttentionBench final : public Bench {
 public:
  static Result<std::unique_ptr<RandomAttentionBench>> make(
      std::shared_ptr<const AttentionData> data, std::shared_ptr<Attender> attender,
      const CaseContext& context);

  // Checks every set's output and keeps its hash. To be called again when the attender has changed
  // its algorithm: another order of summation rounds differently.
  Status qualify(const CaseContext& context);
  // Elements outside the bound at the last qualify().
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
  std::string algorithm() const override { return attender_->algorithm(); }

 private:
  RandomAttentionBench(std::shared_ptr<const AttentionData> data,
                       std::shared_ptr<Attender> attender)
      : data_(std::move(data)), attender_(std::move(attender)) {}
  Status qualify_set(std::int64_t set, const CaseContext& context);

  std::shared_ptr<const AttentionData> data_;
  std::shared_ptr<Attender> attender_;
  Slots<Mismatch> mismatches_;
  KnownHashes hashes_;
  Check checked_;  // of qualify()
};

}  // namespace ga
