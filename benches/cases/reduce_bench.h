// What the all-reduce cases share: the data of one rank and its checks, and the team of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "benches/cases/node_cases.h"
#include "benches/cases/slots.h"
#include "benches/harness/bench.h"
#include "kernels/check/check.h"
#include "kernels/data/element.h"

namespace ga {

// What is reduced. `calls` all-reduces of `bytes` make one launch; each launch of a group has data
// of its own, so that no result of another one is right for it.
struct ReduceShape {
  std::size_t bytes = 0;  // a multiple of 16 where calls > 1
  ElementType type = ElementType::bf16;
  std::int64_t sets = 1, calls = 1;
  std::uint64_t seed = 0;
  int ranks = 0;

  std::size_t count() const;      // elements of a call
  std::size_t set_bytes() const;  // from one set to the next: all calls, rounded up
  std::size_t all_bytes() const { return static_cast<std::size_t>(sets) * set_bytes(); }
};

// By the parameters bytes and type; sets that together leave the caches.
ReduceShape reduce_shape(const Params& params, std::uint64_t seed, const NodeContext& context);
// Of in and out and the reports of the checks.
std::int64_t reduce_bytes(const Params& params, const NodeContext& context);

// One rank. The inputs are filled by fill(); launch() is the subject's.
class ReduceRank : public Bench {
 public:
  ReduceRank(const ReduceShape& shape, int rank, void* in, void* out)
      : shape_(shape),
        rank_(rank),
        in_(static_cast<std::byte*>(in)),
        out_(static_cast<std::byte*>(out)) {}

  Status fill(cudaStream_t stream);  // and allocates on the current device

  std::int64_t sets() const override { return shape_.sets; }
  Status poison(const Turn& turn, cudaStream_t stream) override;
  Status check(const Turn& turn, cudaStream_t stream) override;
  Status collect(std::int64_t slots, Check& total) override;
  Check begin() override { return {.kind = "exact", .expected = {}, .got = {}}; }
  Inject output(const Turn& turn) const override;
  std::int64_t value(const BlockTiming&) const override { return 0; }  // the team's

  // Elements found wrong since this was last asked, by the rank that summed them.
  std::vector<std::int64_t> take_wrong();

 protected:
  std::size_t offset(std::int64_t set) const;
  // Who summed element `index` of a call.
  virtual int owner(std::size_t) const { return rank_; }

  const ReduceShape shape_;
  const int rank_;
  std::byte* const in_;
  std::byte* const out_;

 private:
  Slots<Mismatch> reports_;
  std::vector<std::int64_t> wrong_;
};

// The ranks together, timed by the loop of the team.
class ReduceTeam : public NodeBench {
 public:
  Result<NodeBlock> block(std::int64_t block_ns, const Stop& stop) override;

 protected:
  ReduceTeam(TeamLoop& loop, const ReduceShape& shape) : loop_(loop), shape_(shape) {}

  // Bus bandwidth in bytes/s, as nccl-tests defines it.
  virtual std::int64_t value(const BlockTiming& timing) const;
  // Before the block's launches, and after `calls` all-reduces of each rank.
  virtual Status before() { return Ok{}; }
  virtual Status after(std::int64_t calls, NodeBlock& block) = 0;

  TeamLoop& loop_;
  const ReduceShape shape_;
  std::vector<std::unique_ptr<Bench>> ranks_;  // each a ReduceRank

 private:
  GroupTime group_;
  std::vector<Check> carried_;  // found wrong while calibrating; belongs to the first block
};

}  // namespace ga
