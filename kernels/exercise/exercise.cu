// Plans and launches of the exercisers.
#include "kernels/check/grid.h"
#include "kernels/exercise/exercise.h"
#include "kernels/exercise/exercise_atomic.cuh"
#include "kernels/exercise/exercise_check.cuh"
#include "kernels/exercise/exercise_compute.cuh"
#include "kernels/exercise/exercise_copy.cuh"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"
#include "kernels/runtime/tensor_map.h"

namespace ga {
namespace {

// Aimed at a few milliseconds a launch; untuned.
constexpr int kComputeRepeats = 16;
constexpr int kSpecialRepeats = 128;
constexpr int kAtomicRepeats = 2;
constexpr int kCopyRepeats = 8;
// Of the L2: the rest is left to everything else that passes through it.
constexpr std::size_t kL2Percent = 60;
constexpr std::size_t kL2TileBytes = std::size_t{kExerciseThreads} * sizeof(ptx::Vector);
// The most of any part: 2048 threads of an SM.
constexpr std::size_t kMostBlocksPerSm = 2048 / kExerciseThreads;
constexpr std::size_t kMostSms = 32 * kExerciseSmWords;
constexpr int kHopper = 90;

constexpr std::size_t kBackBytes = 2 * std::size_t{kCopyQuarterBytes};  // of a block
constexpr std::size_t kRingBytes = kAtomicRing * sizeof(std::uint64_t);

std::size_t l2_tiles(std::size_t l2_bytes) { return l2_bytes / 100 * kL2Percent / kL2TileBytes; }

template <class Kernel>
Result<int> blocks_that_fit(Kernel kernel, std::size_t shared_bytes, int sm_count) {
  int per_sm = 0;
  GA_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, kernel, kExerciseThreads,
                                                        shared_bytes));
  if (per_sm < 1) return Error(ErrorCode::environment, "exercise: no block fits on an SM");
  return per_sm * sm_count;
}

Result<int> blocks_of(Exercise which, int sm_count) {
  switch (which) {
    case Exercise::special:
      return blocks_that_fit(exercise_special_kernel, 0, sm_count);
    case Exercise::shuffle:
      return blocks_that_fit(exercise_shuffle_kernel, 0, sm_count);
    case Exercise::atomic:
      return blocks_that_fit(exercise_atomic_kernel, 0, sm_count);
    case Exercise::integer:
      return blocks_that_fit(exercise_integer_kernel, 0, sm_count);
    case Exercise::copy:
      return blocks_that_fit(exercise_copy_kernel, kCopySharedBytes, sm_count);
    case Exercise::l2:
      break;
  }
  return blocks_that_fit(exercise_l2_kernel, 0, sm_count);
}

int repeats_of(Exercise which) {
  if (which == Exercise::special) return kSpecialRepeats;
  if (which == Exercise::atomic) return kAtomicRepeats;
  if (which == Exercise::copy) return kCopyRepeats;
  return which == Exercise::l2 ? 1 : kComputeRepeats;
}

std::size_t work_bytes_of(Exercise which, std::size_t blocks) {
  if (which == Exercise::atomic) return kRingBytes + blocks * sizeof(AtomicWords);
  return which == Exercise::copy ? blocks * kBackBytes : 0;
}

cudaLaunchConfig_t tma_config(int blocks, cudaStream_t stream, cudaLaunchAttribute& cluster) {
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim = {kCopyCluster, 1, 1};
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(kExerciseThreads);
  config.dynamicSmemBytes = kCopyTmaSharedBytes;
  config.stream = stream;
  config.attrs = &cluster;
  config.numAttrs = 1;
  return config;
}

// Clusters lie within a GPC, and may leave an SM without a partner idle: what the grid reaches at
// least is what is asked of it.
Status plan_tma(ExercisePlan& plan) {
  int clusters = 0;
  cudaLaunchAttribute cluster{};
  const cudaLaunchConfig_t config = tma_config(kCopyCluster, nullptr, cluster);
  GA_CUDA(cudaOccupancyMaxActiveClusters(&clusters, exercise_copy_tma_kernel, &config));
  if (clusters < 1) return Error(ErrorCode::environment, "exercise: no cluster fits on this GPU");
  GA_TRY(const int filled, blocks_that_fit(exercise_copy_tma_kernel, kCopyTmaSharedBytes, 1));
  plan.tma_blocks = clusters * kCopyCluster;
  plan.tma_sms = least_sms(plan.tma_blocks, filled, plan.sm_count);
  plan.blocks += plan.tma_blocks;
  return Ok{};
}

