// Our streaming kernels: copy against the driver's device-to-device copy, the others against the
// peak of the part's memory; the passes of the walk over 95 % of all memory, and the pointer chase.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "benches/cases/case_table.h"
#include "benches/cases/compare.h"
#include "benches/cases/walked_memory.h"
#include "benches/harness/plan.h"
#include "kernels/data/pattern_walk.h"

namespace ga {
namespace {

Result<std::unique_ptr<Bench>> set_up(CompareBed& bed, std::string_view id, std::int64_t bytes) {
  GA_TRY(const Params params, complete_params(*find_case(id), {{"bytes", bytes}}));
  return find_cuda_case(id)->setup(params, 1, bed.context);
}

Comparison start(const CompareBed& bed, std::string_view own, std::string_view baseline,
                 std::int64_t bytes) {
  Comparison c;
  c.own = own;
  c.baseline = baseline;
  c.what = fmt::format("{} MiB", bytes >> 20);
  c.unit = "bytes_per_s";
  c.peak = peak_of(bed.context.device.name).bytes_per_s;
  return c;
}

// One pass of the walk, timed alone. What it writes is checked by another pass, untimed.
class PassBench final : public Bench {
 public:
  static Result<std::unique_ptr<PassBench>> make(WalkAction action, std::size_t bytes,
                                                 cudaStream_t stream) {
    std::unique_ptr<PassBench> bench(new PassBench(action));
    GA_TRY(bench->memory_, WalkedMemory::make(bytes));
    GA_CHECK(bench->memory_.run(bench->pass_.fill(), 0, stream));
    GA_CUDA(cudaStreamSynchronize(stream));
    return bench;
  }

  std::int64_t sets() const override { return 1; }
  std::int64_t groups_per_collect() const override { return 1; }
  Status poison(const Turn&, cudaStream_t stream) override { return memory_.clear_report(stream); }
  Status launch(const Turn&, cudaStream_t stream) override {
    return memory_.run(pass_.next(), 0, stream);
  }
  Status check(const Turn&, cudaStream_t stream) override {
    if (action_ == WalkAction::check) return Ok{};
    return memory_.run(pass_.check(), 1, stream);
  }
  Status collect(std::int64_t, Check& total) override {
    GA_TRY(const WalkReport report, memory_.report());
    const std::uint64_t words = memory_.bytes() / 8;
    const std::uint64_t due = action_ == WalkAction::rewrite ? 2 * words : words;
    total.wrong += static_cast<std::int64_t>(report.wrong);
    if (report.checked != due) total.wrong += static_cast<std::int64_t>(words);
    return Ok{};
  }
  Check begin() override { return {.kind = "pattern", .expected = {}, .got = {}}; }
  Inject output(const Turn&) const override { return memory_.middle(); }
  std::int64_t value(const BlockTiming& timing) const override {
    return per_second(bytes() * static_cast<double>(timing.launches), timing.timed_ns);
  }
  double bytes() const {
    const WalkPass one{.action = action_};
    return walk_bytes(std::span(&one, 1), memory_.bytes());
  }

 private:
  explicit PassBench(WalkAction action) : action_(action), pass_(action) {}

  WalkAction action_;
  LonePass pass_;
  WalkedMemory memory_;
};

constexpr std::int64_t kWalkedPerMille = 950;

Result<Comparison> compare_pass(CompareBed& bed, std::string_view name, WalkAction action) {
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  const auto all = static_cast<std::int64_t>(bed.context.device.memory_bytes);
  const std::int64_t bytes = all / 1000 * kWalkedPerMille / kMiB * kMiB;
  Comparison c = start(bed, name, "", bytes);
  GA_TRY(const auto bench,
         PassBench::make(action, static_cast<std::size_t>(bytes), bed.context.stream));
  GA_CHECK(alone(bed, *bench, c));
  const auto rate = static_cast<double>(median(c.own_samples).value_or(0));
  if (rate > 0) c.what += fmt::format(", {:.1f} ms", 1e3 * bench->bytes() / rate);
  return c;
}

Result<Comparison> compare_chase(CompareBed& bed) {
  GA_TRY(const Params params, complete_params(*find_case("memory.chase"), {}));
  Comparison c = start(bed, "memory.chase", "", params.at("bytes"));
  c.unit = "ns";
  c.peak = 0;
  GA_TRY(const auto bench, find_cuda_case("memory.chase")->setup(params, 1, bed.context));
  GA_CHECK(alone(bed, *bench, c));
  return c;
}

}  // namespace

Result<std::vector<Comparison>> compare_memory(CompareBed& bed, std::int64_t bytes) {
  std::vector<Comparison> all;
  {
    Comparison copy = start(bed, "memory.copy", "memory.d2d", bytes);
    GA_TRY(const auto own, set_up(bed, "memory.copy", bytes));
    GA_TRY(const auto driver, set_up(bed, "memory.d2d", bytes));
    GA_CHECK(settle(bed, *own, copy));
    GA_CHECK(alternate(bed, *own, *driver, copy));
    all.push_back(std::move(copy));
  }
  for (const std::string_view id : {"memory.read", "memory.write", "memory.triad"}) {
    Comparison c = start(bed, id, "", bytes);
    GA_TRY(const auto own, set_up(bed, id, bytes));
    GA_CHECK(alone(bed, *own, c));
    all.push_back(std::move(c));
  }
  GA_TRY(Comparison chase, compare_chase(bed));
  all.push_back(std::move(chase));
  for (const auto& [name, action] :
       {std::pair{"walk write", WalkAction::write}, std::pair{"walk check", WalkAction::check},
        std::pair{"walk rewrite", WalkAction::rewrite}}) {
    GA_TRY(Comparison pass, compare_pass(bed, name, action));
    all.push_back(std::move(pass));
  }
  return all;
}

}  // namespace ga
