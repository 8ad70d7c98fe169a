// What Hopper adds to the CPU stand-in: mbarriers, TMA, wgmma, the proxy fence, clusters.
//
// The copies and products of a kernel are carried out late or early, never in between by accident:
// - a load lands when nothing else can move any more, or at once (Options::eager_copies), or at a
//   random moment (order_seed); it tells its mbarriers when it does;
// - a product reads shared memory when it is waited for, or at once (eager_products);
// - a store reads shared memory when it is waited for, or at once (eager_copies).
// TMA and wgmma read a memory of their own, which the threads' writes reach by their fence alone.
// So a missing wait reads poison or the last tile, a missing release overwrites what is still to be
// read, a missing fence sends what was there before.
//
// Not modelled: timing; an order of memory weaker than that, so neither the scopes and orders of
// mbarriers nor a cluster's release and acquire (cluster_arrive does nothing, the wait is all of
// it); registers (setmaxnreg does nothing). The swizzle is one function here, for TMA and wgmma:
// that hardware means the same is what the golden words of the descriptors' tests are for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/data/tensor_map.h"
#include "kernels/testing/simt.h"

namespace ga::simt {

// The stand-in's own encoding of a tensor map.
TensorMap encode(const TensorMapShape& shape);

struct BoxLoad {
  TensorMapShape map;
  std::uint32_t to = 0, barrier = 0;  // offsets, the same in each destination
  BoxAt at;
  std::uint32_t ranks = 0;
  const void* run = nullptr;  // not a box, but so many bytes as they lie
  std::uint32_t run_bytes = 0;
};
// `dimensions` are those of the instruction: 2, which takes col and row, or 4.
void load_box(const TensorMap& map, std::uint32_t to, std::uint32_t barrier, BoxAt at,
              int dimensions, std::uint32_t ranks);

void load_run(std::uint32_t to, const void* from, std::uint32_t bytes, std::uint32_t barrier);

struct BoxStore {
  TensorMapShape map;
  std::uint32_t from = 0;
  BoxAt at;
  void* run = nullptr;  // as of a load
  std::uint32_t run_bytes = 0;
};
void store_run(void* to, std::uint32_t from, std::uint32_t bytes);
void store_box(const TensorMap& map, std::uint32_t from, BoxAt at, int dimensions);
void store_commit();
void store_wait(int pending);

// Of one thread: its share of a warpgroup's product. `run` reads the operands and adds to c.
struct Product {
  void* c = nullptr;  // floats, or int32 of int8 operands
  int count = 0;
  std::uint64_t a = 0, b = 0;
  bool accumulate = false;
  // Where a lies in registers: those of the four lanes that hold this thread's rows.
  const std::uint32_t* a_registers[4] = {};
  void (*run)(const Product&, int thread) = nullptr;
};
void product_fence();
void product_issue(const Product& product);
void product_commit();
void product_wait(int pending);
// An operand in this block's shared memory, as its descriptor says; fails where that is not one of
// the two layouts in use. Elements that lie along m or n have 16 bits.
enum class Major { k, mn };
class Operand {
 public:
  Operand(std::uint64_t descriptor, Major major);
  // row along m or n, k along k.
  template <class Element>
  Element element(int row, int k) const {
    constexpr std::uint32_t kBytes = sizeof(Element);
    const auto r = static_cast<std::uint32_t>(row), along = static_cast<std::uint32_t>(k);
    const std::uint32_t offset =
        major_ == Major::k
            ? r / 8 * stride_ + r % 8 * kBoxRowBytes + along * kBytes
            : r / 64 * leading_ + along / 8 * stride_ + along % 8 * kBoxRowBytes + r % 64 * kBytes;
    Element x{};
    std::memcpy(&x, at(offset, kBytes), kBytes);
    return x;
  }

 private:
  const unsigned char* at(std::uint32_t offset, std::uint32_t bytes) const {
    const std::uint32_t address = swizzle(address_ + offset) - kSharedBase;
    if (address > size_ - bytes) outside();
    return memory_ + address;
  }
  // The 128-byte swizzle: address bits 4 to 6 exclusive-or bits 7 to 9.
  static std::uint32_t swizzle(std::uint32_t address) {
    return address ^ ((address >> 7 & 7u) << 4);
  }
  [[noreturn]] static void outside();
  Major major_;
  std::uint32_t address_, leading_, stride_;
  const unsigned char* memory_;
  std::uint32_t size_;
};

void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals);
void mbarrier_init_fence();
void mbarrier_arrive(std::uint32_t barrier, std::uint32_t bytes);  // bytes: announced with it
// Tries, and gives the others a turn where the phase is open.
bool mbarrier_try_wait(std::uint32_t barrier, std::uint32_t parity);

void write_shared(std::uint32_t to, const void* from, std::size_t bytes);
void fence_async();
void named_barrier(std::uint32_t id, std::uint32_t threads, bool waits);

std::uint32_t cluster_rank();
std::uint32_t map_shared(std::uint32_t shared, std::uint32_t rank);
std::uint64_t read_cluster(std::uint32_t mapped);  // a word at what map_shared gave
void cluster_arrive();
void cluster_wait();

}  // namespace ga::simt
