// Streaming kernels: arguments, policies and launches. The bodies, and what bounds them:
// memory_kernels.cuh.
#include "kernels/memory/memory.h"
#include "kernels/memory/memory_kernels.cuh"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// Bandwidth times latency is the number of bytes that must be in flight: 4.8 TB/s times about
// 0.7 us is 3.4 MB, 25 KB an SM. Full occupancy with one vector a thread holds 32 KB; unrolling
// gives four times that, so that the tail of a wave still has enough.
constexpr int kThreads = 512;
constexpr int kUnroll = 4;

struct Policy {
  int arch;           // this architecture and newer ones
  int blocks_per_sm;  // as many as are resident, so that no wave is left half full
};
// Untuned: chosen by the reasoning above, no sweep has been run.
constexpr Policy kPolicies[] = {{90, 4}, {80, 4}, {0, 2}};

struct Grid {
  unsigned blocks;
};

// As many blocks as there is work for, at most what the policy keeps resident.
Result<Grid> grid_for(std::size_t count, int unroll) {
  GA_TRY(const DeviceShape shape, current_shape());
  int per_sm = 1;
  for (const Policy& policy : kPolicies) {
    if (shape.arch >= policy.arch) {
      per_sm = policy.blocks_per_sm;
      break;
    }
  }
  const std::size_t tile = static_cast<std::size_t>(unroll) * kThreads;
  const std::size_t tiles = (count + tile - 1) / tile;
  const std::size_t most = static_cast<std::size_t>(shape.sm_count) * per_sm;
  return Grid{static_cast<unsigned>(tiles < most ? tiles : most)};
}

Status require_size(const char* what, std::size_t bytes) {
  if (bytes == 0 || bytes % sizeof(Vector) != 0) {
    return Error(ErrorCode::usage, std::string(what) + ": " + std::to_string(bytes) +
                                       " bytes is not a positive multiple of 16");
  }
  return Ok{};
}

Status require_pointer(const char* what, const void* pointer, std::size_t alignment) {
  if (pointer == nullptr || reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
    return Error(ErrorCode::usage, std::string(what) + ": a pointer is null or not aligned to " +
                                       std::to_string(alignment) + " bytes");
  }
  return Ok{};
}

Status require_array(const char* what, const void* pointer) {
  return require_pointer(what, pointer, sizeof(Vector));
}

Status require_copy(const char* what, const MemoryCopy& args) {
  GA_CHECK(require_size(what, args.bytes));
  GA_CHECK(require_array(what, args.to));
  return require_array(what, args.from);
}

}  // namespace

Status memory_write(const MemoryWrite& args, cudaStream_t stream) {
  GA_CHECK(require_size("memory_write", args.bytes));
  GA_CHECK(require_array("memory_write", args.data));
  const std::size_t count = args.bytes / sizeof(Vector);
  GA_TRY(const Grid grid, grid_for(count, kUnroll));
  auto* const to = static_cast<Vector*>(args.data);
  if (args.kind == PatternKind::words) {
    memory_write_kernel<kThreads, kUnroll, PatternKind::words>
        <<<grid.blocks, kThreads, 0, stream>>>(to, count, args.key);
  } else {
    memory_write_kernel<kThreads, kUnroll, PatternKind::floats>
        <<<grid.blocks, kThreads, 0, stream>>>(to, count, args.key);
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status memory_read(const MemoryRead& args, cudaStream_t stream) {
  GA_CHECK(require_size("memory_read", args.bytes));
  GA_CHECK(require_array("memory_read", args.data));
  GA_CHECK(require_pointer("memory_read: sum", args.sum, sizeof(std::uint64_t)));
  const std::size_t count = args.bytes / sizeof(Vector);
  GA_TRY(const Grid grid, grid_for(count, kReadUnroll));
  memory_read_kernel<kThreads><<<grid.blocks, kThreads, 0, stream>>>(
      static_cast<const Vector*>(args.data), count, args.sum);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status memory_read_expected(const MemoryReadExpected& args, cudaStream_t stream) {
  GA_CHECK(require_size("memory_read_expected", args.bytes));
  GA_CHECK(require_pointer("memory_read_expected: sum", args.sum, sizeof(std::uint64_t)));
  const std::size_t count = args.bytes / sizeof(Vector);
  GA_TRY(const Grid grid, grid_for(count, kReadUnroll));
  if (args.kind == PatternKind::words) {
    memory_read_expected_kernel<kThreads, PatternKind::words>
        <<<grid.blocks, kThreads, 0, stream>>>(count, args.key, args.sum);
  } else {
    memory_read_expected_kernel<kThreads, PatternKind::floats>
        <<<grid.blocks, kThreads, 0, stream>>>(count, args.key, args.sum);
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status memory_copy(const MemoryCopy& args, cudaStream_t stream) {
  GA_CHECK(require_copy("memory_copy", args));
  const std::size_t count = args.bytes / sizeof(Vector);
  GA_TRY(const Grid grid, grid_for(count, kUnroll));
  memory_copy_kernel<kThreads, kUnroll><<<grid.blocks, kThreads, 0, stream>>>(
      static_cast<Vector*>(args.to), static_cast<const Vector*>(args.from), count);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status memory_d2d(const MemoryCopy& args, cudaStream_t stream) {
  GA_CHECK(require_copy("memory_d2d", args));
  GA_CUDA(cudaMemcpyAsync(args.to, args.from, args.bytes, cudaMemcpyDeviceToDevice, stream));
  return Ok{};
}

Status memory_triad(const MemoryTriad& args, cudaStream_t stream) {
  GA_CHECK(require_size("memory_triad", args.bytes));
  GA_CHECK(require_array("memory_triad", args.a));
  GA_CHECK(require_array("memory_triad", args.b));
  GA_CHECK(require_array("memory_triad", args.c));
  const std::size_t count = args.bytes / sizeof(Vector);
  GA_TRY(const Grid grid, grid_for(count, kUnroll));
  memory_triad_kernel<kThreads, kUnroll><<<grid.blocks, kThreads, 0, stream>>>(
      reinterpret_cast<Vector*>(args.a), reinterpret_cast<const Vector*>(args.b),
      reinterpret_cast<const Vector*>(args.c), args.s, count);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
