// The GPUs of one process that work together: each may read and write the memory of the others.
#pragma once

#include <span>
#include <vector>

#include "reports/model/result.h"

namespace ga {

inline constexpr int kTeamMost = 8;

class Team {
 public:
  Team() = default;  // no GPU

  // Rank i is the GPU ordinals[i]; 1 to 8 of them. Makes every pair accessible to each other, also
  // for memory of cudaMalloc and for cudaMemcpyPeerAsync. `environment`, naming the pair, where one
  // GPU cannot reach another. A GPU may stand for several ranks, for tests on one GPU.
  static Result<Team> make(std::span<const int> ordinals);

  std::span<const int> ordinals() const { return ordinals_; }
  int size() const { return static_cast<int>(ordinals_.size()); }
  // Each GPU once, in the order of ranks.
  std::vector<int> devices() const;

 private:
  std::vector<int> ordinals_;
};

}  // namespace ga
