// attention.bf16.own.exact and attention.bf16.cudnn.exact: data whose attention every correct
// implementation rounds alike (kernels/data/exact_attention.h). The hash of every output must be
// the one that the host computes from the seed, by additions.
//
// Not timed for speed: four outputs share one Q, K and V, and after each four the hashes are read,
// so that a wrong output still lies there to be searched for its first wrong element. Ours moves
// its tiles over the SMs with every launch.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "benches/cases/attender.h"
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_attention.h"

namespace ga {
namespace {

constexpr ElementType kType = ElementType::bf16;
constexpr std::int64_t kOutputs = 4;

struct ExactOutput {
  DeviceBuffer<std::byte> o;
  DeviceBuffer<std::uint32_t> smid;  // by tile; empty where the attender has none
};

class ExactAttentionBench final : public Bench {
 public:
  static Result<std::unique_ptr<ExactAttentionBench>> make(const ExactAttention& exact);
  // Before the first launch: who attends.
  Status use(std::unique_ptr<Attender> attender);
  AttentionOperands operands(std::int64_t set) const;

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
    return attention_output(exact_.shape, operands(turn.set).o);
  }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }
  std::string algorithm() const override { return attender_->algorithm(); }

 private:
  ExactAttentionBench() = default;
  Status upload();
  // Counts the wrong elements of the output that lies there, and fills in the first.
  Result<std::int64_t> search(std::int64_t set, std::optional<FirstMismatch>& first);
  Status name_tile(std::int64_t set, FirstMismatch& first) const;
  Status note_wrong(std::int64_t set, Check& total);

  ExactAttention exact_;
  std::uint64_t expected_ = 0;
  DeviceBuffer<std::uint16_t> q_, k_, v_;
  std::array<ExactOutput, kOutputs> outputs_;
  Slots<std::uint64_t> hashes_;
  std::unique_ptr<Attender> attender_;
  bool searched_ = false;  // in this block: a search takes a second
};

Result<std::unique_ptr<ExactAttentionBench>> ExactAttentionBench::make(
    const ExactAttention& exact) {
  GA_CHECK(exact_attention_check(exact.shape));
  std::unique_ptr<ExactAttentionBench> bench(new ExactAttentionBench());
  bench->exact_ = exact;
  bench->expected_ = exact_attention_hash(exact);
  GA_CHECK(bench->upload());
  for (ExactOutput& output : bench->outputs_) {
    GA_TRY(output.o, DeviceBuffer<std::byte>::make(q_bytes(exact.shape)));
  }
  GA_TRY(bench->hashes_, Slots<std::uint64_t>::make());
  return bench;
}

Status ExactAttentionBench::upload() {
  const ExactAttentionData data = exact_attention_data(exact_);
  GA_TRY(q_, on_device(data.q));
  GA_TRY(k_, on_device(data.k));
  GA_TRY(v_, on_device(data.v));
  return Ok{};
}

Status ExactAttentionBench::use(std::unique_ptr<Attender> attender) {
  attender_ = std::move(attender);
  const auto tiles = static_cast<std::size_t>(attender_->tiling().tiles);
  for (ExactOutput& output : outputs_) {
    GA_TRY(output.smid, DeviceBuffer<std::uint32_t>::make(tiles));
  }
  return Ok{};
}

AttentionOperands ExactAttentionBench::operands(std::int64_t set) const {
  const ExactOutput& output = outputs_[static_cast<std::size_t>(set)];
  return {.q = q_.data(),
          .k = k_.data(),
          .v = v_.data(),
          .o = output.o.data(),
          .smid = output.smid.data()};
}

Status ExactAttentionBench::poison(const Turn& turn, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(operands(turn.set).o, kPoison, q_bytes(exact_.shape), stream));
  return Ok{};
}

Status ExactAttentionBench::launch(const Turn& turn, cudaStream_t stream) {
  AttentionOperands now = operands(turn.set);
  now.placement = turn.serial;
  return attender_->attend(now, stream);
}

Status ExactAttentionBench::check(const Turn& turn, cudaStream_t stream) {
  return hash_buffer(
      {.data = operands(turn.set).o, .bytes = q_bytes(exact_.shape), .hash = hashes_.at(turn.slot)},
      stream);
}

