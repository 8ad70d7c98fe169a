#include "kernels/testing/simt.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <vector>

#include "kernels/testing/simt_machine.h"

namespace ga::simt {

Machine machine;

void fail(const char* what) {
  std::fprintf(stderr, "simt: %s (block %u, thread %u)\n", what,
               machine.index.x + machine.current / machine.threads,
               machine.current % machine.threads);
  std::abort();
}

void to_scheduler() { swapcontext(&self().context, &machine.scheduler); }

void arrive_at(Barrier& barrier, unsigned needed) {
  if (++barrier.arrived < needed) return;
  barrier.arrived = 0;
  ++barrier.generation;
  ++machine.events;
}

void wait_at(Barrier& barrier, unsigned needed) {
  const unsigned generation = barrier.generation;
  arrive_at(barrier, needed);
  while (barrier.generation == generation) to_scheduler();
}

std::uint32_t next_random() {
  std::uint32_t& state = machine.random;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

namespace {

constexpr std::size_t kStackBytes = 128 << 10;
// A thread that looks at one word after the other gets on without an event.
constexpr unsigned kMostIdleRounds = 1000;

void fiber_main() {
  (*machine.body)();
  check_exit(self());
  self().done = true;
  --own_block().left;
  ++machine.events;
  to_scheduler();
}

void prepare(Fiber& fiber) {
  auto stack = std::move(fiber.stack);
  if (!stack) stack = std::make_unique<char[]>(kStackBytes);
  fiber = Fiber{};
  fiber.stack = std::move(stack);
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = kStackBytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
}

// Poisoned memory whose base is aligned for a 128-byte swizzle.
unsigned char* poisoned(std::vector<unsigned char>& memory, std::size_t bytes) {
  constexpr std::size_t kAlignment = 1024;
  memory.assign(bytes + kAlignment, 0xFF);
  const auto base = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (kAlignment - base % kAlignment) % kAlignment;
}

void prepare(Block& block) {
  block.shared = poisoned(block.memory, machine.options.dynamic_shared);
  block.async = poisoned(block.async_memory, machine.options.dynamic_shared);
  block.warps = std::vector<Warp>((machine.threads + kWarp - 1) / kWarp);
  block.barrier = {};
  std::fill(std::begin(block.named), std::end(block.named), Barrier{});
  block.mbarriers.clear();
  block.warpgroups.clear();
  block.yes = block.counted = 0;
  block.left = machine.threads;
}

void land(const std::vector<Copy>& group) {
  for (const Copy& copy : group) {
    std::memset(copy.to, 0, static_cast<std::size_t>(copy.size));
    std::memcpy(copy.to, copy.from, static_cast<std::size_t>(copy.bytes));
  }
}

// A different order for each round and seed; xorshift is enough here.
void shuffle(std::vector<unsigned>& order) {
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[next_random() % i]);
  }
}

bool is_slow(unsigned thread) {
  const auto block = static_cast<int>(thread / machine.threads);
  const auto warp = static_cast<int>(thread % machine.threads / kWarp);
  return block == machine.options.slow_block || warp == machine.options.slow_warp;
}

// The threads of one cluster, until all have ended.
void run_cluster() {
  for (Fiber& fiber : machine.fibers) prepare(fiber);
  for (Block& block : machine.blocks) prepare(block);
  machine.cluster = {};
  machine.loads.clear();
  machine.random = machine.options.order_seed;
  std::vector<unsigned> order(machine.fibers.size());
  std::iota(order.begin(), order.end(), 0u);
  std::size_t left = machine.fibers.size();
  unsigned idle = 0;  // rounds in a row in which threads only looked
  while (left > 0) {
    const std::uint64_t before = machine.events;
    const std::uint64_t looks = machine.looks;
    if (machine.random != 0) shuffle(order);
    for (const bool slow : {false, true}) {
      if (slow && machine.events != before) break;
      for (const unsigned thread : order) {
        if (machine.fibers[thread].done || is_slow(thread) != slow) continue;
        machine.current = thread;
        swapcontext(&machine.scheduler, &machine.fibers[thread].context);
        if (machine.fibers[thread].done) --left;
      }
    }
    if (machine.random != 0 && next_random() % 2 == 0) land_one_load();
    idle = machine.events == before ? idle + 1 : 0;
    if (left > 0 && idle > 0 && !land_one_load() &&
        (machine.looks == looks || idle > kMostIdleRounds)) {
      fail("hangs: threads wait for one that never comes");
    }
  }
  if (!machine.loads.empty()) fail("a copy lands in a block that has ended");
}

}  // namespace