ExerciseParams params_of(const ExerciseRun& run, int first_block) {
  const auto block = static_cast<std::size_t>(first_block);
  return {.key = exercise_key(run.seed, run.plan.which),
          .expected = run.expected,
          .out = run.out + block * kExerciseThreads,
          .smid = run.smid + block,
          .repeats = run.plan.repeats};
}

std::uint64_t* ring_of(const ExerciseRun& run) { return static_cast<std::uint64_t*>(run.work); }

Status run_atomic(const ExerciseRun& run, cudaStream_t stream) {
  GA_CUDA(cudaMemsetAsync(run.work, 0, kRingBytes, stream));
  const AtomicParams atomic{
      .words = reinterpret_cast<AtomicWords*>(static_cast<char*>(run.work) + kRingBytes),
      .ring = ring_of(run)};
  exercise_atomic_kernel<<<static_cast<unsigned>(run.plan.blocks), kExerciseThreads, 0, stream>>>(
      params_of(run, 0), atomic);
  return Ok{};
}

// Rows of 128 bytes at both ends.
Result<TensorMap> copy_map(const void* data, std::size_t bytes) {
  return encode_tensor_map({.data = data,
                            .element = ElementType::int32,
                            .cols = kBoxRowBytes / 4,
                            .rows = bytes / kBoxRowBytes,
                            .pitch_bytes = kBoxRowBytes,
                            .box_cols = kBoxRowBytes / 4,
                            .box_rows = kCopyBoxRows});
}

Status run_copy_tma(const ExerciseRun& run, int first_block, cudaStream_t stream) {
  const auto tma_blocks = static_cast<std::size_t>(run.plan.tma_blocks);
  auto* const back =
      static_cast<unsigned char*>(run.work) + static_cast<std::size_t>(first_block) * kBackBytes;
  CopyTmaParams copy{};
  GA_TRY(copy.source, copy_map(run.inputs, kCopySourceWords * 8));
  GA_TRY(copy.back, copy_map(back, tma_blocks * kBackBytes));
  copy.source_bytes = reinterpret_cast<const unsigned char*>(run.inputs);
  copy.back_bytes = back;
  cudaLaunchAttribute cluster{};
  const cudaLaunchConfig_t config = tma_config(run.plan.tma_blocks, stream, cluster);
  GA_CUDA(cudaLaunchKernelEx(&config, exercise_copy_tma_kernel, params_of(run, first_block), copy));
  return Ok{};
}

Status run_copy(const ExerciseRun& run, cudaStream_t stream) {
  const int blocks = run.plan.blocks - run.plan.tma_blocks;
  exercise_copy_kernel<<<static_cast<unsigned>(blocks), kExerciseThreads, kCopySharedBytes,
                         stream>>>(
      params_of(run, 0),
      CopyParams{.source = run.inputs, .back = static_cast<std::uint64_t*>(run.work)});
  return run.plan.tma_blocks > 0 ? run_copy_tma(run, blocks, stream) : Status(Ok{});
}

void run_l2(const ExerciseRun& run, cudaStream_t stream) {
  for (int pass = kL2Fill; pass < kL2Passes; ++pass) {
    const L2Params l2{.data = reinterpret_cast<ptx::Vector*>(run.out),
                      .tiles = run.plan.words * 8 / kL2TileBytes,
                      .key = exercise_key(run.seed, Exercise::l2),
                      .smid = run.smid,
                      .pass = pass};
    exercise_l2_kernel<<<static_cast<unsigned>(run.plan.blocks), kExerciseThreads, 0, stream>>>(l2);
  }
}

