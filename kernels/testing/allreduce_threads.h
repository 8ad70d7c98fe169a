// The protocol of the all-reduce by host threads: ranks x blocks x threads of them, each rank's
// calls in order as on a stream, ranks in no order but the protocol's.
#pragma once

// First: what the bodies of kernels need of CUDA's words.
#include "kernels/testing/simt_ptx.h"
//
#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "kernels/allreduce/allreduce_protocol.cuh"
#include "kernels/testing/allreduce_team.h"

namespace ga::testing {

struct ThreadOptions {
  int blocks = 2;
  int threads = 4;
  std::uint64_t budget_ns = 30'000'000'000;
  int dead = -1;  // a rank that makes no call
  int late = -1;  // a rank that sleeps before each call
  int late_ms = 0;
  int lingering = -1;  // a rank that often sleeps between telling the others and looking at them
};

// A barrier of threads that also gathers a vote.
struct VotingBarrier {
  explicit VotingBarrier(int threads) : barrier(threads) {}
  std::barrier<> barrier;
  std::atomic<unsigned> yes{0};
};

template <AllReduceRules kR, bool kOrdered>
struct HostThread {
  static constexpr AllReduceRules kRules = kR;
  static constexpr std::size_t kUnroll = 2;
  const AllReduceArgs& args;
  int rank, block, blocks, tid, threads;
  VotingBarrier& barrier;
  bool lingers;
  unsigned counted;
  unsigned looks = 0, pauses = 0, packets = 0;

  void sync() { barrier.barrier.arrive_and_wait(); }
  bool any(bool mine) {
    if (mine) barrier.yes.fetch_add(1, std::memory_order_relaxed);
    sync();
    const unsigned yes = barrier.yes.load(std::memory_order_relaxed);
    sync();  // nobody votes again before all have read
    const bool any = yes != counted;
    counted = yes;
    return any;
  }
  std::uint32_t acquire(const std::uint32_t* flag) {
    return __atomic_load_n(flag, kOrdered ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED);
  }
  void release(std::uint32_t* flag, std::uint32_t value) {
    __atomic_store_n(flag, value, kOrdered ? __ATOMIC_RELEASE : __ATOMIC_RELAXED);
    linger();
  }
  std::uint32_t peek(const std::uint32_t* word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
  ptx::Vector load_packet(const ptx::Vector* from) {
    linger();
    return {{__atomic_load_n(&from->word[0], __ATOMIC_RELAXED),
             __atomic_load_n(&from->word[1], __ATOMIC_RELAXED)}};
  }
  // One word or the other first: nothing says which.
  void store_packet(ptx::Vector* to, const ptx::Vector& v) {
    const std::size_t first = ++packets % 2;
    __atomic_store_n(&to->word[first], v.word[first], __ATOMIC_RELAXED);
    linger();
    __atomic_store_n(&to->word[1 - first], v.word[1 - first], __ATOMIC_RELAXED);
  }
  ptx::Vector load(const ptx::Vector* from) { return *from; }
  void store(ptx::Vector* to, const ptx::Vector& v) { *to = v; }
  std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
  }
  // A long wait leaves the processor to the others.
  void pause() {
    if (++pauses < 1000) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
  void fail(int peer, std::uint32_t epoch) {
    if (__atomic_exchange_n(&args.peers.signals[rank]->failed, 1u, __ATOMIC_RELAXED) == 0) {
      args.fault[rank] = fault_word(rank, peer, block, epoch);
    }
  }
  template <class T>
  ptx::Vector reduce(std::size_t i) {
    return sum_of_ranks<T>(*this, i);
  }
  template <class T>
  void broadcast(std::size_t i, const ptx::Vector& v) {
    for (int r = 0; r < args.ranks; ++r) store(static_cast<ptx::Vector*>(args.peers.out[r]) + i, v);
  }

 private:
  void linger() {
    if (lingers && looks++ % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

template <class T, class Thread>
void run_step(Thread& thread, AllReduceAlgorithm algorithm) {
  if (algorithm == AllReduceAlgorithm::one_shot) {
    all_reduce_body<AllReduceAlgorithm::one_shot, T>(thread);
  } else if (algorithm == AllReduceAlgorithm::two_shot) {
    all_reduce_body<AllReduceAlgorithm::two_shot, T>(thread);
  } else {
    all_reduce_body<AllReduceAlgorithm::nvls, T>(thread);
  }
}

template <class Thread>
void run_step(Thread& thread, const ReduceStep& step) {
  if (step.type == ElementType::bf16) {
    run_step<Bf16>(thread, step.algorithm);
  } else if (step.type == ElementType::fp16) {
    run_step<Fp16>(thread, step.algorithm);
  } else {
    run_step<float>(thread, step.algorithm);
  }
}

// Makes all calls of `steps`, call k on data of seed k, and returns how many elements were wrong in
// calls of ranks that have not given up.
template <AllReduceRules kRules = AllReduceRules{}, bool kOrdered = true>
std::size_t run_threads(ReduceTeam& team, const std::vector<ReduceStep>& steps,
                        const ThreadOptions& options) {
  using Thread = HostThread<kRules, kOrdered>;
  std::vector<AllReduceArgs> args;
  for (const ReduceStep& step : steps) args.push_back(team.args(step, options.budget_ns));
  const int of_rank = options.blocks * options.threads;
  std::vector<std::unique_ptr<VotingBarrier>> blocks;
  std::vector<std::unique_ptr<std::barrier<>>> streams;  // the ends of kernels
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> running;
  for (int rank = 0; rank < team.ranks(); ++rank) {
    streams.push_back(std::make_unique<std::barrier<>>(of_rank));
    for (int b = 0; b < options.blocks; ++b) {
      blocks.push_back(std::make_unique<VotingBarrier>(options.threads));
    }
  }
  const auto body = [&](int rank, int block, int tid) {
    std::barrier<>& kernel = *streams[static_cast<std::size_t>(rank)];
    VotingBarrier& barrier = *blocks[static_cast<std::size_t>(rank * options.blocks + block)];
    const bool first = block == 0 && tid == 0;
    unsigned counted = 0;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      if (first && rank == options.late) {
        std::this_thread::sleep_for(std::chrono::milliseconds(options.late_ms));
      }
      if (first) team.fill(rank, k, steps[k]);
      kernel.arrive_and_wait();
      const int blocks_of_call = steps[k].blocks == 0 ? options.blocks : steps[k].blocks;
      if (block < blocks_of_call) {
        Thread thread{args[k], rank,
                      block,   blocks_of_call,
                      tid,     options.threads,
                      barrier, rank == options.lingering,
                      counted};
        run_step(thread, steps[k]);
        counted = thread.counted;
      }
      kernel.arrive_and_wait();
      if (first && team.signals(rank).failed == 0) wrong += team.wrong(rank, k, steps[k]);
    }
  };
  for (int rank = 0; rank < team.ranks(); ++rank) {
    if (rank == options.dead) continue;
    for (int b = 0; b < options.blocks; ++b) {
      for (int t = 0; t < options.threads; ++t) running.emplace_back(body, rank, b, t);
    }
  }
  for (std::thread& thread : running) thread.join();
  return wrong;
}

}  // namespace ga::testing
