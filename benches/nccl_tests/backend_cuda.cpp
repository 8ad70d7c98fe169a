#include "benches/nccl_tests/backend_cuda.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "benches/nccl_tests/engine.h"
#include "benches/nccl_tests/rank_threads.h"
#include "kernels/allreduce/allreduce.h"
#include "kernels/check/check.h"
#include "kernels/data/exact_reduce.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/graph.h"
#include "kernels/runtime/stream.h"

namespace ga {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double chosen(const std::vector<double>& seconds, Averaging averaging) {
  switch (averaging) {
    case Averaging::rank0:
      return seconds.front();
    case Averaging::least:
      return *std::min_element(seconds.begin(), seconds.end());
    case Averaging::most:
      return *std::max_element(seconds.begin(), seconds.end());
    case Averaging::mean:
      break;
  }
  return std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
}

// One rank's GPU.
struct RankGpu {
  int ordinal = 0;
  Stream stream;
  DeviceBuffer<Mismatch> report;
};

class CudaBackend : public AllReduceBackend {
 public:
  CudaBackend(const PerfOptions& options, std::vector<PerfDevice> devices,
              std::vector<RankGpu> gpus, std::unique_ptr<AllReduceEngine> engine)
      : options_(options),
        devices_(std::move(devices)),
        gpus_(std::move(gpus)),
        engine_(std::move(engine)) {}

  const std::vector<PerfDevice>& devices() const override { return devices_; }
  std::string nccl_version() const override { return engine_->nccl_version(); }

  Status reserve(std::int64_t bytes) override {
    // Room for a last element and for offsets that are multiples of 16.
    reserved_ = (static_cast<std::size_t>(bytes) + 15) / 16 * 16;
    return engine_->reserve(reserved_);
  }

  Status warm_up(std::int64_t count, int iterations) override {
    return on_all_ranks(ranks(), [&](int rank, Meeting& meeting) -> Status {
      GA_CHECK(select_device(gpu(rank).ordinal));
      for (int i = 0; i < iterations; ++i) {
        GA_CHECK(enqueue(rank, count, Place::out_of_place, i));
      }
      return wait(rank, meeting);
    });
  }

  Result<Measured> run(std::int64_t count, Place place) override {
    std::vector<double> seconds(gpus_.size());
    std::vector<std::int64_t> wrong(gpus_.size());
    const Status ran = on_all_ranks(ranks(), [&](int rank, Meeting& meeting) -> Status {
      const auto at = static_cast<std::size_t>(rank);
      GA_CHECK(select_device(gpu(rank).ordinal));
      GA_TRY(seconds[at], timed(rank, count, place, meeting));
      GA_CHECK(meeting.arrive());
      for (int check = 1; check <= options_.checks; ++check) {
        GA_TRY(const std::int64_t bad, checked(rank, count, place, check, meeting));
        wrong[at] += bad;
      }
      return Ok{};
    });
    GA_CHECK(ran);
    add_size(count);
    return Measured{.time_us = chosen(seconds, options_.averaging) * 1e6,
                    .wrong = std::accumulate(wrong.begin(), wrong.end(), std::int64_t{0})};
  }

  Result<std::vector<std::string>> remarks() override { return engine_->remarks(sizes_); }

 private:
  int ranks() const { return static_cast<int>(gpus_.size()); }
  RankGpu& gpu(int rank) { return gpus_[static_cast<std::size_t>(rank)]; }
  std::size_t bytes(std::int64_t count) const {
    return static_cast<std::size_t>(count) * static_cast<std::size_t>(element_bytes(options_.type));
  }

  void add_size(std::int64_t count) {
    const std::size_t size = bytes(count);
    if (std::find(sizes_.begin(), sizes_.end(), size) == sizes_.end()) sizes_.push_back(size);
  }

  // Each iteration takes the next part of the arrays, so that none finds its data in a cache.
  Status enqueue(int rank, std::int64_t count, Place place, int iteration) {
    if (count == 0) return Ok{};
    const std::size_t step = (bytes(count) + 15) / 16 * 16;
    const std::size_t parts = std::max<std::size_t>(reserved_ / step, 1);
    return engine_->enqueue({.rank = rank,
                             .place = place,
                             .offset = static_cast<std::size_t>(iteration) % parts * step,
                             .count = static_cast<std::size_t>(count)},
                            gpu(rank).stream.get());
  }

  Status wait(int rank, Meeting& meeting) {
    const Clock::time_point start = Clock::now();
    while (true) {
      const cudaError_t state = cudaStreamQuery(gpu(rank).stream.get());
      GA_CHECK(engine_->healthy(rank));
      if (state == cudaSuccess) return Ok{};
      if (state != cudaErrorNotReady) return cuda_status(state, "cudaStreamQuery");
      if (meeting.failed()) {
        engine_->give_up(rank);
        return Error(ErrorCode::device, "another rank failed");
      }
      if (options_.timeout_s > 0 && seconds_since(start) > options_.timeout_s) {
        engine_->give_up(rank);
        return Error(ErrorCode::timeout, fmt::format("took longer than {} s", options_.timeout_s));
      }
      std::this_thread::yield();
    }
  }

  Status fill(int rank, std::int64_t count, Place place, std::uint64_t seed) {
    if (count == 0) return Ok{};
    const bool in_place = place == Place::in_place;
    const cudaStream_t stream = gpu(rank).stream.get();
    if (!in_place) GA_CUDA(cudaMemsetAsync(engine_->out(rank), 0, bytes(count), stream));
    return fill_reduce({.data = in_place ? engine_->out(rank) : engine_->in(rank),
                        .count = static_cast<std::size_t>(count),
                        .type = options_.type,
                        .seed = seed,
                        .rank = rank},
                       stream);
  }

