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

#include "kernels/data/tensor_map.h"

namespace ga::simt {

// The stand-in's own encoding of a tensor map.
TensorMap encode(const TensorMapShape& shape);

struct BoxLoad {
  TensorMapShape map;
  std::uint32_t to = 0, barrier = 0;  // offsets, the same in each destination
  BoxAt at;
  std::uint32_t ranks = 0;
};
// `dimensions` are those of the instruction: 2, which takes col and row, or 4.
void load_box(const TensorMap& map, std::uint32_t to, std::uint32_t barrier, BoxAt at,
              int dimensions, std::uint32_t ranks);

struct BoxStore {
  TensorMapShape map;
  std::uint32_t from = 0;
  BoxAt at;
};
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
// An element of an operand in this block's shared memory: row along m or n, k along k. Elements
// that lie along m or n have 16 bits.
void element_k_major(std::uint64_t descriptor, int row, int k, std::uint32_t bytes, void* to);
void element_mn_major(std::uint64_t descriptor, int row, int k, void* to);

void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals);
void mbarrier_arrive(std::uint32_t barrier, std::uint32_t bytes);  // bytes: announced with it
// Tries, and gives the others a turn where the phase is open.
bool mbarrier_try_wait(std::uint32_t barrier, std::uint32_t parity);

void write_shared(std::uint32_t to, const void* from, std::size_t bytes);
void fence_async();
void named_barrier(std::uint32_t id, std::uint32_t threads, bool waits);

std::uint32_t cluster_rank();
std::uint32_t map_shared(std::uint32_t shared, std::uint32_t rank);
void cluster_arrive();
void cluster_wait();

}  // namespace ga::simt
