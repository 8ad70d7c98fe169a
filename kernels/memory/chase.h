// Pointer chase: one thread follows a cycle through memory, each load's address read by the load
// before it. The launchers enqueue on the stream; they neither allocate, synchronise, time nor
// print.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/data/chase.h"
#include "kernels/memory/chase_args.h"
#include "reports/model/result.h"

namespace ga {

// Lays the cycle out; of each line its first 4 bytes.
struct ChaseFill {
  void* data = nullptr;
  std::size_t bytes = 0;  // a positive multiple of kChaseLineBytes, of at most 2^31 lines
};
Status chase_fill(const ChaseFill& args, cudaStream_t stream);

// From the line at place `place` of the cycle, `hops` loads on. It ends at place + hops, counted
// around: the caller holds ChaseEnd against chase_line() there.
struct Chase {
  const void* data = nullptr;
  std::size_t bytes = 0;
  std::uint32_t place = 0;
  std::uint32_t hops = 0;
  ChaseEnd* end = nullptr;  // on the device
};
Status chase(const Chase& args, cudaStream_t stream);

constexpr std::uint32_t chase_lines(std::size_t bytes) {
  return static_cast<std::uint32_t>(bytes / kChaseLineBytes);
}

}  // namespace ga
