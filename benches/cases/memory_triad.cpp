// memory.triad: a = b + s c in float, the rate over all three arrays. Bound by memory: 12 bytes and
// two flops an element. Checked bit for bit: one rounding, the same on host and device.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/memory/memory.h"

namespace ga {
namespace {

constexpr float kScale = 3.0f;  // not a power of two, so that the product rounds

struct TriadSet {
  DeviceBuffer<float> a, b, c;
  std::uint64_t key_b = 0, key_c = 0;
};

class MemoryTriadBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t seed,
                                             CaseContext& context) {
    std::unique_ptr<MemoryTriadBench> bench(new MemoryTriadBench());
    bench->bytes_ = static_cast<std::size_t>(param(params, "bytes"));
    GA_TRY(bench->reports_, Slots<Mismatch>::make());
    const std::int64_t count = set_count(params, context);
    for (std::int64_t i = 0; i < count; ++i) {
      GA_TRY(TriadSet set,
             make_set(bench->bytes_, seed, static_cast<std::uint32_t>(i), context.stream));
      bench->sets_.push_back(std::move(set));
    }
    GA_CUDA(cudaStreamSynchronize(context.stream));
    return std::unique_ptr<Bench>(std::move(bench));
  }

  static std::int64_t set_count(const Params& params, const CaseContext& context) {
    return rotation_sets(3 * param(params, "bytes"),
                         static_cast<std::int64_t>(context.device.l2_bytes), 1);
  }

  std::int64_t sets() const override { return static_cast<std::int64_t>(sets_.size()); }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    GA_CUDA(cudaMemsetAsync(at(turn).a.data(), kPoison, bytes_, stream));
    return Ok{};
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    const TriadSet& set = at(turn);
    return memory_triad(
        {.a = set.a.data(), .b = set.b.data(), .c = set.c.data(), .s = kScale, .bytes = bytes_},
        stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    const TriadSet& set = at(turn);
    return check_triad({.a = set.a.data(),
                        .bytes = bytes_,
                        .key_b = set.key_b,
                        .key_c = set.key_c,
                        .s = kScale,
                        .report = reports_.at(turn.slot)},
                       stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    return add_mismatches(reports_, slots, total);
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn& turn) const override { return plain_output(at(turn).a.data(), bytes_); }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(memory_triad_bytes(bytes_) * static_cast<double>(timing.launches),
                      timing.timed_ns);
  }

 private:
  MemoryTriadBench() = default;

  static Result<TriadSet> make_set(std::size_t bytes, std::uint64_t seed, std::uint32_t number,
                                   cudaStream_t stream) {
    TriadSet set;
    set.key_b = pattern_key(seed, 2 * number);
    set.key_c = pattern_key(seed, 2 * number + 1);
    GA_TRY(set.a, DeviceBuffer<float>::make(bytes / sizeof(float)));
    GA_TRY(set.b, DeviceBuffer<float>::make(bytes / sizeof(float)));
    GA_TRY(set.c, DeviceBuffer<float>::make(bytes / sizeof(float)));
    const auto fill = [&](float* data, std::uint64_t key) {
      return memory_write({.data = data, .bytes = bytes, .key = key, .kind = PatternKind::floats},
                          stream);
    };
    GA_CHECK(fill(set.b.data(), set.key_b));
    GA_CHECK(fill(set.c.data(), set.key_c));
    return set;
  }

  const TriadSet& at(const Turn& turn) const { return sets_[static_cast<std::size_t>(turn.set)]; }

  std::size_t bytes_ = 0;
  std::vector<TriadSet> sets_;
  Slots<Mismatch> reports_;
};

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  return MemoryTriadBench::set_count(params, context) * 3 * param(params, "bytes") + kSlotBytes;
}

}  // namespace

const Case kMemoryTriad{
    .id = "memory.triad", .device_bytes = device_bytes, .setup = MemoryTriadBench::make};

}  // namespace ga
