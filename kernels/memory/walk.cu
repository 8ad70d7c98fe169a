// The walk: arguments and launches. The bodies, and what bounds them: walk_kernels.cuh.
#include <algorithm>

#include "kernels/memory/walk.h"
#include "kernels/memory/walk_kernels.cuh"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// Two blocks of 512 threads with four 16-byte loads each are 64 KB under way on an SM, where
// 25 KB cover the latency (memory.cu): untuned, no sweep has been run. All blocks are resident, so
// that none begins when others have ended.
constexpr int kThreads = 512;
constexpr int kUnroll = 4;
constexpr std::size_t kBlocksPerSm = 2;
constexpr int kMergeThreads = 256;
static_assert(kWalkTile == kUnroll * kThreads);

Status require(const Walk& args) {
  const auto bad = [](const char* what) { return Error(ErrorCode::usage, what); };
  if (args.region.pieces == nullptr || args.region.vectors == 0) {
    return bad("walk: there is nothing to walk over");
  }
  if (args.region.piece_shift >= 64 ||
      (std::size_t{1} << args.region.piece_shift) % kWalkTile != 0) {
    return bad("walk: a piece is not a multiple of a tile");
  }
  if (args.pass.action == WalkAction::write) return Ok{};
  if (args.blocks == nullptr || args.report == nullptr) return bad("walk: a report is null");
  const bool striped =
      args.pass.expected.kind == WalkKind::striped && args.pass.written.kind == WalkKind::striped;
  if (args.pass.action == WalkAction::rewrite && !striped) {
    return bad("walk: only striped patterns are rewritten in place");
  }
  return Ok{};
}

template <WalkKind kKind>
void launch(const Walk& args, unsigned blocks, cudaStream_t stream) {
  const WalkPass& pass = args.pass;
  switch (pass.action) {
    case WalkAction::write:
      walk_write_kernel<kThreads, kUnroll, kKind>
          <<<blocks, kThreads, 0, stream>>>(args.region, pass.order, pass.written);
      return;
    case WalkAction::check:
      walk_check_kernel<kThreads, kUnroll, kKind>
          <<<blocks, kThreads, 0, stream>>>(args.region, pass.order, pass.expected, args.blocks);
      return;
    case WalkAction::rewrite:
      if constexpr (kKind == WalkKind::striped) {
        walk_rewrite_kernel<kThreads, kUnroll, kKind><<<blocks, kThreads, 0, stream>>>(
            args.region, pass.order, pass.expected, pass.written, args.blocks);
      }
      return;
  }
}

void launch(const Walk& args, WalkKind kind, unsigned blocks, cudaStream_t stream) {
  switch (kind) {
    case WalkKind::address:
      return launch<WalkKind::address>(args, blocks, stream);
    case WalkKind::striped:
      return launch<WalkKind::striped>(args, blocks, stream);
    case WalkKind::random:
      return launch<WalkKind::random>(args, blocks, stream);
  }
}

}  // namespace

Status walk(const Walk& args, cudaStream_t stream) {
  GA_CHECK(require(args));
  GA_TRY(const DeviceShape shape, current_shape());
  const std::size_t tiles = (args.region.vectors + kWalkTile - 1) / kWalkTile;
  const std::size_t resident = static_cast<std::size_t>(shape.sm_count) * kBlocksPerSm;
  const auto blocks = static_cast<unsigned>(std::min({tiles, resident, kWalkBlocks}));
  const bool writes = args.pass.action == WalkAction::write;
  launch(args, writes ? args.pass.written.kind : args.pass.expected.kind, blocks, stream);
  GA_CUDA(cudaGetLastError());
  if (writes) return Ok{};
  walk_merge_kernel<kMergeThreads>
      <<<1, kMergeThreads, 0, stream>>>(args.blocks, blocks, args.number, args.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
