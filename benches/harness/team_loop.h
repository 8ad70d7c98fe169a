// TeamLoop: times one bench on every GPU of a team at once. A thread and a timing loop for each
// rank; the ranks meet in the kernels that they launch, and run the same groups in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "benches/harness/loop.h"
#include "kernels/runtime/team.h"

namespace ga {

// Runs `work` for each rank on a thread of its own with its GPU current, and waits for all of them.
// The error of the lowest rank that has one, with the rank before it.
Status each_rank(const Team& team, const std::function<Status(int rank)>& work);

class TeamLoop {
 public:
  static Result<std::unique_ptr<TeamLoop>> make(const Team& team, const Injection& injection);

  // By rank; all have the same number of sets.
  using Benches = std::span<const std::unique_ptr<Bench>>;

  // As TimingLoop's, with one answer for all ranks: that of the slowest. What a rank finds wrong is
  // added up in `found`, one check a rank.
  Result<GroupTime> calibrate(Benches benches, std::int64_t block_ns, const Stop& stop,
                              std::span<Check> found);
  Result<BlockTiming> block(Benches benches, const BlockOrder& order, std::span<Check> found);

  cudaStream_t stream(int rank) const { return loops_[static_cast<std::size_t>(rank)]->stream(); }
  const Team& team() const { return team_; }

 private:
  explicit TeamLoop(Team team) : team_(std::move(team)) {}

  Team team_;
  std::vector<std::unique_ptr<TimingLoop>> loops_;
};

}  // namespace ga
