#include "benches/cases/attention_random.h"

#include <cmath>
#include <utility>

#include "benches/cases/pattern_slots.h"
#include "benches/harness/damage.h"
#include "benches/harness/plan.h"
#include "kernels/attention/attention_check.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/gemm/fill.h"

namespace ga {
namespace {

std::int64_t set_bytes(const AttentionShape& s) {
  return static_cast<std::int64_t>(2 * (q_bytes(s) + kv_bytes(s)));
}

Result<AttentionSet> make_set(const AttentionShape& s, std::uint64_t seed, cudaStream_t stream) {
  AttentionSet set;
  GA_TRY(set.q, random_attention_operand(s, s.seq_q, s.heads, seed, kStreamAttentionQ, stream));
  GA_TRY(set.k, random_attention_operand(s, s.seq_kv, s.kv_heads, seed, kStreamAttentionK, stream));
  GA_TRY(set.v, random_attention_operand(s, s.seq_kv, s.kv_heads, seed, kStreamAttentionV, stream));
  GA_TRY(set.o, DeviceBuffer<std::byte>::make(q_bytes(s)));
  return set;
}

}  // namespace

Result<DeviceBuffer<std::byte>> random_attention_operand(const AttentionShape& s, std::int64_t seq,
                                                         std::int64_t heads, std::uint64_t seed,
                                                         std::uint32_t numbers,
                                                         cudaStream_t stream) {
  const std::int64_t rows = s.batch * seq, cols = heads * s.dim;
  GA_TRY(auto data, DeviceBuffer<std::byte>::make(
                        static_cast<std::size_t>(rows * cols * element_bytes(s.type))));
  GA_CHECK(fill_random({.data = data.data(),
                        .rows = rows,
                        .cols = cols,
                        .ld = cols,
                        .seed = seed,
                        .stream = numbers,
                        .kind = RandomKind::uniform,
                        .type = s.type},
                       stream));
  return data;
}

float attention_scale(std::int64_t dim) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim)));
}

AttentionOperands AttentionData::operands(std::int64_t set) const {
  const AttentionSet& s = sets[static_cast<std::size_t>(set)];
  return {.q = s.q.data(), .k = s.k.data(), .v = s.v.data(), .o = s.o.data()};
}

std::int64_t attention_set_count(const AttentionShape& shape, std::int64_t l2_bytes) {
  return rotation_sets(set_bytes(shape), l2_bytes, 2);
}

std::int64_t random_attention_bytes(const AttentionShape& shape, std::int64_t sets) {
  return sets * set_bytes(shape) + 2 * kSlotBytes;
}

Result<std::shared_ptr<const AttentionData>> make_attention_data(const AttentionShape& shape,
                                                                 std::uint64_t seed,
                                                                 const CaseContext& context) {
  auto data = std::make_shared<AttentionData>();
  data->shape = shape;
  const std::int64_t count =
      attention_set_count(shape, static_cast<std::int64_t>(context.device.l2_bytes));
  for (std::int64_t i = 0; i < count; ++i) {
    GA_TRY(AttentionSet set, make_set(shape, seed + static_cast<std::uint64_t>(i), context.stream));
    data->sets.push_back(std::move(set));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  return std::shared_ptr<const AttentionData>(std::move(data));
}

Result<std::unique_ptr<RandomAttentionBench>> RandomAttentionBench::make(
    std::shared_ptr<const AttentionData> data, std::shared_ptr<Attender> attender,
    const CaseContext& context) {
  std::unique_ptr<RandomAttentionBench> bench(
      new RandomAttentionBench(std::move(data), std::move(attender)));
  GA_TRY(bench->mismatches_, Slots<Mismatch>::make());
  GA_TRY(bench->hashes_, KnownHashes::make());
  GA_CHECK(bench->qualify(context));
  return bench;
}

Status RandomAttentionBench::qualify_set(std::int64_t set, const CaseContext& context) {
  const Turn turn{.set = set, .slot = set};
  GA_CHECK(poison(turn, context.stream));
  GA_CHECK(launch(turn, context.stream));
  if (context.injection.kind == InjectionKind::wrong_everywhere) {
    GA_CHECK(damage_output(output(turn), context.injection, {}, context.stream));
  }
  const AttentionOperands x = data_->operands(set);
  GA_CHECK(check_attention({.of = {.q = x.q,
                                   .k = x.k,
                                   .v = x.v,
                                   .o = x.o,
                                   .shape = data_->shape,
                                   .scale = attention_scale(data_->shape.dim)},
                            .report = mismatches_.at(set)},
                           context.stream));
  return check(turn, context.stream);
}

Status RandomAttentionBench::qualify(const CaseContext& context) {
  checked_ = {.kind = "reference", .expected = {}, .got = {}};
  for (std::int64_t set = 0; set < sets(); ++set) {
    GA_CHECK(qualify_set(set, context));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  GA_TRY(const auto found, mismatches_.fetch(sets()));
  const int bytes = element_bytes(data_->shape.type);
  for (const Mismatch& one : found) {
    checked_.wrong += static_cast<std::int64_t>(one.wrong);
    if (one.wrong == 0 || checked_.first) continue;
    checked_.first = FirstMismatch{.element = static_cast<std::int64_t>(one.first),
                                   .expected = hex_bits(one.expected, bytes),
                                   .got = hex_bits(one.got, bytes),
                                   .xor_bits = hex_bits(one.expected ^ one.got, bytes)};
  }
  return hashes_.keep(sets());
}

Status RandomAttentionBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(data_->operands(turn.set).o, kPoison, q_bytes(data_->shape), stream));
  return Ok{};
}

Status RandomAttentionBench::launch(const Turn& turn, cudaStream_t stream) {
  return attender_->attend(data_->operands(turn.set), stream);
}

Status RandomAttentionBench::check(const Turn& turn, cudaStream_t stream) {
  return hash_buffer({.data = data_->operands(turn.set).o,
                      .bytes = q_bytes(data_->shape),
                      .hash = hashes_.at(turn.slot)},
                     stream);
}

Inject RandomAttentionBench::output(const Turn& turn) const {
  return attention_output(data_->shape, data_->operands(turn.set).o);
}

std::int64_t RandomAttentionBench::value(const BlockTiming& timing) const {
  return per_second(attention_flops(data_->shape) * static_cast<double>(timing.launches),
                    timing.timed_ns);
}

}  // namespace ga
