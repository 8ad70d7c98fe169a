// Every case runs on a real GPU, is right, and says so in the unit of the table.
#include <gtest/gtest.h>

#include <chrono>

#include "benches/cases/attender.h"
#include "benches/cases/gpu_run.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/exercise.h"

namespace ga {
namespace {

class EveryCase : public testing::TestWithParam<CaseInfo> {};

TEST_P(EveryCase, RunsTwoBlocksAndIsRight) {
  const CaseInfo& info = GetParam();
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  const CaseRun run = run_small(runner, info, 2);
  if (run.end.code == "library.missing") GTEST_SKIP() << run.end.text;
  ASSERT_EQ(run.end.code, "") << run.end.text;
  ASSERT_EQ(run.blocks.size(), 2u);
  for (std::size_t i = 0; i < run.blocks.size(); ++i) {
    const BlockResult& block = run.blocks[i];
    EXPECT_EQ(block.block, static_cast<std::int64_t>(i));
    EXPECT_EQ(block.unit, info.unit);
    EXPECT_GT(block.value, 0);
    EXPECT_GT(block.elapsed_ns, 0);
    EXPECT_EQ(block.clock_mhz, 1000);
    EXPECT_EQ(block.discard, "");
    EXPECT_EQ(block.check.kind, info.check_kind);
    EXPECT_EQ(block.check.wrong, 0);
    EXPECT_FALSE(is_wrong(block.check));
    EXPECT_EQ(block.check.got, run.blocks[0].check.got);
    EXPECT_FALSE(block.check.first);
  }
}

std::string test_name(const testing::TestParamInfo<CaseInfo>& info) {
  std::string name(info.param.id);
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, EveryCase,
                         testing::ValuesIn(cases_of_one_gpu().begin(), cases_of_one_gpu().end()),
                         test_name);

// No side a power of two; n and k as fp8 and int8 need them of cuBLASLt.
TEST(ExactCases, FindTheDigestThatTheHostComputes) {
  for (const CaseInfo& info : cases_of_one_gpu()) {
    const auto which = gemm_case(info.id);
    if (!which || !which->exact) continue;
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
    CaseRequest request;
    request.case_id = info.id;
    request.params = {{"m", 300}, {"n", 272}, {"k", 1008}, {"seed", 42}};
    request.block_ns = 5'000'000;
    std::vector<BlockResult> blocks;
    const CaseEnd end = runner.run(request, made_up_reading,
                                   [&](const BlockResult& b) { blocks.push_back(b); }, {});
    if (end.code == "library.missing") continue;
    EXPECT_EQ(end.code, "") << info.id << ": " << end.text;
    if (blocks.size() != 1) continue;
    const std::string host = hex64(
        exact_gemm_digest({.m = 300, .n = 272, .k = 1008, .seed = 42, .in = which->type->in}));
    EXPECT_EQ(blocks[0].check.expected, host) << info.id;
    EXPECT_EQ(blocks[0].check.got, host) << info.id;
    EXPECT_EQ(blocks[0].check.wrong, 0) << info.id;
  }
}

TEST(ExactCases, OfTypesWithoutRulesTakeOddShapes) {
  for (const char* id : {"gemm.bf16.own.exact", "gemm.bf16.cublaslt.exact", "gemm.fp16.own.exact",
                         "gemm.tf32.own.exact", "gemm.fp32.own.exact", "gemm.fp64.own.exact",
                         "gemm.fp64.cublaslt.exact"}) {
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
    const CaseRun run =
        run_with(runner, *find_case(id), {{"m", 300}, {"n", 257}, {"k", 1001}, {"seed", 42}}, 1);
    if (run.end.code == "library.missing") continue;
    EXPECT_EQ(run.end.code, "") << id << ": " << run.end.text;
    if (run.blocks.size() != 1) continue;
    EXPECT_EQ(run.blocks[0].check.wrong, 0) << id;
  }
}

// Lengths that no tile divides, both masks and both dimensions.
TEST(ExactAttentionCases, FindTheHashThatTheHostComputes) {
  for (const char* id : {"attention.bf16.own.exact", "attention.bf16.cudnn.exact"}) {
    for (const std::int64_t dim : {64, 128}) {
      for (const std::int64_t causal : {0, 1}) {
        CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
        const Params params{{"batch", 2}, {"heads", 6},       {"kv_heads", 2}, {"seq", 773},
                            {"dim", dim}, {"causal", causal}, {"seed", 42}};
        const CaseRun run = run_with(runner, *find_case(id), params, 1);
        if (run.end.code == "library.missing") continue;
        EXPECT_EQ(run.end.code, "") << id << ": " << run.end.text;
        if (run.blocks.size() != 1) continue;
        const std::string host = hex64(
            exact_attention_hash({.shape = attention_of(params, ElementType::bf16), .seed = 42}));
        EXPECT_EQ(run.blocks[0].check.expected, host) << id << " dim " << dim;
        EXPECT_EQ(run.blocks[0].check.got, host) << id << " dim " << dim << " causal " << causal;
        EXPECT_EQ(run.blocks[0].check.wrong, 0) << id << " dim " << dim << " causal " << causal;
      }
    }
  }
}

// Of dQ, dK and dV in one buffer.
TEST(ExactGradientCases, FindTheHashThatTheHostComputes) {
  for (const char* id : {"attention.bf16.bwd.own.exact", "attention.bf16.bwd.cudnn.exact"}) {
    for (const std::int64_t dim : {64, 128}) {
      for (const std::int64_t causal : {0, 1}) {
        CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
        const Params params{{"batch", 2}, {"heads", 6},       {"kv_heads", 2}, {"seq", 773},
                            {"dim", dim}, {"causal", causal}, {"seed", 42}};
        const CaseRun run = run_with(runner, *find_case(id), params, 1);
        if (run.end.code == "library.missing") continue;
        EXPECT_EQ(run.end.code, "") << id << ": " << run.end.text;
        if (run.blocks.size() != 1) continue;
        const std::string host = hex64(exact_attention_bwd_hash(
            {.shape = attention_of(params, ElementType::bf16), .seed = 42}));
        EXPECT_EQ(run.blocks[0].check.expected, host) << id << " dim " << dim;
        EXPECT_EQ(run.blocks[0].check.got, host) << id << " dim " << dim << " causal " << causal;
        EXPECT_EQ(run.blocks[0].check.wrong, 0) << id << " dim " << dim << " causal " << causal;
      }
    }
  }
}

TEST(ExactGradientCases, NameTheElementOfADamage) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = "bitflip"});
  const CaseRun run = run_small(runner, *find_case("attention.bf16.bwd.own.exact"));
  ASSERT_EQ(run.end.code, "") << run.end.text;
  ASSERT_EQ(run.blocks.size(), 1u);
  const Check& check = run.blocks[0].check;
  EXPECT_GT(check.wrong, 0);
  ASSERT_TRUE(check.first);
  // The middle of 5120 rows of dQ, 2560 of dK and as many of dV: dK's first.
  EXPECT_EQ(check.first->element, 5120 * 128 + 64);
  EXPECT_EQ(check.first->xor_bits, "4000");
}

