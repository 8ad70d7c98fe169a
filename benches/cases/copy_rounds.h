// Copies that are timed one by one or many at once: between GPUs, and between GPUs and host memory.
//
// A block goes through rounds. The copies of a round begin together, behind one event; each is
// repeated until its share of the block is full, timed on the stream of its GPU, and its result is
// poisoned before and checked after, untimed. One cell a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benches/cases/node_cases.h"
#include "benches/harness/gate.h"
#include "benches/harness/loop.h"

namespace ga {

struct TimedCopy {
  int rank = 0;  // whose stream carries it
  int peer = 0;  // the other end: a GPU, or a NUMA node by position
  bool to_host = false;
  std::size_t cell = 0;
};
using CopyRound = std::vector<TimedCopy>;

class CopyRounds : public NodeBench {
 public:
  Result<NodeBlock> block(std::int64_t block_ns, const Stop& stop) override;

 protected:
  CopyRounds(NodeContext& context, std::size_t bytes, std::vector<CopyRound> rounds,
             std::size_t cells);
  Status open();  // on rank 0

  // The copy's GPU is current; enqueued on its stream.
  virtual Status enqueue(const TimedCopy& copy) = 0;
  // Overwrites what the copy will write, and looks at what it wrote. Waits for that.
  virtual Status poison(const TimedCopy& copy) = 0;
  virtual Status check(const TimedCopy& copy, Check& total) = 0;
  // What the copy wrote, where it lies on a GPU: for injections. That GPU and its stream.
  struct Written {
    void* data = nullptr;
    int rank = 0;
  };
  virtual Written written(const TimedCopy& copy) = 0;

  Status select(int rank) const;
  int ordinal(int rank) const { return loop_.team().ordinals()[static_cast<std::size_t>(rank)]; }
  cudaStream_t stream(int rank) const { return loop_.stream(rank); }
  std::size_t bytes() const { return bytes_; }
  int ranks() const { return loop_.team().size(); }

 private:
  struct Span {
    Event start, stop;
  };
  Status start(const CopyRound& round, std::int64_t copies);
  Status misbehave(const TimedCopy& copy, std::int64_t copies, bool first);
  Status damage(const CopyRound& round, bool first);
  Status wait(const CopyRound& round, const Stop& stop, bool& interrupted);
  // Nanoseconds of each copy's repetitions.
  Result<std::vector<double>> run(const CopyRound& round, std::int64_t copies, const Stop& stop,
                                  NodeBlock& block);
  Status calibrate(const Stop& stop, NodeBlock& block);

  TeamLoop& loop_;
  const Injection injection_;
  const std::size_t bytes_;
  const std::vector<CopyRound> rounds_;
  const std::size_t cells_;
  std::vector<Span> spans_;  // by rank
  Event ready_;              // on rank 0, behind the gate
  Gate gate_;
  double copy_ns_ = 0;  // of the fastest copy; 0: not known yet, and code is not loaded
  std::uint64_t serial_ = 0;
};

}  // namespace ga
