#include "kernels/testing/simt_sm90.h"

#include <algorithm>
#include <cstring>

#include "kernels/testing/simt_machine.h"

namespace ga::simt {
namespace {

// An address of another block's shared memory: its rank + 1 above the offset.
constexpr std::uint32_t kRankShift = 24;

struct At {
  Block& block;
  std::uint32_t offset;
};

At resolve(std::uint32_t address) {
  const std::uint32_t rank = address >> kRankShift;
  const std::uint32_t offset = offset_of(address & ((1u << kRankShift) - 1), 8);
  if (rank > machine.blocks.size()) fail("an address of a block that is not in the cluster");
  Block& block = rank == 0 ? own_block() : machine.blocks[rank - 1];
  if (block.left == 0) fail("touches the shared memory of a block that has ended");
  return {block, offset};
}

Mbarrier& mbarrier_at(At at) {
  const auto found = at.block.mbarriers.find(at.offset);
  if (found == at.block.mbarriers.end()) fail("an mbarrier that was not initialised");
  return found->second;
}

void settle(Mbarrier& barrier) {
  if (barrier.pending > 0 || barrier.bytes != 0) return;
  ++barrier.phase;
  barrier.pending = barrier.arrivals;
  ++machine.events;
}

// The 128-byte swizzle: address bits 4 to 6 exclusive-or bits 7 to 9.
std::uint32_t swizzle(std::uint32_t address) { return address ^ ((address >> 7 & 7u) << 4); }

std::uint32_t box_bytes(const TensorMapShape& map) { return map.box_rows * kBoxRowBytes; }

std::uint32_t box_offset(const TensorMapShape& map, std::uint32_t shared) {
  // The kernels' descriptors take the base offset of an aligned atom.
  if (shared % 1024 != 0) fail("a box that is not aligned to its swizzle");
  return offset_of(shared, box_bytes(map));
}

// Calls visit(offset in shared memory, element in global memory or null outside the matrix).
template <class Visit>
void each_element(const TensorMapShape& map, std::uint32_t shared, BoxAt at, Visit&& visit) {
  const auto size = static_cast<std::uint32_t>(element_bytes(map.element));
  const auto* const data = static_cast<const unsigned char*>(map.data);
  const bool matrix_exists =
      !map.is_array() || (at.head >= 0 && static_cast<std::uint64_t>(at.head) < map.heads &&
                          at.batch >= 0 && static_cast<std::uint64_t>(at.batch) < map.batch);
  const std::uint64_t matrix = static_cast<std::uint64_t>(at.head) * map.cols * size +
                               static_cast<std::uint64_t>(at.batch) * map.rows * map.pitch_bytes;
  for (std::uint32_t row = 0; row < map.box_rows; ++row) {
    for (std::uint32_t col = 0; col < map.box_cols; ++col) {
      const std::int64_t at_row = std::int64_t{at.row} + row;
      const std::int64_t at_col = std::int64_t{at.col} + col;
      const bool inside = matrix_exists && at_row >= 0 && at_col >= 0 &&
                          at_row < static_cast<std::int64_t>(map.rows) &&
                          at_col < static_cast<std::int64_t>(map.cols);
      const auto offset = matrix + static_cast<std::uint64_t>(at_row) * map.pitch_bytes +
                          static_cast<std::uint64_t>(at_col) * size;
      visit(swizzle(shared + row * kBoxRowBytes + col * size), inside ? data + offset : nullptr);
    }
  }
}

std::uint32_t load_bytes(const BoxLoad& load) {
  return load.run != nullptr ? load.run_bytes : box_bytes(load.map);
}

void write_both(Block& block, std::uint32_t offset, const void* from, std::size_t bytes) {
  for (unsigned char* const memory : {block.shared, block.async}) {
    std::memset(memory + offset, 0, bytes);
    if (from != nullptr) std::memcpy(memory + offset, from, bytes);
  }
}

void land(const BoxLoad& load) {
  const auto size = static_cast<std::uint32_t>(element_bytes(load.map.element));
  for (std::uint32_t rank = 0; rank < machine.blocks.size(); ++rank) {
    if ((load.ranks >> rank & 1u) == 0) continue;
    Block& block = machine.blocks[rank];
    if (block.left == 0) fail("a copy lands in a block that has ended");
    if (load.run != nullptr) {
      write_both(block, load.to, load.run, load.run_bytes);
    } else {
      each_element(load.map, load.to, load.at,
                   [&](std::uint32_t offset, const unsigned char* from) {
                     write_both(block, offset, from, size);
                   });
    }
    Mbarrier& barrier = mbarrier_at({block, load.barrier});
    barrier.bytes -= load_bytes(load);
    if (barrier.pending == 0 && barrier.bytes < 0) fail("more bytes than the mbarrier was told of");
    settle(barrier);
  }
  ++machine.events;
}

// As hardware does, a store ends within a row at a multiple of 16 bytes: tensor_map.h.
void land(const Block& block, const BoxStore& store) {
  if (store.run != nullptr) {
    std::memcpy(store.run, block.async + store.from, store.run_bytes);
    return;
  }
  const auto size = static_cast<std::uint32_t>(element_bytes(store.map.element));
  TensorMapShape written = store.map;
  written.cols = (written.cols * size + 15) / 16 * 16 / size;
  each_element(written, store.from, store.at, [&](std::uint32_t offset, const unsigned char* to) {
    if (to == nullptr) return;
    std::memcpy(const_cast<unsigned char*>(to), block.async + offset, size);
  });
}

void start(const BoxLoad& load) {
  for (std::uint32_t rank = 0; rank < machine.blocks.size(); ++rank) {
    if ((load.ranks >> rank & 1u) == 0) continue;
    const Mbarrier& barrier = mbarrier_at({machine.blocks[rank], load.barrier});
    if (!barrier.seen_by_cluster || !barrier.seen_by_tma) {
      fail("a load names an mbarrier that lacks a fence behind its initialisation");
    }
  }
  if (machine.options.eager_copies) {
    land(load);
  } else {
    machine.loads.push_back(load);
  }
}

void start(const BoxStore& store) {
  if (machine.options.eager_copies) {
    land(own_block(), store);
  } else {
    self().open_stores.push_back(store);
  }
}

std::uint32_t run_offset(std::uint32_t shared, const void* global, std::uint32_t bytes) {
  if (shared % 16 != 0 || bytes % 16 != 0 || reinterpret_cast<std::uintptr_t>(global) % 16 != 0) {
    fail("a run of bytes that is not aligned to 16");
  }
  return offset_of(shared, bytes);
}

TensorMapShape decode(const TensorMap& map, int dimensions) {
  TensorMapShape shape;
  std::memcpy(&shape, map.opaque, sizeof shape);
  if (shape.is_array() != (dimensions == 4)) fail("a box of other dimensions than its map");
  return shape;
}

// The instructions of wgmma are the whole warp's: no lane leaves one before the others have come.
void sync_warp() {
  const unsigned thread = machine.current % machine.threads;
  wait_at(own_block().warps[thread / kWarp].barrier, kWarp);
}

void run_products(const std::vector<Product>& group) {
  const auto thread = static_cast<int>(machine.current % machine.threads);
  for (const Product& product : group) product.run(product, thread);
}

// A fence of the thread that runs, behind what it initialised.
void fence_own_mbarriers(bool Mbarrier::*seen) {
  for (auto& [offset, barrier] : own_block().mbarriers) {
    if (barrier.initialiser == machine.current) barrier.*seen = true;
  }
}

// The bytes of a field of a matrix descriptor.
std::uint32_t descriptor_field(std::uint64_t descriptor, int shift) {
  return static_cast<std::uint32_t>(descriptor >> shift & 0x3FFF) << 4;
}

}  // namespace

TensorMap encode(const TensorMapShape& shape) {
  static_assert(sizeof(TensorMapShape) <= sizeof(TensorMap));
  TensorMap map{};
  if (tensor_map_fault(shape) != nullptr || !tensor_map_aligned(shape.data)) {
    fail("a matrix that TMA cannot use");
  }
  std::memcpy(map.opaque, &shape, sizeof shape);
  return map;
}

void load_box(const TensorMap& map, std::uint32_t to, std::uint32_t barrier, BoxAt at,
              int dimensions, std::uint32_t ranks) {
  BoxLoad load{decode(map, dimensions), 0, offset_of(barrier, 8), at, ranks, nullptr, 0};
  load.to = box_offset(load.map, to);
  if (ranks == 0) load.ranks = 1u << cluster_rank();
  start(load);
}

void load_run(std::uint32_t to, const void* from, std::uint32_t bytes, std::uint32_t barrier) {
  BoxLoad load{{}, run_offset(to, from, bytes), offset_of(barrier, 8), {}, 0, from, bytes};
  load.ranks = 1u << cluster_rank();
  start(load);
}

bool land_one_load() {
  if (machine.loads.empty()) return false;
  // The latest first where the order is natural: a wait for it does not stand for the others.
  const std::size_t last = machine.loads.size() - 1;
  const auto at = static_cast<std::ptrdiff_t>(
      machine.options.order_seed == 0 ? last : next_random() % machine.loads.size());
  const BoxLoad load = machine.loads[static_cast<std::size_t>(at)];
  machine.loads.erase(machine.loads.begin() + at);
  land(load);
  return true;
}

void store_box(const TensorMap& map, std::uint32_t from, BoxAt at, int dimensions) {
  BoxStore store{decode(map, dimensions), 0, at, nullptr, 0};
  store.from = box_offset(store.map, from);
  start(store);
}

void store_run(void* to, std::uint32_t from, std::uint32_t bytes) {
  start(BoxStore{{}, run_offset(from, to, bytes), {}, to, bytes});
}

void store_commit() {
  self().stores.push_back(std::move(self().open_stores));
  self().open_stores.clear();
}

void store_wait(int pending) {
  while (self().stores.size() > static_cast<std::size_t>(pending)) {
    for (const BoxStore& store : self().stores.front()) land(own_block(), store);
    self().stores.pop_front();
  }
}

void product_fence() {
  sync_warp();
  self().accumulators_fenced = true;
}

void product_issue(const Product& product) {
  Fiber& fiber = self();
  if (!fiber.accumulators_fenced) fail("wgmma without a fence after its registers were touched");
  auto& all = own_block().warpgroups[machine.current % machine.threads / 128];
  const std::size_t number = fiber.issued++;
  if (number == all.size()) all.push_back(product);
  const Product& first = all[number];
  if (first.a != product.a || first.b != product.b || first.accumulate != product.accumulate) {
    fail("the threads of a warpgroup multiply different operands");
  }
  if (machine.options.eager_products) {
    run_products({product});
  } else {
    fiber.open_products.push_back(product);
  }
}

void product_commit() {
  self().products.push_back(std::move(self().open_products));
  self().open_products.clear();
}

void product_wait(int pending) {
  while (self().products.size() > static_cast<std::size_t>(pending)) {
    run_products(self().products.front());
    self().products.pop_front();
  }
  sync_warp();
  self().accumulators_fenced = false;
}

Operand::Operand(std::uint64_t descriptor, Major major)
    : major_(major),
      address_(descriptor_field(descriptor, 0)),
      leading_(descriptor_field(descriptor, 16)),
      stride_(descriptor_field(descriptor, 32)),
      memory_(own_block().async),
      size_(static_cast<std::uint32_t>(machine.options.dynamic_shared)) {
  const bool swizzled_128 = descriptor >> 62 == 1;
  const bool aligned = (descriptor >> 49 & 7) == 0;
  if (!swizzled_128 || !aligned) fail("a descriptor of a layout that is not modelled");
  // Hardware does not read it: another one was meant for an operand along m or n.
  if (major == Major::k && leading_ != 16) fail("a K-major operand with a leading distance");
}

void Operand::outside() { fail("an address outside shared memory"); }

void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  const At at = resolve(barrier);
  if (at.offset % 8 != 0) fail("an mbarrier that is not aligned to 8 bytes");
  const Mbarrier fresh{.arrivals = arrivals, .pending = arrivals, .initialiser = machine.current};
  if (!at.block.mbarriers.emplace(at.offset, fresh).second) {
    fail("an mbarrier is initialised twice");
  }
}

