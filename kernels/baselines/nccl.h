// NCCL: the vendor's all-reduce, the yardstick of ours. The only place that knows its interface.
//
// The library is opened with dlopen when it is first needed and never linked; its header is not in
// the CUDA toolkit, so what is used of its interface is declared in nccl.cpp. Host calls only: the
// device interface is promised for one release alone. Taken are 2.24 and later of major version 2.
//
// Which algorithm runs is told by the environment, before loading: nccl_environment.h.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/data/element.h"
#include "kernels/loader/loader.h"
#include "reports/model/result.h"

namespace ga {

// What the ranks of one communicator have in common. Of rank 0, handed to all others.
struct NcclId {
  std::array<char, 128> bytes{};
};

struct NcclLibrary;  // the open library and its functions

// One rank's communicator, on the device that was current when it was made. Used by one thread at a
// time; abort() by any.
class NcclRank {
 public:
  NcclRank(NcclRank&& other) noexcept;
  NcclRank& operator=(NcclRank&& other) noexcept;
  ~NcclRank();  // abort() where neither close() nor abort() was called

  // Enqueues out = sum over the ranks of in, elementwise; in place where in == out. The device must
  // be current. A usage error for tf32, which NCCL does not have.
  Status all_reduce(const void* in, void* out, std::size_t count, ElementType type,
                    cudaStream_t stream) const;

  // What went wrong since the last call, if anything. While a stream is waited for, ask now and
  // then: NCCL's kernels spin until they are aborted.
  Status async_error() const;

  // Ends the communicator: abort() without waiting for the others, close() after all ranks' work.
  Status abort();
  Status close();

 private:
  friend class Nccl;
  NcclRank(std::shared_ptr<NcclLibrary> library, void* comm);
  struct State;
  std::unique_ptr<State> state_;
};

class Nccl {
 public:
  // Opens the library and takes its functions; needs no GPU. An environment error where it is not
  // found (with the places), misses a function, or is of another version than those above.
  static Result<Nccl> load(const LibraryPlaces& places);

  // One rank for each device, all in this process, in the order of `devices` (CUDA's numbers).
  // Where one of them fails all do.
  Result<std::vector<NcclRank>> init_all(std::span<const int> devices) const;

  // One rank on the current device; waits until all ranks have joined. A rank that fails leaves the
  // others waiting: within one process init_all() is the safe way.
  Result<NcclId> unique_id() const;
  Result<NcclRank> init(int rank, int ranks, const NcclId& id) const;

  const std::string& version() const;  // "2.28.9"
  const std::string& path() const;
  Result<Library> describe() const;  // for the report; hashes the file at the first call

 private:
  explicit Nccl(std::shared_ptr<NcclLibrary> library);
  std::shared_ptr<NcclLibrary> library_;
};

}  // namespace ga
