// memory.pattern: does nearly all memory keep what it is given? A launch is one round of a test of
// kernels/data/pattern_walk.h; its rate is that of all writes and checks in it. Bound by memory.
//
// The last check of a round is not timed: between it and the write before it lie the damage of an
// injection and the seconds that memory must keep its bits for: the block's place in its series and
// `flip` alone say what lies there so long. The region is not overwritten
// between launches: no pass writes what lies there, so that one that does nothing is seen all the
// same. And every check counts the words that it looks at.
#include <algorithm>
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/cases/walked_memory.h"
#include "benches/harness/plan.h"
#include "kernels/data/pattern_walk.h"
#include "reports/model/units.h"

namespace ga {
namespace {

class MemoryPatternBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(const Params& params, std::uint64_t, CaseContext&) {
    std::unique_ptr<MemoryPatternBench> bench(new MemoryPatternBench());
    bench->test_ = static_cast<WalkTest>(param(params, "test"));
    bench->seed_ = static_cast<std::uint64_t>(param(params, "seed"));
    bench->hold_ns_ = param(params, "hold_s") * kNsPerS;
    bench->flip_ = static_cast<std::uint64_t>(param(params, "flip"));
    GA_TRY(bench->memory_, WalkedMemory::make(static_cast<std::size_t>(param(params, "bytes"))));
    bench->passes_ = walk_passes(bench->test_, bench->seed_, 0);
    return std::unique_ptr<Bench>(std::move(bench));
  }

  std::int64_t sets() const override { return 1; }
  std::int64_t groups_per_collect() const override { return 1; }
  std::int64_t hold_ns() const override { return hold_ns_; }
  Status poison(const Turn&, cudaStream_t stream) override { return memory_.clear_report(stream); }
  void place(std::int64_t block) override { block_ = block; }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    const bool holds = hold_ns_ > 0;
    passes_ = walk_passes(test_, seed_, holds ? held_round(block_, flip_) : turn.serial + flip_);
    std::uint32_t number = 0;
    for (const WalkPass& pass : timed_passes()) GA_CHECK(memory_.run(pass, number++, stream));
    return Ok{};
  }
  Status check(const Turn&, cudaStream_t stream) override {
    return memory_.run(passes_.back(), static_cast<std::uint32_t>(passes_.size() - 1), stream);
  }
  Status collect(std::int64_t, Check& total) override {
    GA_TRY(const WalkReport report, memory_.report());
    add(report, total);
    return Ok{};
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn&) const override { return memory_.middle(); }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(
        walk_bytes(timed_passes(), memory_.bytes()) * static_cast<double>(timing.launches),
        timing.timed_ns);
  }

 private:
  MemoryPatternBench() = default;

  std::span<const WalkPass> timed_passes() const {
    return std::span<const WalkPass>(passes_).first(passes_.size() - 1);
  }
  // A word that was not looked at is not known to be right.
  void add(const WalkReport& report, Check& total) const {
    const std::uint64_t due = walk_checks(passes_, memory_.bytes());
    if (report.checked != due) {
      total.wrong +=
          static_cast<std::int64_t>(std::max(report.checked, due) - std::min(report.checked, due));
    }
    total.wrong += static_cast<std::int64_t>(report.wrong);
    if (total.first || (report.wrong == 0 && report.checked == due)) return;
    const bool found = report.wrong > 0;
    const std::uint64_t expected = found ? report.expected : due;
    const std::uint64_t got = found ? report.got : report.checked;
    total.first = FirstMismatch{
        .expected = hex64(expected), .got = hex64(got), .xor_bits = hex64(expected ^ got)};
    if (!found) return;
    total.first->sm = static_cast<std::int64_t>(report.smid);
    total.first->element = static_cast<std::int64_t>(report.first);
  }

  WalkTest test_ = WalkTest::own_address;
  std::uint64_t seed_ = 0;
  std::int64_t hold_ns_ = 0;
  std::uint64_t flip_ = 0;
  std::int64_t block_ = 0;
  WalkedMemory memory_;
  std::vector<WalkPass> passes_;  // of the round that was launched last
};

std::int64_t device_bytes(const Params& params, const CaseContext&) {
  return WalkedMemory::device_bytes(param(params, "bytes"));
}

}  // namespace

// The data's seed is the parameter, as of the other cases with an exact answer.
const Case kMemoryPattern{
    .id = "memory.pattern", .device_bytes = device_bytes, .setup = MemoryPatternBench::make};

}  // namespace ga
