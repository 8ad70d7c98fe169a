// memory.copy and memory.d2d: the rate at which one array is copied to another, by our kernel and
// by the driver's own copy, on the same data with the same check. Bound by memory.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

using CopyFunction = Status (*)(const MemoryCopy&, cudaStream_t);

struct CopySet {
  DeviceBuffer<std::byte> from, to;
  std::uint64_t key = 0;
};

class MemoryCopyBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(CopyFunction copy, const Params& params,
                                             std::uint64_t seed, CaseContext& context) {
    std::unique_ptr<MemoryCopyBench> bench(new MemoryCopyBench());
    bench->copy_ = copy;
    bench->bytes_ = static_cast<std::size_t>(param(params, "bytes"));
    GA_TRY(bench->reports_, Slots<Mismatch>::make());
    const std::int64_t count = set_count(params, context);
    for (std::int64_t i = 0; i < count; ++i) {
      CopySet set;
      set.key = pattern_key(seed, static_cast<std::uint32_t>(i));
      GA_TRY(set.from, DeviceBuffer<std::byte>::make(bench->bytes_));
      GA_TRY(set.to, DeviceBuffer<std::byte>::make(bench->bytes_));
      GA_CHECK(memory_write({.data = set.from.data(), .bytes = bench->bytes_, .key = set.key},
                            context.stream));
      bench->sets_.push_back(std::move(set));
    }
    GA_CUDA(cudaStreamSynchronize(context.stream));
    return std::unique_ptr<Bench>(std::move(bench));
  }

  static std::int64_t set_count(const Params& params, const CaseContext& context) {
    return rotation_sets(2 * param(params, "bytes"),
                         static_cast<std::int64_t>(context.device.l2_bytes), 1);
  }

  std::int64_t sets() const override { return static_cast<std::int64_t>(sets_.size()); }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    GA_CUDA(cudaMemsetAsync(at(turn).to.data(), kPoison, bytes_, stream));
    return Ok{};
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    const CopySet& set = at(turn);
    return copy_({.to = set.to.data(), .from = set.from.data(), .bytes = bytes_}, stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    return check_pattern({.data = at(turn).to.data(),
                          .bytes = bytes_,
                          .key = at(turn).key,
                          .report = reports_.at(turn.slot)},
                         stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    return add_mismatches(reports_, slots, total);
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn& turn) const override {
    return plain_output(at(turn).to.data(), bytes_);
  }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(memory_copy_bytes(bytes_) * static_cast<double>(timing.launches),
                      timing.timed_ns);
  }

 private:
  MemoryCopyBench() = default;
  const CopySet& at(const Turn& turn) const { return sets_[static_cast<std::size_t>(turn.set)]; }

  CopyFunction copy_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<CopySet> sets_;
  Slots<Mismatch> reports_;
};

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  return MemoryCopyBench::set_count(params, context) * 2 * param(params, "bytes") + kSlotBytes;
}

Result<std::unique_ptr<Bench>> make_own(const Params& params, std::uint64_t seed,
                                        CaseContext& context) {
  return MemoryCopyBench::make(memory_copy, params, seed, context);
}

Result<std::unique_ptr<Bench>> make_driver(const Params& params, std::uint64_t seed,
                                           CaseContext& context) {
  return MemoryCopyBench::make(memory_d2d, params, seed, context);
}

}  // namespace

const Case kMemoryCopy{.id = "memory.copy", .device_bytes = device_bytes, .setup = make_own};
const Case kMemoryD2d{.id = "memory.d2d", .device_bytes = device_bytes, .setup = make_driver};

}  // namespace ga
