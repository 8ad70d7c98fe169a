// The inside of the CPU stand-in: fibers, blocks, what is under way. For simt*.cpp alone.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "kernels/testing/simt.h"
#include "kernels/testing/simt_sm90.h"

namespace ga::simt {

inline constexpr unsigned kWarp = 32;

struct Copy {
  unsigned char* to;
  const void* from;
  int bytes, size;
};

// A range of shared memory written by ordinary stores and not yet fenced for TMA and wgmma.
struct Written {
  std::size_t offset, bytes;
};

struct Fiber {
  ucontext_t context{};
  std::unique_ptr<char[]> stack;
  bool done = false;
  unsigned collectives = 0;              // of the warp, for the choice of buffer
  std::vector<Copy> open;                // copies since the last commit
  std::deque<std::vector<Copy>> groups;  // committed, not yet landed
  std::vector<Written> unfenced;
  std::vector<BoxStore> open_stores;
  std::deque<std::vector<BoxStore>> stores;
  std::vector<Product> open_products;
  std::deque<std::vector<Product>> products;
  std::size_t issued = 0;  // products, to compare with the rest of the warpgroup
  bool accumulators_fenced = false;
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

struct Mbarrier {
  unsigned arrivals = 0;   // of a phase
  unsigned pending = 0;    // still to come in this one
  std::int64_t bytes = 0;  // announced and not landed; negative where they landed first
  unsigned phase = 0;      // phases completed
  // That it is initialised, by fences of the thread that did it: one says nothing for another's.
  unsigned initialiser = 0;
  bool seen_by_cluster = false, seen_by_tma = false;
};

struct Block {
  std::vector<unsigned char> memory, async_memory;
  unsigned char* shared = nullptr;  // what the threads see
  unsigned char* async = nullptr;   // what TMA and wgmma see
  std::vector<Warp> warps;
  Barrier barrier;
  Barrier named[16];
  std::map<std::uint32_t, Mbarrier> mbarriers;          // by offset
  std::map<unsigned, std::vector<Product>> warpgroups;  // every product in order, for comparison
  unsigned yes = 0, counted = 0;                        // votes of sync_block_or(): ever, settled
  unsigned left = 0;                                    // threads that have not ended
};

struct Machine {
  std::vector<Fiber> fibers;  // of all blocks of the cluster, block after block
  std::vector<Block> blocks;
  ucontext_t scheduler{};
  unsigned current = 0;
  Barrier cluster;
  Dim grid, index;  // of the cluster's first block
  unsigned threads = 0;
  std::uint64_t events = 0;  // of any kind: a round without one is a standstill
  std::uint64_t looks = 0;   // at what another thread may have written: yield()
  std::uint32_t random = 0;
  std::vector<BoxLoad> loads;  // issued, not landed
  Options options;
  const std::function<void()>* body = nullptr;
};

extern Machine machine;

[[noreturn]] void fail(const char* what);
void to_scheduler();
void arrive_at(Barrier& barrier, unsigned needed);
void wait_at(Barrier& barrier, unsigned needed);  // arrives, and waits for the others
// The next number of the run's random sequence; zero always where the order is natural.
std::uint32_t next_random();

// The offset in dynamic shared memory of `bytes` at this address; fails where they are not in it.
std::uint32_t offset_of(std::uint32_t address, std::size_t bytes);

inline Fiber& self() { return machine.fibers[machine.current]; }
inline Block& own_block() { return machine.blocks[machine.current / machine.threads]; }

// Lets one load land; false where none is under way.
bool land_one_load();
// What a thread may not leave behind.
void check_exit(const Fiber& fiber);

}  // namespace ga::simt
