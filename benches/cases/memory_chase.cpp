// memory.chase: nanoseconds of one load from memory whose address the load before it brought. One
// thread follows a cycle through all lines of the array; a launch goes on where the last ended, so
// that no line is met again before all others were. Bound by latency, TLB misses among it.
//
// The time is that of the events, so it does not depend on what the SM clock is taken to be. Where
// the array is not several times the L2 the loads find it there: no gate asks for that.
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/memory/chase.h"

namespace ga {
namespace {

// About 40 ms at 650 ns: beside that the launch itself, some 5 us, is nothing.
constexpr std::uint32_t kHops = 1 << 16;
constexpr std::int64_t kGroups = 64;

class MemoryChaseBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t,
                                             CaseContext& context) {
    std::unique_ptr<MemoryChaseBench> bench(new MemoryChaseBench());
    const auto bytes = static_cast<std::size_t>(param(params, "bytes"));
    bench->shape_ = chase_shape(chase_lines(bytes));
    GA_TRY(bench->array_, DeviceBuffer<std::byte>::make(bytes));
    GA_TRY(bench->ends_, Slots<ChaseEnd>::make());
    GA_CHECK(chase_fill({.data = bench->array_.data(), .bytes = bytes}, context.stream));
    GA_CUDA(cudaStreamSynchronize(context.stream));
    return std::unique_ptr<Bench>(std::move(bench));
  }

  std::int64_t sets() const override { return 1; }
  std::int64_t groups_per_collect() const override { return kGroups; }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    return ends_.clear(turn.slot, stream);
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    const std::uint32_t start = after(0, turn.serial * kHops);
    starts_[static_cast<std::size_t>(turn.slot)] = start;
    return chase({.data = array_.data(),
                  .bytes = array_.bytes(),
                  .place = start,
                  .hops = kHops,
                  .end = ends_.at(turn.slot)},
                 stream);
  }
  // Compared on the host: eight bytes a launch.
  Status check(const Turn&, cudaStream_t) override { return Ok{}; }
  Status collect(std::int64_t slots, Check& total) override {
    GA_TRY(const auto ends, ends_.fetch(slots));
    for (std::size_t slot = 0; slot < ends.size(); ++slot) {
      compare(starts_[slot], ends[slot], total);
    }
    return Ok{};
  }
  // How far along the cycle each launch came.
  Check begin() override {
    return {.kind = "exact", .expected = hex64(kHops), .got = hex64(kHops)};
  }
  Inject output(const Turn& turn) const override {
    return plain_output(ends_.at(turn.slot), sizeof(ChaseEnd));
  }
  // To the nearest nanosecond.
  std::int64_t value(const BlockTiming& timing) const override {
    const std::int64_t hops = timing.launches * kHops;
    return (timing.timed_ns + hops / 2) / hops;
  }

 private:
  MemoryChaseBench() = default;

  std::uint32_t after(std::uint32_t place, std::uint64_t hops) const {
    return static_cast<std::uint32_t>((place + hops) % shape_.lines);
  }

  void compare(std::uint32_t start, const ChaseEnd& end, Check& total) const {
    const std::uint32_t due = after(start, kHops);
    const std::uint32_t line = chase_line(shape_, due);
    if (end.line == line && end.hops == kHops) return;
    ++total.wrong;
    if (end.line == line) {
      total.got = hex64(end.hops);
    } else if (end.line < shape_.lines) {
      total.got = hex64(kHops + after(chase_place(shape_, end.line), shape_.lines - due));
    } else {
      total.got = hex64(~std::uint64_t{0});  // on no place of the cycle
    }
    if (total.first) return;
    total.first = FirstMismatch{.element = start,
                                .expected = hex32(line),
                                .got = hex32(end.line),
                                .xor_bits = hex32(line ^ end.line)};
  }

  ChaseShape shape_;
  DeviceBuffer<std::byte> array_;
  Slots<ChaseEnd> ends_;
  std::vector<std::uint32_t> starts_ = std::vector<std::uint32_t>(kGroups);  // by slot
};

std::int64_t device_bytes(const Params& params, const CaseContext&) {
  return param(params, "bytes") + kMaxSlots * static_cast<std::int64_t>(sizeof(ChaseEnd));
}

}  // namespace

const Case kMemoryChase{
    .id = "memory.chase", .device_bytes = device_bytes, .setup = MemoryChaseBench::make};

}  // namespace ga
