// Exercisers: kernels that keep every SM busy with what products hardly touch, and whose answers
// the host works out. kernels/data/exercise.h has the answers, docs/coverage.md the units.
//
// integer shuffle atomic   words of instructions' results, the same for every block
// special                  the same, of approximations: held to the documented error at set-up
// copy                     words that asynchronous copies and TMA have moved
// l2                       words of an array that stays in the L2
// The grid fills every SM as far as the kernel's registers allow; each block notes its SM.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/data/exercise.h"
#include "kernels/exercise/exercise_report.h"
#include "reports/model/result.h"

namespace ga {

// How it is launched on the current device. Of both kernels' blocks as many as run at once.
// `blocks` counts all, those of the second kernel of exercise.copy (`tma_blocks`, none before
// compute capability 9.0) at the end.
struct ExercisePlan {
  Exercise which = Exercise::integer;
  int sm_count = 0;
  int blocks = 0;
  int tma_blocks = 0;
  // SMs that `tma_blocks` cannot but reach. Fewer than sm_count where clusters do not fill the GPU.
  int tma_sms = 0;
  int repeats = 1;
  std::size_t words = 0;       // of the output
  std::size_t work_bytes = 0;  // beside it; 0: none
};
Result<ExercisePlan> exercise_plan(Exercise which);

// What the plan asks for on a GPU of that L2: the most that any part asks for.
std::size_t exercise_most_bytes(Exercise which, std::size_t l2_bytes);

struct ExerciseRun {
  ExercisePlan plan{};
  std::uint64_t seed = 0;
  const std::uint64_t* inputs = nullptr;    // exercise_inputs(), where there are any
  const std::uint64_t* expected = nullptr;  // of one block; null while it is not known
  std::uint64_t* out = nullptr;             // plan.words
  std::uint32_t* smid = nullptr;            // plan.blocks
  void* work = nullptr;                     // plan.work_bytes
  // Of exercise.special, if not null: receives the results of one block.
  std::uint32_t* raw = nullptr;  // kExerciseRounds * kExerciseThreads * kSpecialFunctions
  unsigned raw_block = 0;
};
Status exercise(const ExerciseRun& run, cudaStream_t stream);
// The report is reset first, and complete when the stream has run. `expected` must be known, but
// for exercise.l2.
Status check_exercise(const ExerciseRun& run, ExerciseReport* report, cudaStream_t stream);

}  // namespace ga
