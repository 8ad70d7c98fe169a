// attention.bf16.bwd.own.exact and attention.bf16.bwd.cudnn.exact: data whose gradients every
// correct implementation rounds alike (kernels/data/exact_attention_bwd.h), O and log-sum-exp too.
// The hash of dQ, dK and dV together must be the one that the host computes from the seed, by
// additions of integers.
//
// Not timed for speed: four outputs share one set of inputs, and after each four the hashes are
// read, so that a wrong output still lies there to be searched for its first wrong element. Ours
// moves its tiles over the SMs with every launch.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/differentiator.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_attention_bwd.h"

namespace ga {
namespace {

constexpr ElementType kType = ElementType::bf16;
constexpr std::int64_t kOutputs = 4;

class ExactGradientBench final : public Bench {
 public:
  static Result<std::unique_ptr<ExactGradientBench>> make(const ExactAttention& exact);
  // Before the first launch: who differentiates.
  void use(std::unique_ptr<Differentiator> differentiator) {
    differentiator_ = std::move(differentiator);
  }
  GradientOperands operands(std::int64_t set) const;

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
  Inject output(const Turn& turn) const override {
    return gradient_output(exact_.shape, operands(turn.set).gradients);
  }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }
  std::string algorithm() const override { return differentiator_->algorithm(); }

 private:
  ExactGradientBench() = default;
  Status upload();
  // Counts the wrong elements of the gradients that lie there, and fills in the first: along dQ, dK
  // and dV.
  Result<std::int64_t> search(std::int64_t set, std::optional<FirstMismatch>& first);
  Status note_wrong(std::int64_t set, Check& total);

  ExactAttention exact_;
  std::uint64_t expected_ = 0;
  DeviceBuffer<std::uint16_t> q_, k_, v_, o_, d_o_;
  DeviceBuffer<float> lse_;
  std::array<DeviceBuffer<std::byte>, kOutputs> gradients_;
  Slots<std::uint64_t> hashes_;
  std::unique_ptr<Differentiator> differentiator_;
  bool searched_ = false;  // in this block: a search takes a second
};

Result<std::unique_ptr<ExactGradientBench>> ExactGradientBench::make(const ExactAttention& exact) {
  GA_CHECK(exact_attention_bwd_check(exact.shape));
  std::unique_ptr<ExactGradientBench> bench(new ExactGradientBench());
  bench->exact_ = exact;
  bench->expected_ = exact_attention_bwd_hash(exact);
  GA_CHECK(bench->upload());
  for (auto& gradients : bench->gradients_) {
    GA_TRY(gradients, DeviceBuffer<std::byte>::make(gradient_bytes(exact.shape)));
  }
  GA_TRY(bench->hashes_, Slots<std::uint64_t>::make());
  return bench;
}

Status ExactGradientBench::upload() {
  const ExactAttentionBackwardData data = exact_attention_bwd_data(exact_);
  GA_TRY(q_, on_device(data.q));
  GA_TRY(k_, on_device(data.k));
  GA_TRY(v_, on_device(data.v));
  GA_TRY(o_, on_device(data.o));
  GA_TRY(d_o_, on_device(data.d_o));
  GA_TRY(lse_, on_device(data.lse));
  return Ok{};
}

GradientOperands ExactGradientBench::operands(std::int64_t set) const {
  return {.q = q_.data(),
          .k = k_.data(),
          .v = v_.data(),
          .o = o_.data(),
          .lse = lse_.data(),
          .d_o = d_o_.data(),
          .gradients = gradients_[static_cast<std::size_t>(set)].data()};
}

Status ExactGradientBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(
      cudaMemsetAsync(operands(turn.set).gradients, kPoison, gradient_bytes(exact_.shape), stream));
  return Ok{};
}

Status ExactGradientBench::launch(const Turn& turn, cudaStream_t stream) {
  GradientOperands now = operands(turn.set);
  now.placement = turn.serial;
  return differentiator_->differentiate(now, stream);
}

Status ExactGradientBench::check(const Turn& turn, cudaStream_t stream) {
  return hash_buffer({.data = operands(turn.set).gradients,
                      .bytes = gradient_bytes(exact_.shape),
                      .hash = hashes_.at(turn.slot)},
                     stream);
}

