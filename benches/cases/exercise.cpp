// exercise.special .shuffle .atomic .integer .copy .l2: units that products hardly touch, on every
// SM, each launch held word by word to what the host worked out from the seed.
//
// Of exercise.special nobody can work the bits out. At set-up every block's words are compared with
// each other; the results of a block that most agree with are held to their documented error, one
// by one; what they make is from then on what every launch must leave on every SM. Its digest goes
// into the report for GPUs to be compared by, with nothing to expect.
//
// A block of launches in which an SM took no part is an error and no evidence; of the clusters of
// exercise.copy, one in which they reached fewer SMs than so many must. Not timed for speed.
#include "kernels/exercise/exercise.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/damage.h"

namespace ga {
namespace {

constexpr std::int64_t kExerciseWordFloats = kExerciseThreads * 2;  // of a block, to an injection
constexpr std::size_t kRawResults =
    std::size_t{kExerciseRounds} * kExerciseThreads * kSpecialFunctions;

Status require_sms(const char* who, int sms, int due) {
  if (sms >= due) return Ok{};
  return Error(ErrorCode::device, std::string(who) + " ran on " + std::to_string(sms) + " of " +
                                      std::to_string(due) + " SMs that it must reach");
}

class ExerciseBench final : public Bench {
 public:
  static Result<std::unique_ptr<Bench>> make(Exercise which, std::uint64_t seed,
                                             const CaseContext& context);

  std::int64_t sets() const override { return 1; }
  // exercise.l2 is 17 kernels a launch: fewer than the driver's queue holds.
  std::int64_t groups_per_collect() const override {
    return run_.plan.which == Exercise::l2 ? 8 : 32;
  }
  Status poison(const Turn&, cudaStream_t stream) override {
    GA_CUDA(cudaMemsetAsync(out_.data(), kPoison, out_.bytes(), stream));
    GA_CUDA(cudaMemsetAsync(smid_.data(), kPoison, smid_.bytes(), stream));
    return Ok{};
  }
  Status launch(const Turn&, cudaStream_t stream) override { return exercise(run_, stream); }
  Status check(const Turn& turn, cudaStream_t stream) override {
    return check_exercise(run_, reports_.at(turn.slot), stream);
  }
  Status collect(std::int64_t slots, Check& total) override;
  Check begin() override { return checked_; }
  Inject output(const Turn&) const override {
    if (run_.plan.which == Exercise::l2) return plain_output(out_.data(), out_.bytes());
    return {.data = out_.data(),
            .type = ElementType::fp32,
            .rows = run_.plan.blocks,
            .cols = kExerciseWordFloats,
            .ld = kExerciseWordFloats};
  }
  TileMap tiles(const Turn&) const override {
    if (run_.plan.which == Exercise::l2) return {};
    return {1, static_cast<int>(kExerciseWordFloats), smid_.data()};
  }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }

 private:
  ExerciseBench() = default;
  Status allocate(std::uint64_t seed);
  Status qualify(const CaseContext& context);
  // The words of all blocks of one launch; `raw`: the results of that block as well.
  Result<std::vector<std::uint64_t>> run_once(const CaseContext& context);
  Status judge(std::span<const std::uint64_t> words, std::span<const std::uint32_t> raw,
               std::size_t block);
  void note(const ExerciseReport& report, Check& total) const;

