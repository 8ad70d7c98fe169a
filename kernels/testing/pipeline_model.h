// The barrier protocol of the Hopper GEMM as a small state machine, explored over all
// interleavings.
//
// Each CTA has a producer and consumers; copies under way land one by one, in any order, at any
// moment. The arithmetic of stages and parities is the kernel's own StageCursor. Found are: a
// standstill, a copy that lands where somebody still reads or has not read yet, a product of the
// wrong stage, more bytes or arrivals than a barrier expects, and any touch of a CTA that has
// ended.
#pragma once

#include <cstddef>
#include <string>

namespace ga::testing {

struct PipelineRules {
  int ctas = 1, stages = 2;
  int consumers = 2;  // of a CTA; one stands for a warpgroup whose warps keep together
  int tiles = 3;      // stages filled in all
  // What the kernel does. A test turns one off and must see the fault.
  bool waits_full = true;
  bool waits_empty = true;
  bool producer_takes_other_parity = true;  // so that its first round passes
  bool releases_after_next = true;          // not before the stage's own products are done
  bool waits_for_own = false;               // the products of a stage, and then releases it
  bool releases_to_all = true;              // every CTA whose producer writes the stage
  bool meets_at_end = true;
  int empty_arrivals_off_by = 0;
};

struct Exploration {
  std::size_t states = 0;
  std::string fault;  // "" where every way ends well
};
Exploration explore(const PipelineRules& rules);

}  // namespace ga::testing
