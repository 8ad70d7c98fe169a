// memory.read: the rate at which one array is read. Bound by memory: 8 bytes and two integer
// operations a word. Every launch adds its sum into its own slot, so every launch is checked.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

class MemoryReadBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t seed,
                                             CaseContext& context) {
    std::unique_ptr<MemoryReadBench> bench(new MemoryReadBench());
    bench->bytes_ = static_cast<std::size_t>(param(params, "bytes"));
    GA_TRY(bench->sums_, Slots<std::uint64_t>::make());
    const std::int64_t sets = set_count(params, context);
    for (std::int64_t set = 0; set < sets; ++set) {
      const std::uint64_t key = pattern_key(seed, static_cast<std::uint32_t>(set));
      GA_TRY(auto array, DeviceBuffer<std::byte>::make(bench->bytes_));
      GA_CHECK(
          memory_write({.data = array.data(), .bytes = bench->bytes_, .key = key}, context.stream));
      GA_CHECK(bench->sums_.clear(0, context.stream));
      GA_CHECK(memory_read_expected({.bytes = bench->bytes_, .key = key, .sum = bench->sums_.at(0)},
                                    context.stream));
      GA_CUDA(cudaStreamSynchronize(context.stream));
      GA_TRY(const auto expected, bench->sums_.fetch(1));
      bench->expected_.push_back(expected[0]);
      bench->arrays_.push_back(std::move(array));
    }
    return std::unique_ptr<Bench>(std::move(bench));
  }

  static std::int64_t set_count(const Params& params, const CaseContext& context) {
    return rotation_sets(param(params, "bytes"), static_cast<std::int64_t>(context.device.l2_bytes),
                         1);
  }

  std::int64_t sets() const override { return static_cast<std::int64_t>(arrays_.size()); }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    return sums_.clear(turn.slot, stream);
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    const auto& array = arrays_[static_cast<std::size_t>(turn.set)];
    return memory_read({.data = array.data(), .bytes = bytes_, .sum = sums_.at(turn.slot)}, stream);
  }
  // The sum is the check; it is compared on the host.
  Status check(const Turn&, cudaStream_t) override { return Ok{}; }
  Status collect(std::int64_t slots, Check& total) override {
    GA_TRY(const auto sums, sums_.fetch(slots));
    for (std::size_t slot = 0; slot < sums.size(); ++slot) {
      const std::uint64_t expected = expected_[slot % expected_.size()];
      if (sums[slot] == expected) continue;
      ++total.wrong;
      if (total.first) continue;
      total.first = FirstMismatch{.element = 0,
                                  .expected = hex64(expected),
                                  .got = hex64(sums[slot]),
                                  .xor_bits = hex64(expected ^ sums[slot])};
    }
    return Ok{};
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn& turn) const override {
    return plain_output(sums_.at(turn.slot), sizeof(std::uint64_t));
  }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(memory_read_bytes(bytes_) * static_cast<double>(timing.launches),
                      timing.timed_ns);
  }

 private:
  MemoryReadBench() = default;

  std::size_t bytes_ = 0;
  std::vector<DeviceBuffer<std::byte>> arrays_;
  std::vector<std::uint64_t> expected_;  // by set
  Slots<std::uint64_t> sums_;
};

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  return MemoryReadBench::set_count(params, context) * param(params, "bytes") + kSlotBytes;
}

}  // namespace

const Case kMemoryRead{
    .id = "memory.read", .device_bytes = device_bytes, .setup = MemoryReadBench::make};

}  // namespace ga
