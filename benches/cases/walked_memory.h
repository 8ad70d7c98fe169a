// Nearly all memory of a GPU, for the walk: many allocations, counted through as one region.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/check/inject.h"
#include "kernels/memory/walk.h"
#include "kernels/runtime/buffer.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr std::size_t kWalkPieceBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMostChunkBytes = std::size_t{1} << 30;

// Calls `take` with sizes that add up to `bytes`: kMostChunkBytes each, and the next lower power of
// two whenever the GPU has no such room, down to a piece. All but the last are whole pieces.
Status take_chunks(std::size_t bytes, const std::function<Status(std::size_t)>& take);

class WalkedMemory {
 public:
  // All of it, or an error that says how much there was.
  static Result<WalkedMemory> make(std::size_t bytes);
  static std::int64_t device_bytes(std::int64_t bytes);

  Status run(const WalkPass& pass, std::uint32_t number, cudaStream_t stream) const;
  Status clear_report(cudaStream_t stream) const;
  Result<WalkReport> report() const;  // the stream is idle
  // The allocation in the middle, to be damaged on purpose.
  Inject middle() const;
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
  std::vector<DeviceBuffer<std::byte>> chunks_;
  DeviceBuffer<ptx::Vector*> pieces_;
  DeviceBuffer<WalkReport> blocks_, report_;
};

}  // namespace ga
