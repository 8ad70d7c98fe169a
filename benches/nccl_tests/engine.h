// What all_reduce_perf times: NCCL's all-reduce or ours, a rank at a time.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "benches/nccl_tests/perf.h"

namespace ga {

struct EngineCall {
  int rank = 0;
  Place place = Place::out_of_place;
  std::size_t offset = 0;  // of in and out, bytes, a multiple of 16
  std::size_t count = 0;   // at least 1
};

class AllReduceEngine {
 public:
  virtual ~AllReduceEngine() = default;

  // Two arrays of so many bytes on each GPU. In place both are `out`.
  virtual Status reserve(std::size_t bytes) = 0;
  virtual std::byte* in(int rank) const = 0;
  virtual std::byte* out(int rank) const = 0;

  // From the thread of the rank, whose GPU is current.
  virtual Status enqueue(const EngineCall& call, cudaStream_t stream) = 0;
  // What went wrong on the way, while a stream is waited for and after.
  virtual Status healthy(int rank) = 0;
  // Ends what still runs, where that can be done.
  virtual void give_up(int rank) = 0;

  virtual std::string nccl_version() const = 0;
  // How calls of these sizes in bytes ran.
  virtual Result<std::vector<std::string>> remarks(std::span<const std::size_t> sizes) = 0;
};

// `ordinals` are CUDA's numbers of the ranks' GPUs.
Result<std::unique_ptr<AllReduceEngine>> make_nccl_engine(const PerfOptions& options,
                                                          std::span<const int> ordinals);
Result<std::unique_ptr<AllReduceEngine>> make_own_engine(const PerfOptions& options,
                                                         std::span<const int> ordinals);

}  // namespace ga