Result<std::int64_t> ExactGradientBench::search(std::int64_t set,
                                                std::optional<FirstMismatch>& first) {
  const ExactAttentionGradients right = exact_attention_gradients(exact_);
  std::vector<std::uint16_t> got(gradient_bytes(exact_.shape) / sizeof(std::uint16_t));
  GA_CHECK(copy_to_host(std::span(got),
                        reinterpret_cast<const std::uint16_t*>(operands(set).gradients)));
  std::int64_t wrong = 0;
  std::size_t at = 0;
  for (const auto* of : {&right.q, &right.k, &right.v}) {
    for (const std::uint16_t expected : *of) {
      const std::uint16_t found = got[at++];
      if (found == expected || wrong++ > 0) continue;
      const auto bits = [](unsigned word) { return hex_bits(word, sizeof(std::uint16_t)); };
      first = FirstMismatch{.element = static_cast<std::int64_t>(at) - 1,
                            .expected = bits(expected),
                            .got = bits(found),
                            .xor_bits = bits(static_cast<unsigned>(expected) ^ found)};
    }
  }
  return wrong;
}

Status ExactGradientBench::note_wrong(std::int64_t set, Check& total) {
  std::int64_t elements = 0;
  if (!searched_) {
    searched_ = true;
    GA_TRY(elements, search(set, total.first));
  }
  total.wrong += std::max<std::int64_t>(1, elements);  // at least: the hash says that something is
  return Ok{};
}

Status ExactGradientBench::collect(std::int64_t slots, Check& total) {
  GA_TRY(const auto hashes, hashes_.fetch(slots));
  for (std::size_t slot = 0; slot < hashes.size(); ++slot) {
    if (hashes[slot] == expected_) continue;
    total.got = hex64(hashes[slot]);
    GA_CHECK(note_wrong(static_cast<std::int64_t>(slot) % kOutputs, total));
  }
  return Ok{};
}

std::int64_t data_bytes(const AttentionShape& s) {
  return static_cast<std::int64_t>(3 * q_bytes(s) + 2 * kv_bytes(s)) + 4 * s.lse_elements() +
         kOutputs * static_cast<std::int64_t>(gradient_bytes(s)) + kSlotBytes;
}

std::int64_t own_bytes(const Params& params, const CaseContext&) {
  const AttentionShape s = attention_of(params, kType);
  return data_bytes(s) + static_cast<std::int64_t>(attention_bwd_workspace_bytes(s));
}

std::int64_t cudnn_bytes(const Params& params, const CaseContext&) {
  const AttentionShape s = attention_of(params, kType);
  return data_bytes(s) + cudnn_backward_workspace_bytes(s);
}

// The data's seed is the parameter: the gate computes the expected hash from the parameters.
ExactAttention exact_of(const Params& params) {
  return {.shape = attention_of(params, kType),
          .seed = static_cast<std::uint64_t>(param(params, "seed"))};
}

Result<std::unique_ptr<Bench>> set_up_own(const Params& params, std::uint64_t, CaseContext&) {
  const ExactAttention exact = exact_of(params);
  GA_TRY(auto bench, ExactGradientBench::make(exact));
  GA_TRY(auto own, own_differentiator(exact.shape, kExactBackwardScale, bench->operands(0)));
  bench->use(std::move(own));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> set_up_cudnn(const Params& params, std::uint64_t,
                                            CaseContext& context) {
  const ExactAttention exact = exact_of(params);
  GA_TRY(Cudnn library, cudnn_of(context));
  GA_TRY(auto vendor, cudnn_differentiator(exact.shape, kExactBackwardScale, library));
  GA_TRY(auto bench, ExactGradientBench::make(exact));
  bench->use(std::move(vendor));
  return std::unique_ptr<Bench>(std::move(bench));
}

}  // namespace

const Case kAttentionBwdOwnExact{"attention.bf16.bwd.own.exact", own_bytes, set_up_own};
const Case kAttentionBwdCudnnExact{"attention.bf16.bwd.cudnn.exact", cudnn_bytes, set_up_cudnn};

}  // namespace ga
