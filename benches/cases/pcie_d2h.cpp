// pcie.d2h: the rate of cudaMemcpyAsync from the device to pinned host memory of its NUMA node.
//
// What arrived is copied back, untimed, and checked on the device: reading 256 MiB on the host
// would take ten times as long as the copy. Two sources with different patterns take turns, so that
// what an earlier launch left behind is wrong for this one.
#include <array>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

struct Source {
  DeviceBuffer<std::byte> data;
  std::uint64_t key = 0;
};

class DeviceToHostBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t seed,
                                             CaseContext& context) {
    std::unique_ptr<DeviceToHostBench> bench(new DeviceToHostBench());
    const auto bytes = static_cast<std::size_t>(param(params, "bytes"));
    GA_TRY(bench->reports_, Slots<Mismatch>::make());
    GA_TRY(bench->to_, PinnedBuffer<std::byte>::make(bytes));
    GA_TRY(bench->back_, DeviceBuffer<std::byte>::make(bytes));
    for (std::uint32_t i = 0; i < bench->from_.size(); ++i) {
      Source& source = bench->from_[i];
      source.key = pattern_key(seed, i);
      GA_TRY(source.data, DeviceBuffer<std::byte>::make(bytes));
      GA_CHECK(memory_write({.data = source.data.data(), .bytes = bytes, .key = source.key},
                            context.stream));
    }
    GA_CUDA(cudaStreamSynchronize(context.stream));
    return std::unique_ptr<Bench>(std::move(bench));
  }

  std::int64_t sets() const override { return 1; }
  // Changes over to the other source: its pattern makes what lies there now wrong.
  Status poison(const Turn&, cudaStream_t) override {
    now_ = (now_ + 1) % from_.size();
    return Ok{};
  }
  Status launch(const Turn&, cudaStream_t stream) override {
    GA_CUDA(cudaMemcpyAsync(to_.data(), from_[now_].data.data(), to_.bytes(),
                            cudaMemcpyDeviceToHost, stream));
    return Ok{};
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    GA_CUDA(cudaMemcpyAsync(back_.data(), to_.data(), to_.bytes(), cudaMemcpyHostToDevice, stream));
    return check_pattern({.data = back_.data(),
                          .bytes = to_.bytes(),
                          .key = from_[now_].key,
                          .report = reports_.at(turn.slot)},
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
  DeviceToHostBench() = default;

  std::array<Source, 2> from_;
  std::size_t now_ = 0;
  PinnedBuffer<std::byte> to_;
  DeviceBuffer<std::byte> back_;
  Slots<Mismatch> reports_;
};

std::int64_t device_bytes(const Params& params, const CaseContext&) {
  return 3 * param(params, "bytes") + kSlotBytes;
}

}  // namespace

const Case kPcieD2h{
    .id = "pcie.d2h", .device_bytes = device_bytes, .setup = DeviceToHostBench::make};

}  // namespace ga
