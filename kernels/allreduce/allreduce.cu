// Launches of the all-reduce: arguments, grids, instances. The bodies, and what bounds them:
// allreduce_kernels.cuh; the protocol: allreduce_protocol.cuh.
#include "kernels/allreduce/allreduce.h"
#include "kernels/allreduce/allreduce_kernels.cuh"
#include "kernels/check/grid.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr int kLeastArchOfMultimem = 90;

AllReduceArgs args_of(const AllReduceCall& call) {
  return {.peers = call.peers,
          .bytes = call.count * static_cast<std::size_t>(element_bytes(call.type)),
          .budget_ns = call.budget_ns,
          .fault = call.fault,
          .ranks = call.ranks};
}

int blocks_of(const AllReduceCall& call, std::size_t bytes) {
  return call.blocks != 0 ? call.blocks : all_reduce_blocks(call.algorithm, bytes, call.ranks);
}

template <template <AllReduceAlgorithm, class> class Launch, AllReduceAlgorithm kAlgorithm>
auto of_type(ElementType type) {
  switch (type) {
    case ElementType::bf16:
      return Launch<kAlgorithm, Bf16>::kernel;
    case ElementType::fp16:
      return Launch<kAlgorithm, Fp16>::kernel;
    default:
      return Launch<kAlgorithm, float>::kernel;
  }
}

template <template <AllReduceAlgorithm, class> class Launch>
auto instance(const AllReduceCall& call) {
  switch (call.algorithm) {
    case AllReduceAlgorithm::one_shot:
      return of_type<Launch, AllReduceAlgorithm::one_shot>(call.type);
    case AllReduceAlgorithm::nvls:
      return of_type<Launch, AllReduceAlgorithm::nvls>(call.type);
    default:
      return of_type<Launch, AllReduceAlgorithm::two_shot>(call.type);
  }
}

template <AllReduceAlgorithm kAlgorithm, class T>
struct OfRank {
  static constexpr auto kernel = &all_reduce_kernel<kAlgorithm, T>;
};
template <AllReduceAlgorithm kAlgorithm, class T>
struct OfAllRanks {
  static constexpr auto kernel = &all_reduce_virtual_kernel<kAlgorithm, T>;
};

Status require_multicast(const AllReduceCall& call) {
  const auto aligned = [](const void* pointer) {
    return pointer != nullptr && reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
  };
  if (!aligned(call.peers.multicast_in) || !aligned(call.peers.multicast_out)) {
    return Error(ErrorCode::usage, "all_reduce: nvls without multicast addresses of in and out");
  }
  GA_TRY(const DeviceShape shape, current_shape());
  if (shape.arch < kLeastArchOfMultimem) {
    return Error(ErrorCode::usage, "all_reduce: nvls needs compute capability 9.0");
  }
  return Ok{};
}

}  // namespace

Status all_reduce(const AllReduceCall& call, cudaStream_t stream) {
  GA_CHECK(all_reduce_usage(call));
  if (call.algorithm == AllReduceAlgorithm::nvls) GA_CHECK(require_multicast(call));
  AllReduceArgs args = args_of(call);
  int rank = call.rank;
  void* values[] = {&args, &rank};
  GA_CUDA(cudaLaunchKernel(reinterpret_cast<const void*>(instance<OfRank>(call)),
                           dim3(static_cast<unsigned>(blocks_of(call, args.bytes))),
                           dim3(kAllReduceThreads), values, 0, stream));
  return Ok{};
}

Status all_reduce_virtual(const AllReduceCall& call, cudaStream_t stream) {
  GA_CHECK(all_reduce_usage(call));
  AllReduceArgs args = args_of(call);
  const void* const kernel = reinterpret_cast<const void*>(instance<OfAllRanks>(call));
  // The grid is on the device all at once or not at all.
  int per_sm = 0;
  GA_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, kernel, kAllReduceThreads, 0));
  GA_TRY(const DeviceShape shape, current_shape());
  const int most = per_sm * shape.sm_count / call.ranks;
  if (most == 0) {
    return Error(ErrorCode::usage,
                 "all_reduce_virtual: the GPU does not hold a block of each rank");
  }
  const int wanted = blocks_of(call, args.bytes);
  const int blocks = wanted < most ? wanted : most;
  void* values[] = {&args};
  GA_CUDA(cudaLaunchCooperativeKernel(kernel, dim3(static_cast<unsigned>(blocks * call.ranks)),
                                      dim3(kAllReduceThreads), values, 0, stream));
  return Ok{};
}

Status all_reduce_reset(const AllReduceCall& call, cudaStream_t stream) {
  GA_CHECK(all_reduce_usage(call));
  const AllReducePeers& peers = call.peers;
  GA_CUDA(cudaMemsetAsync(peers.signals[call.rank], 0, sizeof(AllReduceSignals), stream));
  // Sums need no zeroing: they are read behind the barrier that says they are there.
  GA_CUDA(cudaMemsetAsync(peers.scratch[call.rank], 0, all_reduce_scratch_bytes(0, call.ranks),
                          stream));
  return Ok{};
}

Status fill_reduce(const ReduceFill& args, cudaStream_t stream) {
  if (args.count == 0 || !is_reduce_type(args.type) || args.rank < 0 ||
      args.rank >= kExactReduceMostRanks) {
    return Error(ErrorCode::usage,
                 "fill_reduce: elements of bf16, fp16 or fp32 and a rank of 0 to 7 are needed");
  }
  const auto size = static_cast<std::size_t>(element_bytes(args.type));
  GA_CHECK(check_pointer("fill_reduce: data", args.data, size));
  GA_TRY(const unsigned blocks, check_blocks(args.count));
  const std::uint64_t key = exact_reduce_key(args.seed);
  if (size == 2) {
    fill_reduce_kernel<<<blocks, kCheckThreads, 0, stream>>>(static_cast<std::uint16_t*>(args.data),
                                                             args.count, args.type, key, args.rank);
  } else {
    fill_reduce_kernel<<<blocks, kCheckThreads, 0, stream>>>(static_cast<std::uint32_t*>(args.data),
                                                             args.count, args.type, key, args.rank);
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
