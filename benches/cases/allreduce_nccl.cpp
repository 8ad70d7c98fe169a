// allreduce.nccl, .nccl_ring, .nccl_nvls: the same sum by NCCL, in one process with a communicator
// for each GPU. Which algorithm ran is read from what NCCL tells, block by block.
//
// NCCL reads its environment once, so that each variant needs a process of its own: the case table
// says so, and a second variant in one process is refused.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "benches/cases/pattern_slots.h"
#include "benches/cases/reduce_bench.h"
#include "kernels/baselines/nccl_environment.h"
#include "kernels/baselines/nccl_log.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

// A file that has no name: NCCL writes to it as to any other.
Result<std::string> log_path(NodeContext& context) {
  if (context.nccl_log < 0) context.nccl_log = ::memfd_create("nccl-log", 0);
  if (context.nccl_log < 0) {
    return Error(ErrorCode::environment, "no file can be made for what NCCL tells");
  }
  return fmt::format("/proc/self/fd/{}", context.nccl_log);
}

Status load_nccl(NcclVariant variant, std::int64_t ctas, NodeContext& context) {
  GA_TRY(const std::string log, log_path(context));
  GA_TRY(const NcclEnvironment told,
         prepare_nccl({.variant = variant, .ctas = static_cast<int>(ctas), .log_file = log}));
  context.nccl_conf.clear();
  for (const std::string& line : told.system) context.nccl_conf += " " + line;
  if (context.nccl) return Ok{};
  GA_TRY(Nccl nccl, Nccl::load(library_places(context.libs)));
  GA_TRY(Library described, nccl.describe());
  context.libraries.push_back(std::move(described));
  context.nccl = std::move(nccl);
  return Ok{};
}

class VendorRank final : public ReduceRank {
 public:
  VendorRank(const ReduceShape& shape, int rank, NcclRank comm, DeviceBuffer<std::byte> in,
             DeviceBuffer<std::byte> out)
      : ReduceRank(shape, rank, in.data(), out.data()),
        comm_(std::move(comm)),
        in_memory_(std::move(in)),
        out_memory_(std::move(out)) {}

  Status launch(const Turn& turn, cudaStream_t stream) override {
    const std::size_t at = offset(turn.set);
    return comm_.all_reduce(in_ + at, out_ + at, shape_.count(), shape_.type, stream);
  }
  Status collect(std::int64_t slots, Check& total) override {
    GA_CHECK(comm_.async_error());
    return ReduceRank::collect(slots, total);
  }

 private:
  NcclRank comm_;
  DeviceBuffer<std::byte> in_memory_, out_memory_;
};

class VendorTeam final : public ReduceTeam {
 public:
  static Result<std::unique_ptr<NodeBench>> make(const ReduceShape& shape, NodeContext& context) {
    std::unique_ptr<VendorTeam> team(new VendorTeam(*context.loop, shape, context));
    GA_TRY(std::vector<NcclRank> comms, context.nccl->init_all(context.team.ordinals()));
    team->ranks_.resize(comms.size());
    const Status made = each_rank(context.team, [&](int rank) -> Status {
      const auto i = static_cast<std::size_t>(rank);
      GA_TRY(auto in, DeviceBuffer<std::byte>::make(shape.all_bytes()));
      GA_TRY(auto out, DeviceBuffer<std::byte>::make(shape.all_bytes()));
      auto mine = std::make_unique<VendorRank>(shape, rank, std::move(comms[i]), std::move(in),
                                               std::move(out));
      GA_CHECK(mine->fill(context.loop->stream(rank)));
      team->ranks_[i] = std::move(mine);
      return Ok{};
    });
    GA_CHECK(made);
    // NCCL finds out at the first call what it cannot do.
    const Status ran = each_rank(context.team, [&](int rank) -> Status {
      const cudaStream_t stream = context.loop->stream(rank);
      GA_CHECK(team->ranks_[static_cast<std::size_t>(rank)]->launch({}, stream));
      GA_CUDA(cudaStreamSynchronize(stream));
      return Ok{};
    });
    GA_CHECK(ran);
    return std::unique_ptr<NodeBench>(std::move(team));
  }

 protected:
  Status after(std::int64_t, NodeBlock& block) override {
    GA_TRY(const std::string path, log_path(context_));
    GA_TRY(const NcclLog log, read_nccl_log(path));
    const auto call = nccl_call(log, static_cast<std::int64_t>(shape_.bytes));
    block.algorithm = call ? nccl_algorithm(context_.nccl->version(), *call)
                           : fmt::format("nccl {} unknown", context_.nccl->version());
    if (!context_.nccl_conf.empty()) block.algorithm += " conf" + context_.nccl_conf;
    return Ok{};
  }

 private:
  VendorTeam(TeamLoop& loop, const ReduceShape& shape, NodeContext& context)
      : ReduceTeam(loop, shape), context_(context) {}

  NodeContext& context_;
};

Result<std::unique_ptr<NodeBench>> set_up(NcclVariant variant, const Params& params,
                                          std::uint64_t seed, NodeContext& context) {
  GA_CHECK(load_nccl(variant, param(params, "ctas"), context));
  // From here on it is NCCL that says no.
  context.refusal = "nccl.refused";
  auto team = VendorTeam::make(reduce_shape(params, seed, context), context);
  if (team) context.refusal.clear();
  return team;
}

template <NcclVariant variant>
NodeCase nccl_case(std::string_view id) {
  return {.id = id,
          .device_bytes = reduce_bytes,
          .setup = [](const Params& params, std::uint64_t seed, NodeContext& context) {
            return set_up(variant, params, seed, context);
          }};
}

}  // namespace

const NodeCase kAllReduceNccl = nccl_case<NcclVariant::standard>("allreduce.nccl");
const NodeCase kAllReduceNcclRing = nccl_case<NcclVariant::ring>("allreduce.nccl_ring");
const NodeCase kAllReduceNcclNvls = nccl_case<NcclVariant::nvls>("allreduce.nccl_nvls");

}  // namespace ga
