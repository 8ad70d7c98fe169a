#include "kernels/testing/simt.h"

#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <numeric>
#include <vector>

namespace ga::simt {
namespace {

constexpr std::size_t kStackBytes = 128 << 10;
constexpr unsigned kWarp = 32;

struct Copy {
  unsigned char* to;
  const void* from;
  int bytes;
};

struct Fiber {
  ucontext_t context{};
  std::unique_ptr<char[]> stack;
  bool done = false;
  unsigned collectives = 0;              // of the warp, for the choice of buffer
  std::vector<Copy> open;                // copies since the last commit
  std::deque<std::vector<Copy>> groups;  // committed, not yet landed
};

// A barrier that can be used again: the generation tells who has passed.
struct Barrier {
  unsigned arrived = 0;
  unsigned generation = 0;
};

struct Warp {
  Barrier barrier;
  // Two buffers in turn: a fast lane may post its next value while a slow one still reads.
  unsigned char slots[2][kWarp * kSlot];
};

struct Machine {
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  std::vector<unsigned char> shared;
  unsigned char* shared_base = nullptr;
  ucontext_t scheduler{};
  unsigned current = 0;
  Barrier block;
  Dim grid, index;
  unsigned threads = 0;
  Options options;
  const std::function<void()>* body = nullptr;
};

Machine machine;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "simt: %s (block %u, thread %u)\n", what, machine.index.x, machine.current);
  std::abort();
}

Fiber& self() { return machine.fibers[machine.current]; }

void to_scheduler() { swapcontext(&self().context, &machine.scheduler); }

void wait_at(Barrier& barrier, unsigned needed) {
  const unsigned generation = barrier.generation;
  if (++barrier.arrived == needed) {
    barrier.arrived = 0;
    ++barrier.generation;
    return;
  }
  while (barrier.generation == generation) to_scheduler();
}

void fiber_main() {
  (*machine.body)();
  self().done = true;
  to_scheduler();
}

void prepare(Fiber& fiber) {
  if (!fiber.stack) fiber.stack = std::make_unique<char[]>(kStackBytes);
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = kStackBytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
  fiber.done = false;
  fiber.collectives = 0;
  fiber.open.clear();
  fiber.groups.clear();
}

void land(const std::vector<Copy>& group) {
  for (const Copy& copy : group) {
    std::memset(copy.to, 0, 16);
    std::memcpy(copy.to, copy.from, static_cast<std::size_t>(copy.bytes));
  }
}

// A different order for each round and seed; xorshift is enough here.
void shuffle(std::vector<unsigned>& order, std::uint32_t& state) {
  for (std::size_t i = order.size(); i > 1; --i) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    std::swap(order[i - 1], order[state % i]);
  }
}

void run_block() {
  for (Fiber& fiber : machine.fibers) prepare(fiber);
  for (Warp& warp : machine.warps) warp.barrier = {};
  machine.block = {};
  std::fill(machine.shared.begin(), machine.shared.end(), static_cast<unsigned char>(0xFF));
  std::vector<unsigned> order(machine.threads);
  std::iota(order.begin(), order.end(), 0u);
  std::uint32_t state = machine.options.order_seed;
  const auto progress = [] {
    std::uint64_t sum = machine.block.generation;
    for (const Warp& warp : machine.warps) sum += warp.barrier.generation;
    for (const Fiber& fiber : machine.fibers) sum += fiber.done ? 1u : 0u;
    return sum;
  };
  unsigned left = machine.threads;
  while (left > 0) {
    const std::uint64_t before = progress();
    if (state != 0) shuffle(order, state);
    for (const unsigned thread : order) {
      if (machine.fibers[thread].done) continue;
      machine.current = thread;
      swapcontext(&machine.scheduler, &machine.fibers[thread].context);
      if (machine.fibers[thread].done) --left;
    }
    if (left > 0 && progress() == before) fail("hangs: threads wait for one that never comes");
  }
}

}  // namespace

void run(Dim grid, unsigned threads, const Options& options, const std::function<void()>& body) {
  machine.threads = threads;
  machine.grid = grid;
  machine.options = options;
  machine.body = &body;
  if (machine.fibers.size() != threads) {
    machine.fibers = std::vector<Fiber>(threads);
    machine.warps = std::vector<Warp>((threads + kWarp - 1) / kWarp);
  }
  machine.shared.assign(options.dynamic_shared + 1024, 0xFF);
  const auto base = reinterpret_cast<std::uintptr_t>(machine.shared.data());
  machine.shared_base = machine.shared.data() + (1024 - base % 1024) % 1024;
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        machine.index = {x, y, z};
        run_block();
      }
    }
  }
}

Dim thread_index() { return {machine.current, 0, 0}; }
Dim block_index() { return machine.index; }
Dim block_dim() { return {machine.threads, 1, 1}; }
Dim grid_dim() { return machine.grid; }

void sync_block() { wait_at(machine.block, machine.threads); }

const unsigned char* exchange(const void* value, std::size_t size) {
  if (size > kSlot) fail("a value larger than a lane's slot");
  const unsigned lane = machine.current % kWarp;
  Warp& warp = machine.warps[machine.current / kWarp];
  unsigned char* const slots = warp.slots[self().collectives++ % 2];
  std::memcpy(slots + lane * kSlot, value, size);
  wait_at(warp.barrier, std::min(kWarp, machine.threads - machine.current / kWarp * kWarp));
  return slots;
}

unsigned char* dynamic_shared() { return machine.shared_base; }

std::uint32_t shared_address(const void* shared) {
  const auto* const at = static_cast<const unsigned char*>(shared);
  if (at < machine.shared_base || at > machine.shared_base + machine.options.dynamic_shared) {
    fail("not an address of dynamic shared memory");
  }
  return static_cast<std::uint32_t>(at - machine.shared_base);
}

void copy_async(std::uint32_t shared, const void* global, int bytes) {
  if (shared % 16 != 0 || reinterpret_cast<std::uintptr_t>(global) % 16 != 0) {
    fail("cp.async with an address that is not aligned to 16 bytes");
  }
  if (shared + 16 > machine.options.dynamic_shared || bytes < 0 || bytes > 16) {
    fail("cp.async outside shared memory, or of more than 16 bytes");
  }
  const Copy copy{machine.shared_base + shared, global, bytes};
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
