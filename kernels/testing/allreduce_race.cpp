// allreduce_race MUTATION: the protocol of the all-reduce under ThreadSanitizer, as it is ("none")
// or with one of its rules left out. Prints what it saw; ThreadSanitizer adds its races.
// What each must show: allreduce_race_test.py.
#include <cstdio>
#include <cstring>

#include "kernels/testing/allreduce_threads.h"

namespace {

using ga::AllReduceAlgorithm;
using ga::AllReduceRules;
using ga::ElementType;
using ga::testing::ReduceStep;
using ga::testing::ReduceTeam;
using ga::testing::ThreadOptions;

constexpr int kRanks = 4;
constexpr std::size_t kMostBytes = 4096;

std::vector<ReduceStep> calls(AllReduceAlgorithm algorithm) {
  std::vector<ReduceStep> steps;
  for (std::size_t k = 0; k < 20; ++k) {
    steps.push_back({k % 3 == 1 ? 77u : 1001u, ElementType::fp32, algorithm, k % 4 == 3});
  }
  return steps;
}

template <AllReduceRules kRules, bool kOrdered = true>
void run(AllReduceAlgorithm algorithm, const ThreadOptions& options) {
  ReduceTeam team(kRanks, kMostBytes);
  team.begin_at(0xFFFFFFF0u);  // so that counters pass 2^32 on the way
  const std::size_t wrong =
      ga::testing::run_threads<kRules, kOrdered>(team, calls(algorithm), options);
  bool timeout = false;
  for (int rank = 0; rank < kRanks; ++rank) timeout |= team.fault(rank) != 0;
  std::printf("wrong %zu timeout %d\n", wrong, timeout ? 1 : 0);
}

using enum AllReduceAlgorithm;

struct Mutation {
  const char* name;
  void (*run)();
};

// Where a mutation must end in a standstill, waits are short; else so long that a busy machine does
// not end them.
constexpr std::uint64_t kShort = 500'000'000;

const Mutation kMutations[] = {
    {"none-one_shot", [] { run<AllReduceRules{}>(one_shot, {.lingering = 1}); }},
    {"none-two_shot", [] { run<AllReduceRules{}>(two_shot, {.lingering = 1}); }},
    {"none-nvls", [] { run<AllReduceRules{}>(nvls, {.lingering = 1}); }},
    {"relaxed", [] { run<AllReduceRules{}, false>(two_shot, {}); }},
    {"no-leading-sync", [] { run<AllReduceRules{.leading_sync = false}>(two_shot, {}); }},
    {"no-entry", [] { run<AllReduceRules{.entry = false}>(two_shot, {}); }},
    {"no-middle", [] { run<AllReduceRules{.middle = false}>(two_shot, {}); }},
    {"no-exit", [] { run<AllReduceRules{.exit = false}>(nvls, {}); }},
    {"one-half",
     [] { run<AllReduceRules{.halves = false}>(one_shot, {.budget_ns = kShort, .lingering = 1}); }},
    {"equal",
     [] {
       run<AllReduceRules{.reached = false}>(two_shot, {.budget_ns = kShort, .lingering = 1});
     }},
};

}  // namespace

int main(int argc, char** argv) {
  for (const Mutation& mutation : kMutations) {
    if (argc != 2) {
      std::printf("%s\n", mutation.name);
    } else if (std::strcmp(mutation.name, argv[1]) == 0) {
      mutation.run();
      return 0;
    }
  }
  return argc == 2 ? 2 : 0;
}