TEST(ExactAttentionCases, NameTheElementTheTileAndTheSmOfADamage) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = "bitflip"});
  const CaseInfo& info = *find_case("attention.bf16.own.exact");
  const CaseRun run = run_small(runner, info);
  ASSERT_EQ(run.end.code, "") << run.end.text;
  ASSERT_EQ(run.blocks.size(), 1u);
  const Check& check = run.blocks[0].check;
  EXPECT_GT(check.wrong, 0);
  ASSERT_TRUE(check.first);
  // The middle of 2 * 640 rows of 4 * 128: query 0 of batch 1, element 0 of head 2.
  EXPECT_EQ(check.first->element, 640 * 512 + 256);
  EXPECT_EQ(check.first->xor_bits, "4000");
  EXPECT_GE(check.first->tile, 0);
  EXPECT_GE(check.first->sm, 0);
}

// 100 MiB: three whole pieces and a part of one. Of the walk's four tests.
TEST(PatternCase, IsRightInEveryTestAndNamesADamage) {
  for (std::int64_t test = 0; test < 4; ++test) {
    const Params params{{"bytes", 100 << 20}, {"test", test}, {"seed", 5}};
    CaseRunner plain(RunnerOptions{.libs = {}, .inject = {}});
    const CaseRun right = run_with(plain, *find_case("memory.pattern"), params, 3);
    ASSERT_EQ(right.end.code, "") << right.end.text;
    for (const BlockResult& block : right.blocks) EXPECT_EQ(block.check.wrong, 0) << test;
    CaseRunner damaged(RunnerOptions{.libs = {}, .inject = "bitflip"});
    const CaseRun wrong = run_with(damaged, *find_case("memory.pattern"), params, 1);
    ASSERT_EQ(wrong.blocks.size(), 1u) << wrong.end.text;
    ASSERT_TRUE(wrong.blocks[0].check.first) << test;
    // The middle of the last 4 MiB, an allocation of their own: bit 30 of a float.
    const std::int64_t word = ((std::int64_t{96} << 20) + (2 << 20)) / 8;
    EXPECT_EQ(wrong.blocks[0].check.first->element, word) << test;
    EXPECT_EQ(wrong.blocks[0].check.first->xor_bits, "0000000040000000") << test;
    EXPECT_GE(wrong.blocks[0].check.first->sm, 0) << test;
  }
}

