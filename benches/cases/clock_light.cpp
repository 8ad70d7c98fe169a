// clock.light: the SM clock while a light kernel runs, as the SM itself counts it: cycles over
// nanoseconds. A locked clock does not show in the driver's event bits; here it does.
#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/power/light.h"

namespace ga {
namespace {

// About 5 ms at 2 GHz: 5 cycles a step. Long enough that the 1 us step of the device's wall clock
// is a fiftieth of a percent.
constexpr std::uint64_t kSteps = 2'000'000;

class ClockLightBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params&, std::uint64_t, CaseContext&) {
    std::unique_ptr<ClockLightBench> bench(new ClockLightBench());
    GA_TRY(bench->words_, Slots<std::uint32_t>::make(kLightCount));
    GA_TRY(bench->clocks_, Slots<LightClock>::make());
    for (std::size_t thread = 0; thread < kLightCount; ++thread) {
      bench->expected_.push_back(light_expected(thread, kSteps));
    }
    return std::unique_ptr<Bench>(std::move(bench));
  }

  std::int64_t sets() const override { return 1; }
  std::int64_t groups_per_collect() const override { return 64; }
  Status poison(const Turn& turn, cudaStream_t stream) override {
    GA_CHECK(clocks_.clear(turn.slot, stream));
    return words_.clear(turn.slot, stream);
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    return light({.out = words_.at(turn.slot), .clock = clocks_.at(turn.slot), .steps = kSteps},
                 stream);
  }
  // Compared on the host: half a kilobyte of words a launch.
  Status check(const Turn&, cudaStream_t) override { return Ok{}; }
  Status collect(std::int64_t slots, Check& total) override {
    GA_TRY(const auto words, words_.fetch(slots));
    for (std::size_t i = 0; i < words.size(); ++i) compare(i % kLightCount, words[i], total);
    GA_TRY(const auto clocks, clocks_.fetch(slots));
    for (const LightClock& clock : clocks) {
      cycles_ += clock.cycles;
      nanoseconds_ += clock.nanoseconds;
    }
    return Ok{};
  }
  Check begin() override {
    cycles_ = nanoseconds_ = 0;
    return {.kind = "exact", .expected = {}, .got = {}};
  }
  Inject output(const Turn& turn) const override {
    return plain_output(words_.at(turn.slot), kLightCount * sizeof(std::uint32_t));
  }
  // MHz, to the nearest; nothing counted is 0 MHz and no clock at all.
  std::int64_t value(const BlockTiming&) const override {
    if (nanoseconds_ == 0) return 0;
    return static_cast<std::int64_t>((cycles_ * 1000 + nanoseconds_ / 2) / nanoseconds_);
  }

 private:
  ClockLightBench() = default;

  void compare(std::size_t thread, std::uint32_t got, Check& total) const {
    const std::uint32_t expected = expected_[thread];
    if (got == expected) return;
    ++total.wrong;
    if (total.first) return;
    total.first = FirstMismatch{.element = static_cast<std::int64_t>(thread),
                                .expected = hex32(expected),
                                .got = hex32(got),
                                .xor_bits = hex32(expected ^ got)};
  }

  std::vector<std::uint32_t> expected_;
  Slots<std::uint32_t> words_;
  Slots<LightClock> clocks_;
  std::uint64_t cycles_ = 0, nanoseconds_ = 0;
};

std::int64_t device_bytes(const Params&, const CaseContext&) {
  return kMaxSlots *
         static_cast<std::int64_t>(kLightCount * sizeof(std::uint32_t) + sizeof(LightClock));
}

}  // namespace

const Case kClockLight{
    .id = "clock.light", .device_bytes = device_bytes, .setup = ClockLightBench::make};

}  // namespace ga
