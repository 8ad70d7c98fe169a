// Comparisons on a GPU: ours and the baseline in one process, on the same data, in alternating
// blocks, the baseline at its best. comparison.h says what may be concluded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "benches/cases/cases.h"
#include "benches/cases/comparison.h"
#include "benches/cases/shapes.h"
#include "benches/harness/loop.h"
#include "benches/harness/reading.h"
#include "reports/model/result.h"

namespace ga {

struct CompareOptions {
  std::int64_t alternations = kLeastAlternations;
  std::int64_t block_ns = 0;
  std::int64_t settle_ns = 0;  // of load before the first comparison: the clock has settled then
  int heuristics = 32;         // asked of the library; it returns what it has
  ReadDevice read;
};

// One thread, one GPU: what a comparison runs on.
struct CompareBed {
  CaseContext& context;
  TimingLoop& loop;
  const CompareOptions& options;
  std::int64_t settle_ns = 0;  // before the next comparison
};

// Runs the bench for that long; its checks count.
Status settle(CompareBed& bed, Bench& bench, Comparison& into);

// Alternates blocks of both, as interleaving() orders them, and fills in samples, wrong and
// readings.
Status alternate(CompareBed& bed, Bench& own, Bench& baseline, Comparison& into);

// Only ours: what has no baseline but the part's peak.
Status alone(CompareBed& bed, Bench& own, Comparison& into);

// Ours by shape; of fp8 on Hopper, fast sums against fast sums too.
Result<std::vector<Comparison>> compare_gemm(CompareBed& bed, const NamedShape& shape,
                                             ElementType type);

// Ours by shape; alone where there is no cuDNN.
Result<Comparison> compare_attention(CompareBed& bed, const NamedAttention& named);

// The same of the backward; cuDNN's deterministic engines.
Result<Comparison> compare_attention_bwd(CompareBed& bed, const NamedAttention& named);

// Each kernel that our GEMM could take for the shape, by name: the sweep behind its policy table.
Result<std::vector<Comparison>> compare_tiles(CompareBed& bed, const NamedShape& shape,
                                              ElementType type);

// The vendor's GEMM with the hash of its output timed too, against the same without.
Result<Comparison> compare_digest(CompareBed& bed, const NamedShape& shape);

// memory.copy against cudaMemcpy; read, write and triad against the peak.
Result<std::vector<Comparison>> compare_memory(CompareBed& bed, std::int64_t bytes);

}  // namespace ga
