// pcie.numa: how fast every GPU copies from and to the memory of every NUMA node, one GPU at a time
// or all of them at once. A GPU that reaches a far node faster than its own is wired, or told,
// otherwise than the machine says.
//
// What a copy to the host left there is copied back, untimed, and checked on the device.
#include <cuda_runtime_api.h>

#include <utility>

#include "benches/cases/copy_rounds.h"
#include "benches/cases/numa_memory.h"
#include "benches/cases/pattern_slots.h"
#include "kernels/memory/memory.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

std::vector<CopyRound> rounds_of(int ranks, int nodes, bool together) {
  std::vector<CopyRound> rounds;
  for (const bool to_host : {false, true}) {
    for (int node = 0; node < nodes; ++node) {
      CopyRound round;
      for (int rank = 0; rank < ranks; ++rank) {
        const int cell = ((to_host ? ranks : 0) + rank) * nodes + node;
        round.push_back({.rank = rank,
                         .peer = node,
                         .to_host = to_host,
                         .cell = static_cast<std::size_t>(cell)});
      }
      if (together) {
        rounds.push_back(std::move(round));
      } else {
        for (const TimedCopy& copy : round) rounds.push_back({copy});
      }
    }
  }
  return rounds;
}

class NumaBench final : public CopyRounds {
 public:
  static Result<std::unique_ptr<NodeBench>> make(const Params& params, std::uint64_t seed,
                                                 NodeContext& context) {
    const std::vector<int> nodes = memory_nodes();
    std::unique_ptr<NumaBench> bench(
        new NumaBench(context, params, static_cast<int>(nodes.size())));
    GA_CHECK(bench->open());
    bench->ends_.resize(static_cast<std::size_t>(bench->ranks()));
    GA_CHECK(each_rank(context.team, [&](int rank) { return bench->make_end(rank, seed, nodes); }));
    return std::unique_ptr<NodeBench>(std::move(bench));
  }

 private:
  // Two patterns on each GPU's side, so that what a copy the other way left behind is wrong.
  struct End {
    DeviceBuffer<std::byte> here, back;
    std::vector<NumaMemory> source, sink;  // by node
    std::uint64_t host_key = 0, device_key = 0;
    DeviceBuffer<std::byte> device_source;
    DeviceBuffer<Mismatch> report;
  };

  NumaBench(NodeContext& context, const Params& params, int nodes)
      : CopyRounds(context, static_cast<std::size_t>(param(params, "bytes")),
                   rounds_of(context.team.size(), nodes, param(params, "together") == 1),
                   static_cast<std::size_t>(2 * context.team.size() * nodes)) {}

  End& end(int rank) { return ends_[static_cast<std::size_t>(rank)]; }
  std::byte* host(const TimedCopy& copy) {
    const auto node = static_cast<std::size_t>(copy.peer);
    return copy.to_host ? end(copy.rank).sink[node].data() : end(copy.rank).source[node].data();
  }

  Status make_end(int rank, std::uint64_t seed, const std::vector<int>& nodes) {
    End& mine = end(rank);
    mine.host_key = pattern_key(seed, static_cast<std::uint32_t>(2 * rank));
    mine.device_key = pattern_key(seed, static_cast<std::uint32_t>(2 * rank + 1));
    GA_TRY(mine.here, DeviceBuffer<std::byte>::make(bytes()));
    GA_TRY(mine.back, DeviceBuffer<std::byte>::make(bytes()));
    GA_TRY(mine.device_source, DeviceBuffer<std::byte>::make(bytes()));
    GA_TRY(mine.report, DeviceBuffer<Mismatch>::make(1));
    GA_CHECK(
        memory_write({.data = mine.device_source.data(), .bytes = bytes(), .key = mine.device_key},
                     stream(rank)));
    GA_CUDA(cudaStreamSynchronize(stream(rank)));
    for (const int node : nodes) {
      GA_TRY(NumaMemory source, NumaMemory::make(bytes(), node));
      GA_TRY(NumaMemory sink, NumaMemory::make(bytes(), node));
      memory_write_ref({.data = source.data(), .bytes = bytes(), .key = mine.host_key});
      mine.source.push_back(std::move(source));
      mine.sink.push_back(std::move(sink));
    }
    return Ok{};
  }

  Status enqueue(const TimedCopy& copy) override {
    const auto kind = copy.to_host ? cudaMemcpyDeviceToHost : cudaMemcpyHostToDevice;
    void* const to = copy.to_host ? host(copy) : end(copy.rank).here.data();
    const void* const from = copy.to_host ? end(copy.rank).device_source.data() : host(copy);
    GA_CUDA(cudaMemcpyAsync(to, from, bytes(), kind, stream(copy.rank)));
    return Ok{};
  }
  // The host's side by a copy of the poisoned `here`: the host itself would take far longer.
  Status poison(const TimedCopy& copy) override {
    GA_CHECK(select(copy.rank));
    std::byte* const here = end(copy.rank).here.data();
    GA_CUDA(cudaMemsetAsync(here, kPoison, bytes(), stream(copy.rank)));
    if (copy.to_host) {
      GA_CUDA(
          cudaMemcpyAsync(host(copy), here, bytes(), cudaMemcpyDeviceToHost, stream(copy.rank)));
    }
    GA_CUDA(cudaStreamSynchronize(stream(copy.rank)));
    return Ok{};
  }
  Status check(const TimedCopy& copy, Check& total) override {
    GA_CHECK(select(copy.rank));
    End& mine = end(copy.rank);
    const cudaStream_t on = stream(copy.rank);
    if (copy.to_host) {
      GA_CUDA(cudaMemcpyAsync(mine.back.data(), host(copy), bytes(), cudaMemcpyHostToDevice, on));
    }
    GA_CHECK(check_pattern({.data = copy.to_host ? mine.back.data() : mine.here.data(),
                            .bytes = bytes(),
                            .key = copy.to_host ? mine.device_key : mine.host_key,
                            .report = mine.report.data()},
                           on));
    GA_CUDA(cudaStreamSynchronize(on));
    GA_TRY(const Mismatch found, fetch(mine.report.data()));
    add_mismatch(found, total);
    return Ok{};
  }
  Written written(const TimedCopy& copy) override {
    return {copy.to_host ? nullptr : end(copy.rank).here.data(), copy.rank};
  }

  std::vector<End> ends_;
};

std::int64_t device_bytes(const Params& params, const NodeContext&) {
  return 3 * param(params, "bytes") + static_cast<std::int64_t>(sizeof(Mismatch));
}

}  // namespace

const NodeCase kPcieNuma{.id = "pcie.numa", .device_bytes = device_bytes, .setup = NumaBench::make};

}  // namespace ga
