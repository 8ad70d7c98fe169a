// The pointer chase: arguments and launches. The bodies: chase_kernels.cuh.
#include <algorithm>
#include <string>

#include "kernels/memory/chase.h"
#include "kernels/memory/chase_kernels.cuh"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr int kFillThreads = 256;
constexpr std::size_t kFillBlocksPerSm = 8;  // full occupancy: the stores wait for whole lines
constexpr int kUnroll = 8;
constexpr std::size_t kMostLines = std::size_t{1} << 31;

Status require(const char* what, const void* data, std::size_t bytes) {
  if (data == nullptr || reinterpret_cast<std::uintptr_t>(data) % kChaseLineBytes != 0) {
    return Error(ErrorCode::usage, std::string(what) + ": the array is null or not aligned to " +
                                       std::to_string(kChaseLineBytes) + " bytes");
  }
  if (bytes == 0 || bytes % kChaseLineBytes != 0 || bytes / kChaseLineBytes > kMostLines) {
    return Error(ErrorCode::usage, std::string(what) + ": " + std::to_string(bytes) +
                                       " bytes are no lines of " + std::to_string(kChaseLineBytes));
  }
  return Ok{};
}

}  // namespace

Status chase_fill(const ChaseFill& args, cudaStream_t stream) {
  GA_CHECK(require("chase_fill", args.data, args.bytes));
  GA_TRY(const DeviceShape device, current_shape());
  const std::uint32_t lines = chase_lines(args.bytes);
  const std::size_t most = static_cast<std::size_t>(device.sm_count) * kFillBlocksPerSm;
  const std::size_t needed = (std::size_t{lines} + kFillThreads - 1) / kFillThreads;
  chase_fill_kernel<kFillThreads>
      <<<static_cast<unsigned>(std::min(most, needed)), kFillThreads, 0, stream>>>(
          static_cast<std::uint32_t*>(args.data), chase_shape(lines));
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status chase(const Chase& args, cudaStream_t stream) {
  GA_CHECK(require("chase", args.data, args.bytes));
  const std::uint32_t lines = chase_lines(args.bytes);
  if (args.end == nullptr || args.hops == 0 || args.place >= lines) {
    return Error(ErrorCode::usage, "chase: no hops, no such place, or nowhere to write the end");
  }
  const std::uint32_t start = chase_line(chase_shape(lines), args.place);
  chase_kernel<kUnroll><<<1, 1, 0, stream>>>(static_cast<const std::uint32_t*>(args.data), lines,
                                             start, args.hops, args.end);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
