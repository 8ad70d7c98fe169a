// pcie.h2d: the rate of cudaMemcpyAsync from pinned host memory to the device. The host buffer lies
// on the NUMA node of the calling thread: the worker was started on the CPUs of its GPU's node.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

class HostToDeviceBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t seed,
                                             CaseContext&) {
    std::unique_ptr<HostToDeviceBench> bench(new HostToDeviceBench());
    const auto bytes = static_cast<std::size_t>(param(params, "bytes"));
    bench->key_ = pattern_key(seed, 0);
    GA_TRY(bench->reports_, Slots<Mismatch>::make());
    GA_TRY(bench->from_, PinnedBuffer<std::byte>::make(bytes));
    GA_TRY(bench->to_, DeviceBuffer<std::byte>::make(bytes));
    memory_write_ref({.data = bench->from_.data(), .bytes = bytes, .key = bench->key_});
    return std::unique_ptr<Bench>(std::move(bench));
  }

  std::int64_t sets() const override { return 1; }
  Status poison(const Turn&, cudaStream_t stream) override {
    GA_CUDA(cudaMemsetAsync(to_.data(), kPoison, to_.bytes(), stream));
    return Ok{};
  }
  Status launch(const Turn&, cudaStream_t stream) override {
    GA_CUDA(cudaMemcpyAsync(to_.data(), from_.data(), to_.bytes(), cudaMemcpyHostToDevice, stream));
    return Ok{};
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    return check_pattern(
        {.data = to_.data(), .bytes = to_.bytes(), .key = key_, .report = reports_.at(turn.slot)},
        stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    return add_mismatches(reports_, slots, total);
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn&) const override { return plain_output(to_.data(), to_.bytes()); }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(static_cast<double>(to_.bytes()) * static_cast<double>(timing.launches),
                      timing.timed_ns);
  }

 private:
  HostToDeviceBench() = default;

  std::uint64_t key_ = 0;
  PinnedBuffer<std::byte> from_;
  DeviceBuffer<std::byte> to_;
  Slots<Mismatch> reports_;
};

std::int64_t device_bytes(const Params& params, const CaseContext&) {
  return param(params, "bytes") + kSlotBytes;
}

}  // namespace

const Case kPcieH2d{
    .id = "pcie.h2d", .device_bytes = device_bytes, .setup = HostToDeviceBench::make};

}  // namespace ga