TEST(PatternCase, LeavesTheMemoryAloneForTheSecondsAskedForOnceABlock) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  const auto begin = std::chrono::steady_clock::now();
  const CaseRun run = run_with(runner, *find_case("memory.pattern"),
                               {{"bytes", 64 << 20}, {"test", 3}, {"hold_s", 1}, {"flip", 1}}, 2);
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_EQ(run.blocks.size(), 2u) << run.end.text;
  EXPECT_EQ(run.blocks[1].check.wrong, 0);
  EXPECT_EQ(run.blocks[1].check.launches, 1);
  EXPECT_GE(took, std::chrono::seconds(2));
  EXPECT_LT(took, std::chrono::seconds(4));
}

TEST(ChaseCase, SaysHowFarItCameAndWhereADamageLeftIt) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = "bitflip"});
  const CaseRun run = run_small(runner, *find_case("memory.chase"));
  ASSERT_EQ(run.blocks.size(), 1u) << run.end.text;
  const Check& check = run.blocks[0].check;
  EXPECT_EQ(check.expected, "0000000000010000");
  EXPECT_EQ(check.got, "0000000040010000");  // the upper half of the answer: hops
  EXPECT_GE(check.wrong, 1);
}

TEST(ExerciseCases, FindTheDigestThatTheHostComputes) {
  const std::pair<const char*, Exercise> all[] = {{"exercise.integer", Exercise::integer},
                                                  {"exercise.shuffle", Exercise::shuffle},
                                                  {"exercise.atomic", Exercise::atomic},
                                                  {"exercise.copy", Exercise::copy},
                                                  {"exercise.l2", Exercise::l2}};
  for (const auto& [id, which] : all) {
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
    const CaseRun run = run_with(runner, *find_case(id), {{"seed", 42}}, 1);
    EXPECT_EQ(run.end.code, "") << id << ": " << run.end.text;
    if (run.blocks.size() != 1) continue;
    EXPECT_EQ(run.blocks[0].check.got, hex64(exercise_digest(exercise_words(which, 42)))) << id;
    EXPECT_EQ(run.blocks[0].check.wrong, 0) << id;
  }
}

TEST(ExerciseCases, NameTheBlockAndTheSmOfADamage) {
  for (const char* id : {"exercise.integer", "exercise.special", "exercise.copy"}) {
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = "bitflip"});
    const CaseRun run = run_with(runner, *find_case(id), {}, 1);
    ASSERT_EQ(run.end.code, "") << id << ": " << run.end.text;
    ASSERT_EQ(run.blocks.size(), 1u);
    const Check& check = run.blocks[0].check;
    EXPECT_GT(check.wrong, 0) << id;
    ASSERT_TRUE(check.first) << id;
    EXPECT_GE(check.first->tile, 0) << id;
    EXPECT_GE(check.first->sm, 0) << id;
    EXPECT_EQ(check.first->xor_bits, "0000000040000000") << id;
  }
}

