#include "benches/cases/attention_bwd_random.h"

#include <array>
#include <utility>

#include "benches/cases/attention_random.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/damage.h"
#include "benches/harness/plan.h"
#include "kernels/attention/attention_check.h"
#include "kernels/data/exact_gemm.h"

namespace ga {
namespace {

constexpr std::size_t kChecked = 4;  // tensors: dQ, dK, dV and O

std::int64_t set_bytes(const AttentionShape& s) {
  return static_cast<std::int64_t>(4 * (q_bytes(s) + kv_bytes(s))) + 4 * s.lse_elements();
}

// Q, K and V are those of the forward's case.
Result<GradientSet> make_set(const AttentionShape& s, std::uint64_t seed, cudaStream_t stream) {
  const auto draw = [&](std::int64_t seq, std::int64_t heads, std::uint32_t numbers) {
    return random_attention_operand(s, seq, heads, seed, numbers, stream);
  };
  GradientSet set;
  GA_TRY(set.q, draw(s.seq_q, s.heads, kStreamAttentionQ));
  GA_TRY(set.k, draw(s.seq_kv, s.kv_heads, kStreamAttentionK));
  GA_TRY(set.v, draw(s.seq_kv, s.kv_heads, kStreamAttentionV));
  GA_TRY(set.d_o, draw(s.seq_q, s.heads, kStreamAttentionGradient));
  GA_TRY(set.o, DeviceBuffer<std::byte>::make(q_bytes(s)));
  GA_TRY(set.lse, DeviceBuffer<float>::make(static_cast<std::size_t>(s.lse_elements())));
  GA_TRY(set.gradients, DeviceBuffer<std::byte>::make(gradient_bytes(s)));
  return set;
}

Attention forward_of(const AttentionShape& s, const GradientSet& set) {
  return {.q = set.q.data(),
          .k = set.k.data(),
          .v = set.v.data(),
          .o = set.o.data(),
          .lse = set.lse.data(),
          .shape = s,
          .scale = attention_scale(s.dim)};
}

}  // namespace

GradientOperands GradientData::operands(std::int64_t set) const {
  const GradientSet& s = sets[static_cast<std::size_t>(set)];
  return {.q = s.q.data(),
          .k = s.k.data(),
          .v = s.v.data(),
          .o = s.o.data(),
          .lse = s.lse.data(),
          .d_o = s.d_o.data(),
          .gradients = s.gradients.data()};
}

std::int64_t gradient_set_count(const AttentionShape& shape, std::int64_t l2_bytes) {
  return rotation_sets(set_bytes(shape), l2_bytes, 2);
}

std::int64_t random_gradient_bytes(const AttentionShape& shape, std::int64_t sets) {
  return sets * set_bytes(shape) + (static_cast<std::int64_t>(kChecked) + 1) * kSlotBytes;
}

Result<std::shared_ptr<const GradientData>> make_gradient_data(const AttentionShape& shape,
                                                               std::uint64_t seed,
                                                               const CaseContext& context) {
  auto data = std::make_shared<GradientData>();
  data->shape = shape;
  const std::int64_t count =
      gradient_set_count(shape, static_cast<std::int64_t>(context.device.l2_bytes));
  for (std::int64_t i = 0; i < count; ++i) {
    GA_TRY(GradientSet set, make_set(shape, seed + static_cast<std::uint64_t>(i), context.stream));
    GA_CHECK(attention(forward_of(shape, set), context.stream));
    data->sets.push_back(std::move(set));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  return std::shared_ptr<const GradientData>(std::move(data));
}

Result<std::unique_ptr<RandomGradientBench>> RandomGradientBench::make(
    std::shared_ptr<const GradientData> data, std::shared_ptr<Differentiator> differentiator,
    const CaseContext& context) {
  std::unique_ptr<RandomGradientBench> bench(
      new RandomGradientBench(std::move(data), std::move(differentiator)));
  GA_TRY(bench->mismatches_, Slots<Mismatch>::make(kChecked));
  GA_TRY(bench->hashes_, KnownHashes::make());
  GA_CHECK(bench->qualify(context));
  return bench;
}

Status RandomGradientBench::qualify_set(std::int64_t set, const CaseContext& context) {
  const Turn turn{.set = set, .slot = set};
  GA_CHECK(poison(turn, context.stream));
  GA_CHECK(launch(turn, context.stream));
  if (context.injection.kind == InjectionKind::wrong_everywhere) {
    GA_CHECK(damage_output(output(turn), context.injection, {}, context.stream));
  }
  const AttentionShape& s = data_->shape;
  Mismatch* const reports = mismatches_.at(set);
  GA_CHECK(check_attention_bwd(
      {.of = backward_of(s, attention_scale(s.dim), data_->operands(set)), .reports = reports},
      context.stream));
  GA_CHECK(check_attention({.of = forward_of(s, data_->sets[static_cast<std::size_t>(set)]),
                            .report = reports + kChecked - 1},
                           context.stream));
  return check(turn, context.stream);
}

void RandomGradientBench::note(const Mismatch& found, std::int64_t first_element) {
  checked_.wrong += static_cast<std::int64_t>(found.wrong);
  if (found.wrong == 0 || checked_.first) return;
  const int bytes = element_bytes(data_->shape.type);
  checked_.first = FirstMismatch{.element = first_element + static_cast<std::int64_t>(found.first),
                                 .expected = hex_bits(found.expected, bytes),
                                 .got = hex_bits(found.got, bytes),
                                 .xor_bits = hex_bits(found.expected ^ found.got, bytes)};
}

Status RandomGradientBench::qualify(const CaseContext& context) {
  checked_ = {.kind = "reference", .expected = {}, .got = {}};
  for (std::int64_t set = 0; set < sets(); ++set) {
    GA_CHECK(qualify_set(set, context));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  GA_TRY(const auto found, mismatches_.fetch(sets()));
  const std::int64_t q = data_->shape.q_elements(), kv = data_->shape.kv_elements();
  const std::array<std::int64_t, kChecked> begins{0, q, q + kv, q + 2 * kv};
  for (std::size_t i = 0; i < found.size(); ++i) note(found[i], begins[i % kChecked]);
  return hashes_.keep(sets());
}

Status RandomGradientBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(data_->operands(turn.set).gradients, kPoison,
                          gradient_bytes(data_->shape), stream));
  return Ok{};
}

Status RandomGradientBench::launch(const Turn& turn, cudaStream_t stream) {
  return differentiator_->differentiate(data_->operands(turn.set), stream);
}

Status RandomGradientBench::check(const Turn& turn, cudaStream_t stream) {
  return hash_buffer({.data = data_->operands(turn.set).gradients,
                      .bytes = gradient_bytes(data_->shape),
                      .hash = hashes_.at(turn.slot)},
                     stream);
}

Inject RandomGradientBench::output(const Turn& turn) const {
  return gradient_output(data_->shape, data_->operands(turn.set).gradients);
}

std::int64_t RandomGradientBench::value(const BlockTiming& timing) const {
  return per_second(attention_bwd_flops(data_->shape) * static_cast<double>(timing.launches),
                    timing.timed_ns);
}

}  // namespace ga
