// memory.write: the rate at which a pattern is written. Bound by memory: 8 bytes and some 40
// integer operations a word.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

class MemoryWriteBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t seed,
                                             CaseContext& context) {
    std::unique_ptr<MemoryWriteBench> bench(new MemoryWriteBench());
    bench->bytes_ = static_cast<std::size_t>(param(params, "bytes"));
    bench->key_ = pattern_key(seed, 0);
    GA_TRY(bench->reports_, Slots<Mismatch>::make());
    const std::int64_t sets = set_count(params, context);
    for (std::int64_t set = 0; set < sets; ++set) {
      GA_TRY(auto array, DeviceBuffer<std::byte>::make(bench->bytes_));
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
    GA_CUDA(cudaMemsetAsync(array(turn), kPoison, bytes_, stream));
    return Ok{};
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    return memory_write({.data = array(turn), .bytes = bytes_, .key = key_}, stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    return check_pattern(
        {.data = array(turn), .bytes = bytes_, .key = key_, .report = reports_.at(turn.slot)},
        stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    return add_mismatches(reports_, slots, total);
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn& turn) const override { return plain_output(array(turn), bytes_); }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(memory_write_bytes(bytes_) * static_cast<double>(timing.launches),
                      timing.timed_ns);
  }

 private:
  MemoryWriteBench() = default;
  std::byte* array(const Turn& turn) const {
    return arrays_[static_cast<std::size_t>(turn.set)].data();
  }

  std::size_t bytes_ = 0;
  std::uint64_t key_ = 0;
  std::vector<DeviceBuffer<std::byte>> arrays_;
  Slots<Mismatch> reports_;
};

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  return MemoryWriteBench::set_count(params, context) * param(params, "bytes") + kSlotBytes;
}

}  // namespace

const Case kMemoryWrite{
    .id = "memory.write", .device_bytes = device_bytes, .setup = MemoryWriteBench::make};

}  // namespace ga
