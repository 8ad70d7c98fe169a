#include "benches/nccl_tests/rank_threads.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

namespace ga {
namespace {

TEST(RankThreads, MeetAgainAndAgain) {
  std::atomic<int> arrived = 0;
  std::atomic<bool> early = false;
  const Status all = on_all_ranks(4, [&](int, Meeting& meeting) -> Status {
    for (int round = 1; round <= 200; ++round) {
      ++arrived;
      GA_CHECK(meeting.arrive());
      if (arrived < 4 * round) early = true;
      GA_CHECK(meeting.arrive());
    }
    return Ok{};
  });
  EXPECT_TRUE(all);
  EXPECT_FALSE(early);
  EXPECT_EQ(arrived, 800);
}

TEST(RankThreads, OneThatFailsSendsAllHome) {
  std::array<bool, 4> gone_on{};
  const Status all = on_all_ranks(4, [&](int rank, Meeting& meeting) -> Status {
    if (rank == 2) return Error(ErrorCode::device, "no answer");
    GA_CHECK(meeting.arrive());
    gone_on[static_cast<std::size_t>(rank)] = true;
    return Ok{};
  });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().what(), "rank 2: no answer");
  EXPECT_EQ(all.error().code(), ErrorCode::device);
  EXPECT_EQ(gone_on, (std::array<bool, 4>{}));
}

TEST(RankThreads, OneThatWaitsOtherwiseCanSeeIt) {
  const Status all = on_all_ranks(2, [&](int rank, Meeting& meeting) -> Status {
    if (rank == 0) return Error(ErrorCode::timeout, "first");
    while (!meeting.failed()) std::this_thread::yield();
    return Error(ErrorCode::device, "second");
  });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().what(), "rank 0: first");
}

}  // namespace
}  // namespace ga
