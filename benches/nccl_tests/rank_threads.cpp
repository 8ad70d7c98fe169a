#include "benches/nccl_tests/rank_threads.h"

#include <fmt/format.h>

#include <thread>
#include <vector>

namespace ga {

Status Meeting::arrive() {
  std::unique_lock lock(mutex_);
  const int round = round_;
  if (++waiting_ == ranks_) {
    waiting_ = 0;
    ++round_;
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return round_ != round || failure_.has_value(); });
  if (failure_) return *failure_;
  return Ok{};
}

void Meeting::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
  changed_.notify_all();
}

bool Meeting::failed() {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

Status Meeting::outcome() {
  const std::lock_guard lock(mutex_);
  if (failure_) return *failure_;
  return Ok{};
}

Status on_all_ranks(int ranks, const std::function<Status(int rank, Meeting& meeting)>& each) {
  Meeting meeting(ranks);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      Status done = each(rank, meeting);
      if (!done) meeting.fail(Error(done.error()).with(fmt::format("rank {}", rank)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return meeting.outcome();
}

}  // namespace ga
