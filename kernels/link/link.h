// A copy between GPUs by their SMs: loads and stores of 16 bytes, no copy engine.
//
// The GPU that is current runs it. Where `to` is a peer's memory it pushes, and the links carry
// stores; where `from` is, it pulls, and they carry requests and answers. SMs send at most 128
// bytes a packet, copy engines 256 (nccl-tests issue 149), so a copy engine's cudaMemcpyPeerAsync
// is faster by some percent; this is what kernels get.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "reports/model/result.h"

namespace ga {

struct LinkCopy {
  void* to = nullptr;          // both 16-byte aligned; one may be a peer's (Team, PeerMemory)
  const void* from = nullptr;  // does not overlap `to`
  std::size_t bytes = 0;       // any number from 1 on
};
// Bytes over the link, in one direction.
constexpr double link_copy_bytes(std::size_t bytes) { return static_cast<double>(bytes); }
// `usage` where the sizes or addresses are not as said. Fills the GPU: nothing else beside it.
Status link_copy(const LinkCopy& args, cudaStream_t stream);

}  // namespace ga
