// The grid of a check kernel: checks stride over their data, so a few blocks an SM fill the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/runtime/device.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr int kCheckThreads = 256;
// Untuned: eight blocks of 256 threads fill every SM since sm_80 at up to 32 registers, and a check
// that needs more runs in two waves.
inline constexpr int kCheckBlocksPerSm = 8;

// Blocks for `count` items at one item a thread and step; never zero.
inline Result<unsigned> check_blocks(std::size_t count) {
  GA_TRY(const DeviceShape shape, current_shape());
  const std::size_t needed = (count + kCheckThreads - 1) / kCheckThreads;
  const std::size_t most = static_cast<std::size_t>(shape.sm_count) * kCheckBlocksPerSm;
  const std::size_t blocks = needed < most ? needed : most;
  return static_cast<unsigned>(blocks == 0 ? 1 : blocks);
}

inline Status check_pointer(const char* what, const void* pointer, std::size_t alignment) {
  if (pointer == nullptr || reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
    return Error(ErrorCode::usage, std::string(what) + ": null, or not aligned to " +
                                       std::to_string(alignment) + " bytes");
  }
  return Ok{};
}

}  // namespace ga