// A load of half of the time, ten times a second, by what the launches took.
TEST(PulseCase, LoadsForItsShareOfThePeriod) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  CaseRequest request;
  request.case_id = "power.pulse";
  request.params = {{"n", 8192}, {"period_ms", 100}};
  request.block_ns = 1'000'000'000;
  std::vector<BlockResult> blocks;
  const CaseEnd end =
      runner.run(request, made_up_reading, [&](const BlockResult& b) { blocks.push_back(b); }, {});
  ASSERT_EQ(end.code, "") << end.text;
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_GT(blocks[0].elapsed_ns, 400'000'000);
  EXPECT_LT(blocks[0].elapsed_ns, 520'000'000);
  EXPECT_EQ(blocks[0].check.launches, blocks[0].value);
}

TEST(PulseCase, RefusesALoadThatHasNoTimeForARound) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  const Params params{{"n", 32768}, {"period_ms", 100}, {"duty_percent", 1}};
  const CaseRun run = run_with(runner, *find_case("power.pulse"), params, 1);
  if (run.end.code == "memory.too_small") GTEST_SKIP() << run.end.text;
  EXPECT_EQ(run.end.code, "params.bad");
  EXPECT_NE(run.end.text.find("has no time"), std::string::npos) << run.end.text;
}

TEST(AttentionCases, RefuseHeadsThatDoNotShareEvenly) {
  for (const char* id :
       {"attention.bf16.own", "attention.bf16.cudnn", "attention.bf16.own.exact",
        "attention.bf16.cudnn.exact", "attention.bf16.bwd.own", "attention.bf16.bwd.cudnn",
        "attention.bf16.bwd.own.exact", "attention.bf16.bwd.cudnn.exact"}) {
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
    Params params = small_params(*find_case(id));
    params["kv_heads"] = 3;
    const CaseRun run = run_with(runner, *find_case(id), params, 1);
    if (run.end.code == "library.missing") continue;
    EXPECT_EQ(run.end.code, "params.bad") << id << ": " << run.end.text;
  }
}

TEST(VendorCases, RefuseShapesThatTheLibraryRulesOut) {
  for (const char* id : {"gemm.fp8.cublaslt", "gemm.int8.cublaslt.exact"}) {
    CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
    const CaseRun run = run_with(runner, *find_case(id), {{"m", 64}, {"n", 64}, {"k", 63}}, 1);
    if (run.end.code == "library.missing") continue;
    EXPECT_EQ(run.end.code, "params.bad") << id;
    EXPECT_NE(run.end.text.find("product of 64 x 64 x 63; n must be a multiple of"),
              std::string::npos)
        << run.end.text;
  }
}

TEST(CaseRunnerOnGpu, ABlockWithoutAReadingIsDiscarded) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  CaseRequest request;
  request.case_id = "clock.light";
  request.block_ns = 5'000'000;
  std::vector<BlockResult> blocks;
  const CaseEnd end = runner.run(
      request, [] { return DeviceReading{}; }, [&](const BlockResult& b) { blocks.push_back(b); },
      {});
  ASSERT_EQ(end.code, "") << end.text;
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].discard, "no_clock_reading");
}

TEST(CaseRunnerOnGpu, RefusesWhatDoesNotFit) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  CaseRequest request;
  request.case_id = "memory.triad";
  request.params = {{"bytes", std::int64_t{1} << 40}};
  request.block_ns = 5'000'000;
  const CaseEnd end = runner.run(request, made_up_reading, [](const BlockResult&) {}, {});
  EXPECT_EQ(end.code, "memory.too_small") << end.text;
  EXPECT_FALSE(end.worker_lost);
  // And goes on to what does.
  EXPECT_EQ(run_small(runner, *find_case("memory.triad")).end.code, "");
}

TEST(CaseRunnerOnGpu, StopsBetweenBlocks) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  CaseRequest request;
  request.case_id = "clock.light";
  request.blocks = 1000;
  request.block_ns = 5'000'000;
  int emitted = 0;
  const CaseEnd end = runner.run(
      request, made_up_reading, [&](const BlockResult&) { ++emitted; },
      [&] { return emitted >= 2; });
  EXPECT_EQ(end.code, "interrupted");
  EXPECT_LE(emitted, 3);
}

}  // namespace
}  // namespace ga
