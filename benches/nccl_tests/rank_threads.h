// A host thread for each rank, and where they meet. One that fails sends all home.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "reports/model/result.h"

namespace ga {

class Meeting {
 public:
  explicit Meeting(int ranks) : ranks_(ranks) {}

  // Waits until all have arrived; an error once one has failed.
  Status arrive();

  void fail(Error error);  // the first to fail is told
  bool failed();
  Status outcome();  // of all, once the threads have ended

 private:
  const int ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int round_ = 0;
  std::optional<Error> failure_;
};

// Runs `each` on every rank, in a thread of its own, and gives the first failure.
Status on_all_ranks(int ranks, const std::function<Status(int rank, Meeting& meeting)>& each);

}  // namespace ga