template <class Source>
Status check(const Source& source, ExerciseReport* report, cudaStream_t stream) {
  GA_TRY(const unsigned blocks,
         check_blocks(source.row_words() + source.blocks * kExerciseThreads));
  exercise_reset_kernel<<<1, 1, 0, stream>>>(report);
  exercise_compare_kernel<<<blocks, kExerciseThreads, 0, stream>>>(source, report);
  exercise_settle_kernel<<<1, kExerciseThreads, 0, stream>>>(source, report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status check_run(const ExerciseRun& run) {
  const ExercisePlan& plan = run.plan;
  GA_CHECK(check_pointer("exercise: out", run.out, 16));
  GA_CHECK(check_pointer("exercise: smid", run.smid, 4));
  if (plan.work_bytes > 0) GA_CHECK(check_pointer("exercise: work", run.work, 16));
  const bool needs_inputs = plan.which == Exercise::special || plan.which == Exercise::copy;
  if (needs_inputs) GA_CHECK(check_pointer("exercise: inputs", run.inputs, 16));
  if (plan.blocks < 1 || plan.repeats < 1) return Error(ErrorCode::usage, "exercise: no plan");
  return Ok{};
}

}  // namespace

Result<ExercisePlan> exercise_plan(Exercise which) {
  GA_TRY(const DeviceShape shape, current_shape());
  ExercisePlan plan{.which = which, .sm_count = shape.sm_count};
  GA_TRY(plan.blocks, blocks_of(which, shape.sm_count));
  if (which == Exercise::copy && shape.arch >= kHopper) {
    GA_CHECK(plan_tma(plan));
  }
  plan.repeats = repeats_of(which);
  const auto blocks = static_cast<std::size_t>(plan.blocks);
  plan.words = which == Exercise::l2 ? l2_tiles(shape.l2_bytes) * (kL2TileBytes / 8)
                                     : blocks * kExerciseThreads;
  plan.work_bytes = work_bytes_of(which, blocks);
  if (plan.words < kL2DigestWords && which == Exercise::l2) {
    return Error(ErrorCode::environment, "exercise: the L2 is too small");
  }
  return plan;
}

std::size_t exercise_most_bytes(Exercise which, std::size_t l2_bytes) {
  const std::size_t blocks = 2 * kMostBlocksPerSm * kMostSms;  // of both kernels of exercise.copy
  const std::size_t words =
      which == Exercise::l2 ? l2_bytes / 8 : blocks * std::size_t{kExerciseThreads};
  return words * 8 + blocks * sizeof(std::uint32_t) + kCopySourceWords * 8 +
         work_bytes_of(which, blocks);
}

Status exercise(const ExerciseRun& run, cudaStream_t stream) {
  GA_CHECK(check_run(run));
  const auto blocks = static_cast<unsigned>(run.plan.blocks);
  switch (run.plan.which) {
    case Exercise::integer:
      exercise_integer_kernel<<<blocks, kExerciseThreads, 0, stream>>>(params_of(run, 0));
      break;
    case Exercise::shuffle:
      exercise_shuffle_kernel<<<blocks, kExerciseThreads, 0, stream>>>(params_of(run, 0));
      break;
    case Exercise::special:
      exercise_special_kernel<<<blocks, kExerciseThreads, 0, stream>>>(
          params_of(run, 0), SpecialParams{.inputs = reinterpret_cast<const float*>(run.inputs),
                                           .raw = run.raw,
                                           .raw_block = run.raw_block});
      break;
    case Exercise::atomic:
      GA_CHECK(run_atomic(run, stream));
      break;
    case Exercise::copy:
      GA_CHECK(run_copy(run, stream));
      break;
    case Exercise::l2:
      run_l2(run, stream);
      break;
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status check_exercise(const ExerciseRun& run, ExerciseReport* report, cudaStream_t stream) {
  GA_CHECK(check_run(run));
  GA_CHECK(check_pointer("check_exercise: report", report, 8));
  const ExercisePlan& plan = run.plan;
  const auto blocks = static_cast<std::size_t>(plan.blocks);
  if (plan.which == Exercise::l2) {
    constexpr L2Map kAll = l2_all_passes();
    return check(L2Source{.data = run.out,
                          .words = plan.words,
                          .key = exercise_key(run.seed, plan.which),
                          .all = kAll,
                          .smid = run.smid,
                          .blocks = blocks},
                 report, stream);
  }
  GA_CHECK(check_pointer("check_exercise: expected", run.expected, 8));
  BlockSource source{.out = run.out,
                     .wanted = run.expected,
                     .words = plan.words,
                     .smid = run.smid,
                     .blocks = blocks,
                     .second = static_cast<std::size_t>(plan.tma_blocks)};
  if (plan.which == Exercise::atomic) {
    GA_CHECK(check_pointer("check_exercise: inputs", run.inputs, 8));
    source.ring = ring_of(run);
    source.ring_wanted = run.inputs;
    source.ring_times =
        static_cast<std::uint64_t>(plan.blocks) * static_cast<std::uint64_t>(plan.repeats);
    source.ring_words = kAtomicRing;
  }
  return check(source, report, stream);
}

}  // namespace ga