void run(Dim grid, unsigned threads, const Options& options, const std::function<void()>& body) {
  machine.threads = threads;
  machine.grid = grid;
  machine.options = options;
  machine.body = &body;
  machine.blocks.resize(options.cluster);
  if (machine.fibers.size() != threads * options.cluster) {
    machine.fibers = std::vector<Fiber>(threads * options.cluster);
  }
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; x += options.cluster) {
        machine.index = {x, y, z};
        run_cluster();
      }
    }
  }
}

Dim thread_index() { return {machine.current % machine.threads, 0, 0}; }
Dim block_index() {
  return {machine.index.x + machine.current / machine.threads, machine.index.y, machine.index.z};
}
Dim block_dim() { return {machine.threads, 1, 1}; }
Dim grid_dim() { return machine.grid; }

void sync_block() { wait_at(own_block().barrier, machine.threads); }

bool sync_block_or(bool mine) {
  Block& block = own_block();
  if (mine) ++block.yes;
  sync_block();
  const unsigned yes = block.yes;
  const bool any = yes != block.counted;
  sync_block();  // nobody votes again before all have read
  block.counted = yes;
  return any;
}

void yield() {
  ++machine.looks;
  to_scheduler();
}
void happened() { ++machine.events; }

const unsigned char* exchange(const void* value, std::size_t size) {
  if (size > kSlot) fail("a value larger than a lane's slot");
  const unsigned thread = machine.current % machine.threads;
  const unsigned lane = thread % kWarp;
  Warp& warp = own_block().warps[thread / kWarp];
  unsigned char* const slots = warp.slots[self().collectives++ % 2];
  std::memcpy(slots + lane * kSlot, value, size);
  wait_at(warp.barrier, std::min(kWarp, machine.threads - thread / kWarp * kWarp));
  return slots;
}

unsigned char* dynamic_shared() { return own_block().shared; }

std::uint32_t shared_address(const void* shared) {
  const auto* const at = static_cast<const unsigned char*>(shared);
  const unsigned char* const base = own_block().shared;
  if (at < base || at > base + machine.options.dynamic_shared) {
    fail("not an address of dynamic shared memory");
  }
  return kSharedBase + static_cast<std::uint32_t>(at - base);
}

std::uint32_t offset_of(std::uint32_t address, std::size_t bytes) {
  if (address < kSharedBase || address - kSharedBase + bytes > machine.options.dynamic_shared) {
    fail("an address outside shared memory");
  }
  return address - kSharedBase;
}

void copy_async(std::uint32_t shared, const void* global, int bytes, int size) {
  const auto unit = static_cast<unsigned>(size);
  if (shared % unit != 0 || reinterpret_cast<std::uintptr_t>(global) % unit != 0) {
    fail("cp.async with an address that is not aligned to its size");
  }
  if (bytes < 0 || bytes > size) fail("cp.async of more than its size");
  // The address must be valid even where nothing is read: AddressSanitizer sees one that is not.
  (void)*static_cast<const volatile unsigned char*>(global);
  const Copy copy{own_block().shared + offset_of(shared, unit), global, bytes, size};
  if (machine.options.eager_copies) {
    land({copy});
  } else {
    self().open.push_back(copy);
  }
}

void copy_commit() {
  self().groups.push_back(std::move(self().open));
  self().open.clear();
}

void copy_wait(int pending) {
  while (self().groups.size() > static_cast<std::size_t>(pending)) {
    land(self().groups.front());
    self().groups.pop_front();
  }
}

}  // namespace ga::simt