  // Seconds of one call.
  Result<double> timed(int rank, std::int64_t count, Place place, Meeting& meeting) {
    constexpr std::uint64_t kSeed = 99;
    GA_CHECK(fill(rank, count, place, kSeed));
    GA_CHECK(enqueue(rank, count, place, 0));
    GA_CHECK(wait(rank, meeting));
    GA_CHECK(meeting.arrive());
    if (options_.graph_launches > 0) return timed_graph(rank, count, place, meeting);
    const Clock::time_point start = Clock::now();
    double calls_alone = 0;
    for (int i = 0; i < options_.iterations; ++i) {
      const Clock::time_point call = Clock::now();
      GA_CHECK(enqueue(rank, count, place, i));
      if (options_.blocking != Blocking::none) GA_CHECK(wait(rank, meeting));
      calls_alone += seconds_since(call);
      const bool meets =
          options_.blocking == Blocking::wait_and_meet || options_.blocking == Blocking::outer;
      if (meets) GA_CHECK(meeting.arrive());
    }
    GA_CHECK(wait(rank, meeting));
    const bool alone = options_.blocking == Blocking::outer;
    return (alone ? calls_alone : seconds_since(start)) / options_.iterations;
  }

  Result<double> timed_graph(int rank, std::int64_t count, Place place, Meeting& meeting) {
    const cudaStream_t stream = gpu(rank).stream.get();
    GA_TRY(const Graph graph, Graph::capture(stream, [&]() -> Status {
             for (int i = 0; i < options_.iterations; ++i) {
               GA_CHECK(enqueue(rank, count, place, i));
             }
             return Ok{};
           }));
    GA_CHECK(meeting.arrive());
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < options_.graph_launches; ++i) {
      GA_CHECK(graph.launch(stream));
    }
    GA_CHECK(wait(rank, meeting));
    return seconds_since(start) / options_.iterations / options_.graph_launches;
  }

  // Wrong elements of this rank's result, of data whose sums are exact in any order.
  Result<std::int64_t> checked(int rank, std::int64_t count, Place place, int check,
                               Meeting& meeting) {
    const auto seed = static_cast<std::uint64_t>(check);
    GA_CHECK(fill(rank, count, place, seed));
    GA_CHECK(enqueue(rank, count, place, 0));
    GA_CHECK(wait(rank, meeting));
    GA_CHECK(meeting.arrive());  // a peer may still read what the next check fills
    if (count == 0) return std::int64_t{0};
    RankGpu& own = gpu(rank);
    GA_CHECK(check_reduce({.data = engine_->out(rank),
                           .count = static_cast<std::size_t>(count),
                           .type = options_.type,
                           .seed = seed,
                           .ranks = ranks(),
                           .report = own.report.data()},
                          own.stream.get()));
    GA_CHECK(own.stream.synchronize());
    GA_TRY(const Mismatch report, fetch(own.report.data()));
    return static_cast<std::int64_t>(report.wrong);
  }

  PerfOptions options_;
  std::vector<PerfDevice> devices_;
  std::vector<RankGpu> gpus_;
  std::unique_ptr<AllReduceEngine> engine_;
  std::size_t reserved_ = 0;
  std::vector<std::size_t> sizes_;  // measured
};

Status enough_gpus(int ranks, int first) {
  if (ranks > kExactReduceMostRanks) {
    return Error(ErrorCode::usage, fmt::format("{} GPUs were asked for, at most {} are taken",
                                               ranks, kExactReduceMostRanks));
  }
  GA_TRY(const int count, device_count());
  if (count == 0) return Error(ErrorCode::environment, "no GPU is visible to CUDA");
  if (first + ranks <= count) return Ok{};
  return Error(ErrorCode::environment, fmt::format("Invalid number of GPUs: {} requested but only "
                                                   "{} were found",
                                                   first + ranks, count))
      .hinted("see -g and -t, CUDA_VISIBLE_DEVICES and NCCL_TESTS_DEVICE");
}

Result<PerfDevice> describe(int ordinal) {
  GA_TRY(const DeviceInfo info, device_info(ordinal));
  return PerfDevice{.ordinal = ordinal,
                    .bus = info.pci_bus_id.substr(0, info.pci_bus_id.rfind('.')),
                    .name = info.name,
                    .memory_bytes = info.memory_bytes};
}

}  // namespace

Result<std::unique_ptr<AllReduceBackend>> make_cuda_backend(const PerfOptions& options,
                                                            int first_device) {
  GA_CHECK(enough_gpus(options.ranks(), first_device));
  std::vector<int> ordinals;
  std::vector<PerfDevice> devices;
  std::vector<RankGpu> gpus;
  for (int rank = 0; rank < options.ranks(); ++rank) {
    ordinals.push_back(first_device + rank);
    GA_TRY(PerfDevice device, describe(ordinals.back()));
    devices.push_back(std::move(device));
    GA_CHECK(select_device(ordinals.back()));
    RankGpu one{.ordinal = ordinals.back(), .stream = {}, .report = {}};
    GA_TRY(one.stream, Stream::make());
    GA_TRY(one.report, DeviceBuffer<Mismatch>::make(1));
    gpus.push_back(std::move(one));
  }
  GA_TRY(std::unique_ptr<AllReduceEngine> engine,
         options.own ? make_own_engine(options, ordinals) : make_nccl_engine(options, ordinals));
  std::unique_ptr<AllReduceBackend> made = std::make_unique<CudaBackend>(
      options, std::move(devices), std::move(gpus), std::move(engine));
  return made;
}

}  // namespace ga