void mbarrier_init_fence() { fence_own_mbarriers(&Mbarrier::seen_by_cluster); }

void mbarrier_arrive(std::uint32_t barrier, std::uint32_t bytes) {
  Mbarrier& at = mbarrier_at(resolve(barrier));
  if (at.pending == 0) fail("more arrivals than the mbarrier expects");
  at.bytes += bytes;
  --at.pending;
  ++machine.events;
  settle(at);
}

bool mbarrier_try_wait(std::uint32_t barrier, std::uint32_t parity) {
  const Mbarrier& at = mbarrier_at(resolve(barrier));
  if ((at.phase & 1u) != parity) return true;
  to_scheduler();
  return false;
}

void write_shared(std::uint32_t to, const void* from, std::size_t bytes) {
  if (to % bytes != 0) fail("a store that is not aligned");
  const std::uint32_t offset = offset_of(to, bytes);
  std::memcpy(own_block().shared + offset, from, bytes);
  self().unfenced.push_back({offset, bytes});
}

void fence_async() {
  for (const Written& range : self().unfenced) {
    std::memcpy(own_block().async + range.offset, own_block().shared + range.offset, range.bytes);
  }
  self().unfenced.clear();
  fence_own_mbarriers(&Mbarrier::seen_by_tma);
}

void named_barrier(std::uint32_t id, std::uint32_t threads, bool waits) {
  if (id < 1 || id > 15 || threads % kWarp != 0) fail("a named barrier that does not exist");
  Barrier& barrier = own_block().named[id];
  if (waits) {
    wait_at(barrier, threads);
  } else {
    arrive_at(barrier, threads);
  }
}

std::uint32_t cluster_rank() { return machine.current / machine.threads; }

std::uint32_t map_shared(std::uint32_t shared, std::uint32_t rank) {
  return shared | ((rank + 1) << kRankShift);
}

std::uint64_t read_cluster(std::uint32_t mapped) {
  if (mapped % 8 != 0) fail("a load that is not aligned");
  const At at = resolve(mapped);
  std::uint64_t word = 0;
  std::memcpy(&word, at.block.shared + at.offset, sizeof word);
  return word;
}

void cluster_arrive() {}  // the thread waits next in all kernels here: one step

void cluster_wait() { wait_at(machine.cluster, static_cast<unsigned>(machine.fibers.size())); }

void check_exit(const Fiber& fiber) {
  if (!fiber.stores.empty() || !fiber.open_stores.empty()) {
    fail("a thread ends before its stores have read their memory");
  }
  if (!fiber.products.empty() || !fiber.open_products.empty()) {
    fail("a thread ends before its products are done");
  }
}

}  // namespace ga::simt
