// Runs simple CUDA kernels on the CPU, so that index arithmetic, barriers and reductions are
// executed by tests long before a GPU is at hand. One fiber per CUDA thread, blocks in turn.
//
// Threads run in a shuffled order between barriers, and asynchronous copies land either at once or
// as late as the waits allow: a kernel that is right under all of these uses its barriers and waits
// as it must. Not modelled: memory ordering weaker than that, timing, register limits.
//
// A test includes this header (and simt_ptx.h) first and then a .cuh with kernel bodies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#if defined(__CUDACC__)
#error "for g++ only: nvcc compiles the real thing"
#endif

namespace ga::simt {

struct Dim {
  unsigned x = 1, y = 1, z = 1;
};

struct Options {
  std::uint32_t order_seed = 0;    // 0 runs the threads in their natural order
  bool eager_copies = false;       // copies land when issued; else when waited for
  bool eager_products = false;     // wgmma reads its operands when issued; else when waited for
  std::size_t dynamic_shared = 0;  // bytes; poisoned with 0xFF before each block
  unsigned cluster = 1;            // blocks that run together, neighbours along x
  int slow_block = -1;             // of the cluster: gets a turn only where the others stand still
  int slow_warp = -1;              // of each block: the same
};

// Runs `body` once for each thread of each block. Aborts with a message where the block hangs: some
// threads wait at a barrier that the others have left behind.
void run(Dim grid, unsigned threads, const Options& options, const std::function<void()>& body);

Dim thread_index();
Dim block_index();
Dim block_dim();
Dim grid_dim();

void sync_block();
// The same, and whether any thread of the block said so.
bool sync_block_or(bool mine);

// For loops that wait for another thread: lets the others go on; and says that what they wait for
// may have come. A loop in which nothing ever happens is a hang.
void yield();
void happened();

// Gives `size` bytes (at most kSlot) to the warp and returns what all 32 lanes gave, lane l at
// l * kSlot. All lanes of the warp must call; the answer stays valid until the lane's next call.
inline constexpr std::size_t kSlot = 64;
const unsigned char* exchange(const void* value, std::size_t size);

unsigned char* dynamic_shared();
// Where dynamic shared memory begins, as on Hopper: an offset taken for an address is seen.
inline constexpr std::uint32_t kSharedBase = 1024;
std::uint32_t shared_address(const void* shared);

// cp.async of `size` bytes (4, 8 or 16) with zero fill, its groups and its wait.
void copy_async(std::uint32_t shared, const void* global, int bytes, int size = 16);
void copy_commit();
void copy_wait(int pending);

}  // namespace ga::simt

// CUDA's own words.
#define __global__ [[maybe_unused]] static
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
#define __grid_constant__
#define threadIdx (::ga::simt::thread_index())
#define blockIdx (::ga::simt::block_index())
#define blockDim (::ga::simt::block_dim())
#define gridDim (::ga::simt::grid_dim())

inline void __syncthreads() { ga::simt::sync_block(); }
inline int __syncthreads_or(int mine) { return ga::simt::sync_block_or(mine != 0) ? 1 : 0; }

template <class T>
T atomicAdd(T* at, T value) {
  const T old = *at;
  *at = static_cast<T>(old + value);
  return old;
}

template <class T>
T atomicMin(T* at, T value) {
  const T old = *at;
  if (value < old) *at = value;
  return old;
}

template <class T>
T atomicMax(T* at, T value) {
  const T old = *at;
  if (value > old) *at = value;
  return old;
}

template <class T>
T atomicExch(T* at, T value) {
  const T old = *at;
  *at = value;
  return old;
}

template <class T>
T atomicAnd(T* at, T value) {
  const T old = *at;
  *at &= value;
  return old;
}

template <class T>
T atomicOr(T* at, T value) {
  const T old = *at;
  *at |= value;
  return old;
}

template <class T>
T atomicXor(T* at, T value) {
  const T old = *at;
  *at ^= value;
  return old;
}

template <class T>
T atomicCAS(T* at, T wanted, T value) {
  const T old = *at;
  if (old == wanted) *at = value;
  return old;
}

inline std::uint32_t atomicInc(std::uint32_t* at, std::uint32_t limit) {
  const std::uint32_t old = *at;
  *at = old >= limit ? 0 : old + 1;
  return old;
}

inline std::uint64_t __umul64hi(std::uint64_t x, std::uint64_t y) {
  __extension__ typedef unsigned __int128 Wide;
  return static_cast<std::uint64_t>((static_cast<Wide>(x) * y) >> 64);
}
