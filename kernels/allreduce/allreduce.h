// All-reduce by hand: the sum over the GPUs of one process, the same bits on every GPU.
//
//   one_shot  every rank sends all of its data to every peer in packets that carry their own flags,
//             and adds what it receives. No barrier. At most kOneShotMostBytes.
//   two_shot  each rank adds one part of the data, read from the peers, and all read the parts.
//   nvls      the same two steps in the NVLink switch: multimem.ld_reduce, multimem.st. sm_90 and
//             newer, and a multicast mapping of in and out (PeerMemory).
// one_shot and two_shot add in fp32 in the order of ranks and round once. nvls adds 16-bit types in
// fp32 too, in the switch's order: exact where every order is, and equal on all ranks always,
// because each element has one owner.
//
// Bus bandwidth as nccl-tests defines it: 2 (ranks - 1) / ranks * bytes / time.
// The protocol, and which barrier is there for what: allreduce_protocol.cuh, docs/kernels.md.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/allreduce/allreduce_plan.h"
#include "reports/model/result.h"

namespace ga {

// Enqueues this rank's part. Every rank of the team makes the same calls in the same order, each on
// its own GPU, from its own thread or a captured graph; nothing else may keep a peer's stream from
// starting. `usage` for what the call cannot be; nvls without multicast addresses is such a call.
Status all_reduce(const AllReduceCall& call, cudaStream_t stream);

// All ranks in one cooperative grid of the current device, `rank` left aside: the same protocol,
// for tests on one GPU. nvls reads and writes the ranks' arrays one by one instead of multicast.
Status all_reduce_virtual(const AllReduceCall& call, cudaStream_t stream);

// Zeroes the signals and scratch of call.rank, before the first call and after a fault. No rank may
// be in a call, and none may begin one before all ranks' resets have ended.
Status all_reduce_reset(const AllReduceCall& call, cudaStream_t stream);

// Fills an input: element i is exact_reduce_element() of the seed (kernels/data/exact_reduce.h).
// The result is checked by check_reduce() and hash_buffer() of kernels/check/check.h.
struct ReduceFill {
  void* data = nullptr;
  std::size_t count = 0;
  ElementType type = ElementType::bf16;
  std::uint64_t seed = 0;
  int rank = 0;
};
Status fill_reduce(const ReduceFill& args, cudaStream_t stream);

}  // namespace ga
