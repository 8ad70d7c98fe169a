// Each --inject-unsafe kind is seen on a real GPU: by the check, by the rate, or by the worker's
// end.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>

#include "benches/cases/gpu_run.h"

namespace ga {
namespace {

class EveryDamage : public testing::TestWithParam<const char*> {};

TEST_P(EveryDamage, IsSeenByEveryCase) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = GetParam()});
  for (const CaseInfo& info : all_cases()) {
    const CaseRun run = run_small(runner, info, 2);
    if (run.end.code == "library.missing" && needs_library(info)) continue;
    ASSERT_EQ(run.end.code, "") << info.id << ": " << run.end.text;
    for (const BlockResult& block : run.blocks) {
      EXPECT_GT(block.check.wrong, 0) << info.id << " block " << block.block;
      EXPECT_TRUE(block.check.first) << info.id << " block " << block.block;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Injections, EveryDamage,
                         testing::Values("bitflip", "zero-tile", "nan", "wrong-everywhere"),
                         [](const testing::TestParamInfo<const char*>& injection) {
                           std::string name(injection.param);
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

TEST(SlowInjection, TakesAFifthOfTheRateAndLeavesTheDataRight) {
  const CaseInfo& copy = *find_case("memory.copy");
  CaseRunner plain(RunnerOptions{.libs = {}, .inject = {}});
  CaseRunner slowed(RunnerOptions{.libs = {}, .inject = "slow"});
  // Large enough that the launch of the waiting kernel itself does not count.
  const Params params{{"bytes", std::int64_t{1} << 30}};
  const CaseRun fast = run_with(plain, copy, params, 5);
  const CaseRun slow = run_with(slowed, copy, params, 5);
  ASSERT_EQ(fast.blocks.size(), 5u) << fast.end.text;
  ASSERT_EQ(slow.blocks.size(), 5u) << slow.end.text;
  const double ratio =
      static_cast<double>(slow.blocks[4].value) / static_cast<double>(fast.blocks[4].value);
  EXPECT_GT(ratio, 0.70);
  EXPECT_LT(ratio, 0.88);
  EXPECT_EQ(slow.blocks[4].check.wrong, 0);
}

// In a process of its own: the fault is for life. Leaves without destructors, which would wait.
[[noreturn]] void leave_with_end(const char* inject, const std::function<bool()>& stop) {
  auto* runner =
      new CaseRunner(RunnerOptions{.libs = {}, .inject = inject});  // NOLINT: never destroyed
  CaseRequest request;
  request.case_id = "memory.copy";
  request.params = {{"bytes", 64 << 20}};
  request.block_ns = 20'000'000;
  const CaseEnd end = runner->run(
      request, made_up_reading, [](const BlockResult&) {}, stop);
  std::_Exit(end.code == "device.fault" && end.worker_lost ? 7 : 1);
}

TEST(CrashInjection, LosesTheWorker) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(leave_with_end("crash", {}), testing::ExitedWithCode(7), "");
}

TEST(HangInjection, NeverEndsUntilItIsStopped) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto begin = std::chrono::steady_clock::now();
  const auto second_passed = [begin] {
    return std::chrono::steady_clock::now() - begin > std::chrono::seconds(1);
  };
  EXPECT_EXIT(leave_with_end("hang", second_passed), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace ga