  ExerciseRun run_;
  std::vector<std::uint64_t> words_;  // expected of a block
  DeviceBuffer<std::uint64_t> inputs_, expected_, out_;
  DeviceBuffer<std::uint32_t> smid_;
  DeviceBuffer<std::byte> work_;
  Slots<ExerciseReport> reports_;
  Check checked_;  // of the set-up
};

Status ExerciseBench::allocate(std::uint64_t seed) {
  const ExercisePlan& plan = run_.plan;
  GA_TRY(inputs_, on_device(exercise_inputs(plan.which, seed)));
  GA_TRY(out_, DeviceBuffer<std::uint64_t>::make(plan.words));
  GA_TRY(smid_, DeviceBuffer<std::uint32_t>::make(static_cast<std::size_t>(plan.blocks)));
  GA_TRY(work_, DeviceBuffer<std::byte>::make(plan.work_bytes));
  GA_TRY(reports_, Slots<ExerciseReport>::make());
  run_.seed = seed;
  run_.inputs = inputs_.data();
  run_.out = out_.data();
  run_.smid = smid_.data();
  run_.work = work_.data();
  return Ok{};
}

Result<std::unique_ptr<Bench>> ExerciseBench::make(Exercise which, std::uint64_t seed,
                                                   const CaseContext& context) {
  std::unique_ptr<ExerciseBench> bench(new ExerciseBench());
  GA_TRY(bench->run_.plan, exercise_plan(which));
  GA_CHECK(bench->allocate(seed));
  bench->words_ = exercise_words(which, seed);
  if (which == Exercise::special) GA_CHECK(bench->qualify(context));
  GA_TRY(bench->expected_, on_device(bench->words_));
  bench->run_.expected = bench->expected_.data();
  const std::string digest = hex64(exercise_digest(bench->words_));
  bench->checked_.kind = which == Exercise::special ? "reference" : "exact";
  bench->checked_.expected = which == Exercise::special ? "" : digest;
  bench->checked_.got = digest;
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::vector<std::uint64_t>> ExerciseBench::run_once(const CaseContext& context) {
  GA_CHECK(poison({}, context.stream));
  GA_CHECK(launch({}, context.stream));
  if (context.injection.kind == InjectionKind::wrong_everywhere) {
    GA_CHECK(damage_output(output({}), context.injection, {}, context.stream));
  }
  GA_CUDA(cudaStreamSynchronize(context.stream));
  std::vector<std::uint64_t> words(run_.plan.words);
  GA_CHECK(copy_to_host(std::span(words), static_cast<const std::uint64_t*>(out_.data())));
  return words;
}

Status ExerciseBench::qualify(const CaseContext& context) {
  GA_TRY(auto raw, DeviceBuffer<std::uint32_t>::make(kRawResults));
  const auto launch = [&](std::optional<std::size_t> told) {
    run_.raw = told ? raw.data() : nullptr;
    run_.raw_block = static_cast<unsigned>(told.value_or(0));
    return run_once(context);
  };
  GA_TRY(const ReferenceBlock reference, reference_block(launch));
  run_.raw = nullptr;
  std::vector<std::uint32_t> results(kRawResults);
  GA_CHECK(copy_to_host(std::span(results), static_cast<const std::uint32_t*>(raw.data())));
  return judge(reference.words, results, reference.block);
}

Status ExerciseBench::judge(std::span<const std::uint64_t> words,
                            std::span<const std::uint32_t> raw, std::size_t block) {
  const std::vector<float> inputs = special_inputs(run_.seed);
  const SpecialFaults faults = special_faults(inputs, raw);
  words_ = special_words(raw);
  // What the block has told must be what it kept.
  const auto kept = std::mismatch(words.begin(), words.end(), words_.begin());
  checked_.wrong = faults.wrong + (kept.first == words.end() ? 0 : 1);
  if (checked_.wrong == 0) return Ok{};
  std::vector<std::uint32_t> smid(smid_.size());
  GA_CHECK(copy_to_host(std::span(smid), static_cast<const std::uint32_t*>(smid_.data())));
  FirstMismatch first;
  first.tile = static_cast<std::int64_t>(block);
  first.sm = static_cast<std::int64_t>(smid[block]);
  if (faults.wrong > 0) {
    const auto which = static_cast<Special>(faults.first % kSpecialFunctions);
    const double x = inputs[faults.first / kSpecialFunctions];
    const auto exact =
        std::bit_cast<std::uint32_t>(static_cast<float>(special_reference(which, x)));
    first.element = static_cast<std::int64_t>(faults.first);
    first.expected = hex32(exact);
    first.got = hex32(raw[faults.first]);
    first.xor_bits = hex32(exact ^ raw[faults.first]);
  } else {
    first.element = kept.first - words.begin();
    first.expected = hex64(*kept.second);
    first.got = hex64(*kept.first);
    first.xor_bits = hex64(*kept.first ^ *kept.second);
  }
  checked_.first = first;
  return Ok{};
}

void ExerciseBench::note(const ExerciseReport& report, Check& total) const {
  if (report.wrong == 0) return;
  total.wrong += static_cast<std::int64_t>(report.wrong);
  total.got = hex64(report.digest);
  if (total.first) return;
  const bool has_blocks = run_.plan.which != Exercise::l2 && report.first < run_.plan.words;
  total.first = FirstMismatch{
      .tile = has_blocks ? static_cast<std::int64_t>(report.first / kExerciseThreads) : -1,
      .sm = report.smid,
      .element = static_cast<std::int64_t>(report.first),
      .expected = hex64(report.expected),
      .got = hex64(report.got),
      .xor_bits = hex64(report.expected ^ report.got)};
}

Status ExerciseBench::collect(std::int64_t slots, Check& total) {
  GA_TRY(const auto reports, reports_.fetch(slots));
  SeenSms seen, second;
  for (const ExerciseReport& report : reports) {
    note(report, total);
    seen.add(report.seen);
    second.add(report.seen_second);
  }
  GA_CHECK(require_sms("an exerciser", seen.count(), run_.plan.sm_count));
  return require_sms("its kernel of clusters", second.count(), run_.plan.tma_sms);
}

}  // namespace

// The data's seed is the parameter: whoever has it works the digest out.
Case exercise_case(std::string_view id, Exercise which) {
  return {
      .id = id,
      .device_bytes =
          [which](const Params&, const CaseContext& context) {
            return static_cast<std::int64_t>(exercise_most_bytes(which, context.device.l2_bytes)) +
                   kMaxSlots * static_cast<std::int64_t>(sizeof(ExerciseReport));
          },
      .setup =
          [which](const Params& params, std::uint64_t, CaseContext& context) {
            return ExerciseBench::make(which, static_cast<std::uint64_t>(param(params, "seed")),
                                       context);
          }};
}

}  // namespace ga
