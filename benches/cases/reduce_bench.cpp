#include "benches/cases/reduce_bench.h"

#include <algorithm>
#include <utility>

#include "benches/cases/case_end.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "benches/stats/bus_bandwidth.h"
#include "kernels/allreduce/allreduce.h"

namespace ga {
namespace {

constexpr std::size_t kSetAlignment = 256;

ElementType type_of(std::int64_t number) {
  if (number == 1) return ElementType::fp16;
  return number == 2 ? ElementType::fp32 : ElementType::bf16;
}

}  // namespace

std::size_t ReduceShape::count() const {
  return bytes / static_cast<std::size_t>(element_bytes(type));
}

std::size_t ReduceShape::set_bytes() const {
  const std::size_t all = bytes * static_cast<std::size_t>(calls);
  return (all + kSetAlignment - 1) / kSetAlignment * kSetAlignment;
}

ReduceShape reduce_shape(const Params& params, std::uint64_t seed, const NodeContext& context) {
  ReduceShape shape{.bytes = static_cast<std::size_t>(param(params, "bytes")),
                    .type = type_of(param(params, "type")),
                    .seed = seed,
                    .ranks = context.team.size()};
  const auto l2 = static_cast<std::int64_t>(context.devices.front().l2_bytes);
  shape.sets = rotation_sets(2 * static_cast<std::int64_t>(shape.bytes), l2, 1);
  return shape;
}

std::int64_t reduce_bytes(const Params& params, const NodeContext& context) {
  const ReduceShape shape = reduce_shape(params, 0, context);
  return 2 * static_cast<std::int64_t>(shape.all_bytes()) + kSlotBytes;
}

Status ReduceRank::fill(cudaStream_t stream) {
  GA_TRY(reports_, Slots<Mismatch>::make());
  wrong_.assign(static_cast<std::size_t>(shape_.ranks), 0);
  for (std::int64_t set = 0; set < shape_.sets; ++set) {
    GA_CHECK(fill_reduce({.data = in_ + offset(set),
                          .count = shape_.count() * static_cast<std::size_t>(shape_.calls),
                          .type = shape_.type,
                          .seed = shape_.seed + static_cast<std::uint64_t>(set),
                          .rank = rank_},
                         stream));
  }
  GA_CUDA(cudaStreamSynchronize(stream));
  return Ok{};
}

std::size_t ReduceRank::offset(std::int64_t set) const {
  return static_cast<std::size_t>(set) * shape_.set_bytes();
}

Status ReduceRank::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(out_ + offset(turn.set), kPoison, shape_.set_bytes(), stream));
  return Ok{};
}

Status ReduceRank::check(const Turn& turn, cudaStream_t stream) {
  return check_reduce({.data = out_ + offset(turn.set),
                       .count = shape_.count() * static_cast<std::size_t>(shape_.calls),
                       .type = shape_.type,
                       .seed = shape_.seed + static_cast<std::uint64_t>(turn.set),
                       .ranks = shape_.ranks,
                       .report = reports_.at(turn.slot)},
                      stream);
}

Status ReduceRank::collect(std::int64_t slots, Check& total) {
  GA_TRY(const std::span<const Mismatch> found, reports_.fetch(slots));
  const int bytes = element_bytes(shape_.type);
  for (const Mismatch& m : found) {
    if (m.wrong == 0) continue;
    const int by = owner(m.first % shape_.count());
    total.wrong += static_cast<std::int64_t>(m.wrong);
    wrong_[static_cast<std::size_t>(by)] += static_cast<std::int64_t>(m.wrong);
    if (total.first) continue;
    total.first = FirstMismatch{.tile = by,
                                .element = static_cast<std::int64_t>(m.first),
                                .expected = hex_bits(m.expected, bytes),
                                .got = hex_bits(m.got, bytes),
                                .xor_bits = hex_bits(m.expected ^ m.got, bytes)};
  }
  return Ok{};
}

Inject ReduceRank::output(const Turn& turn) const {
  const auto count = static_cast<std::int64_t>(
      std::min(shape_.count() * static_cast<std::size_t>(shape_.calls), std::size_t{1} << 31));
  return {
      .data = out_ + offset(turn.set), .type = shape_.type, .rows = 1, .cols = count, .ld = count};
}

std::vector<std::int64_t> ReduceRank::take_wrong() {
  return std::exchange(wrong_, std::vector<std::int64_t>(wrong_.size(), 0));
}

std::int64_t ReduceTeam::value(const BlockTiming& timing) const {
  if (timing.timed_ns < 1) return 0;  // no rate, which no gate takes for one
  const auto calls = static_cast<double>(timing.launches * shape_.calls);
  const double ns = static_cast<double>(timing.timed_ns) / calls;
  return static_cast<std::int64_t>(
      bus_bandwidth(static_cast<std::int64_t>(shape_.bytes), ns, shape_.ranks));
}

Result<NodeBlock> ReduceTeam::block(std::int64_t block_ns, const Stop& stop) {
  if (group_.span_ns == 0) {
    carried_.assign(ranks_.size(), Check{});
    GA_TRY(group_, loop_.calibrate(ranks_, block_ns, stop, carried_));
  }
  const BlockOrder order{.groups = groups_for_block(block_ns, group_.span_ns),
                         .group = group_,
                         .read = {},
                         .stop = stop};
  std::vector<Check> found = std::exchange(carried_, std::vector<Check>(ranks_.size()));
  GA_CHECK(before());
  GA_TRY(const BlockTiming timing, loop_.block(ranks_, order, found));
  NodeBlock block;
  block.check = ranks_.front()->begin();
  for (const Check& of_rank : found) merge(of_rank, block.check);
  const std::int64_t calls = timing.launches * shape_.calls;
  block.launches = calls * shape_.ranks;
  block.elapsed_ns = timing.timed_ns;
  block.value = value(timing);
  block.interrupted = timing.interrupted;
  GA_CHECK(after(calls, block));
  return block;
}

}  // namespace ga
