// One pass of the walk over nearly all memory: kernels/data/pattern_walk.h says what is written and
// expected, docs/kernels.md what each test finds.
//
// The launcher enqueues on the stream; it neither allocates, synchronises, times nor prints.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "kernels/data/pattern_walk.h"
#include "kernels/memory/walk_args.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr std::size_t kWalkBlocks = 2048;  // of a launch, at most

struct Walk {
  WalkRegion region = {};
  WalkPass pass = {};
  std::uint32_t number = 0;      // of the pass, for the report
  WalkReport* blocks = nullptr;  // on the device: kWalkBlocks to work with; any content
  WalkReport* report = nullptr;  // on the device: what a check finds is added
};
Status walk(const Walk& args, cudaStream_t stream);

// A tile, the vectors that a block takes at once, lies in one piece: 2^piece_shift vectors are a
// multiple of this many.
inline constexpr std::size_t kWalkTile = 2048;

}  // namespace ga