Status ExactAttentionBench::name_tile(std::int64_t set, FirstMismatch& first) const {
  first.tile = tile_of(exact_.shape, attender_->tiling(), first.element);
  if (first.tile < 0) return Ok{};
  GA_TRY(const std::uint32_t sm, fetch(operands(set).smid + first.tile));
  first.sm = sm;
  return Ok{};
}

Result<std::int64_t> ExactAttentionBench::search(std::int64_t set,
                                                 std::optional<FirstMismatch>& first) {
  const std::vector<std::uint16_t> right = exact_attention_output(exact_);
  std::vector<std::uint16_t> got(right.size());
  GA_CHECK(copy_to_host(std::span(got), static_cast<const std::uint16_t*>(operands(set).o)));
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (got[i] == right[i] || wrong++ > 0) continue;
    const auto bits = [](unsigned word) { return hex_bits(word, sizeof(std::uint16_t)); };
    first = FirstMismatch{.element = static_cast<std::int64_t>(i),
                          .expected = bits(right[i]),
                          .got = bits(got[i]),
                          .xor_bits = bits(static_cast<unsigned>(right[i]) ^ got[i])};
    GA_CHECK(name_tile(set, *first));
  }
  return wrong;
}

Status ExactAttentionBench::note_wrong(std::int64_t set, Check& total) {
  std::int64_t elements = 0;
  if (!searched_) {
    searched_ = true;
    GA_TRY(elements, search(set, total.first));
  }
  total.wrong += std::max<std::int64_t>(1, elements);  // at least: the hash says that something is
  return Ok{};
}

Status ExactAttentionBench::collect(std::int64_t slots, Check& total) {
  GA_TRY(const auto hashes, hashes_.fetch(slots));
  for (std::size_t slot = 0; slot < hashes.size(); ++slot) {
    if (hashes[slot] == expected_) continue;
    total.got = hex64(hashes[slot]);
    GA_CHECK(note_wrong(static_cast<std::int64_t>(slot) % kOutputs, total));
  }
  return Ok{};
}

std::int64_t device_bytes(const Params& params, const CaseContext&) {
  const AttentionShape s = attention_of(params, kType);
  const std::int64_t smid = 4 * (s.lse_elements() / 64 + s.batch * s.heads);  // of 64 rows or more
  return static_cast<std::int64_t>(q_bytes(s) + 2 * kv_bytes(s)) +
         kOutputs * (static_cast<std::int64_t>(q_bytes(s)) + smid) + kSlotBytes;
}

// The data's seed is the parameter: the gate computes the expected hash from the parameters.
ExactAttention exact_of(const Params& params) {
  return {.shape = attention_of(params, kType),
          .seed = static_cast<std::uint64_t>(param(params, "seed"))};
}

Result<std::unique_ptr<Bench>> set_up_own(const Params& params, std::uint64_t, CaseContext&) {
  const ExactAttention exact = exact_of(params);
  GA_TRY(auto bench, ExactAttentionBench::make(exact));
  const float scale = exact_attention_scale(exact.shape.dim);
  GA_TRY(auto own, own_attender(exact.shape, scale, bench->operands(0)));
  GA_CHECK(bench->use(std::move(own)));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> set_up_cudnn(const Params& params, std::uint64_t,
                                            CaseContext& context) {
  const ExactAttention exact = exact_of(params);
  GA_TRY(Cudnn library, cudnn_of(context));
  const float scale = exact_attention_scale(exact.shape.dim);
  GA_TRY(auto vendor, cudnn_attender(exact.shape, scale, library));
  GA_TRY(auto bench, ExactAttentionBench::make(exact));
  GA_CHECK(bench->use(std::move(vendor)));
  return std::unique_ptr<Bench>(std::move(bench));
}

std::int64_t cudnn_bytes(const Params& params, const CaseContext& context) {
  return device_bytes(params, context) + kCudnnWorkspaceBytes;
}

}  // namespace

const Case kAttentionOwnExact{"attention.bf16.own.exact", device_bytes, set_up_own};
const Case kAttentionCudnnExact{"attention.bf16.cudnn.exact", cudnn_bytes, set_up_cudnn};

}  // namespace ga
