#include "benches/harness/team_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "benches/harness/plan.h"
#include "kernels/runtime/device.h"

namespace ga {

Status each_rank(const Team& team, const std::function<Status(int rank)>& work) {
  const auto ranks = static_cast<std::size_t>(team.size());
  std::vector<std::optional<Error>> errors(ranks);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ranks; ++i) {
    threads.emplace_back([&, i] {
      Status done = select_device(team.ordinals()[i]);
      if (done) done = work(static_cast<int>(i));
      if (!done) errors[i] = done.error();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < ranks; ++i) {
    if (errors[i]) return (*std::move(errors[i])).with(fmt::format("rank {}", i));
  }
  return Ok{};
}

Result<std::unique_ptr<TeamLoop>> TeamLoop::make(const Team& team, const Injection& injection) {
  std::unique_ptr<TeamLoop> loop(new TeamLoop(team));
  loop->loops_.resize(static_cast<std::size_t>(team.size()));
  GA_CHECK(each_rank(team, [&](int rank) -> Status {
    GA_TRY(loop->loops_[static_cast<std::size_t>(rank)], TimingLoop::make(injection));
    return Ok{};
  }));
  return loop;
}

namespace {

// Once one rank has been told to stop all are: a rank alone would wait for the others.
Stop shared(const Stop& stop, std::atomic<bool>& stopping) {
  return [&] {
    if (stop && stop()) stopping = true;
    return stopping.load();
  };
}

}  // namespace

Result<GroupTime> TeamLoop::calibrate(Benches benches, std::int64_t block_ns, const Stop& stop,
                                      std::span<Check> found) {
  std::atomic<bool> stopping{false};
  const Stop heard = shared(stop, stopping);
  GA_CHECK(each_rank(team_, [&](int rank) -> Status {
    const auto i = static_cast<std::size_t>(rank);
    GA_CHECK(loops_[i]->preload(*benches[i], heard, found[i]));
    return Ok{};
  }));
  GroupTime group;
  for (std::int64_t groups = 1;; groups *= 2) {
    const BlockOrder order{
        .groups = groups, .group = {.span_ns = group.span_ns}, .read = {}, .stop = heard};
    GA_TRY(const BlockTiming timing, block(benches, order, found));
    group = {.span_ns = timing.span_ns / groups, .timed_ns = timing.timed_ns / groups};
    if (stopping || calibrated(timing.span_ns, block_ns)) return group;
  }
}

Result<BlockTiming> TeamLoop::block(Benches benches, const BlockOrder& order,
                                    std::span<Check> found) {
  std::vector<BlockTiming> timings(benches.size());
  std::atomic<bool> stopping{false};
  GA_CHECK(each_rank(team_, [&](int rank) -> Status {
    const auto i = static_cast<std::size_t>(rank);
    BlockOrder mine = order;
    if (rank != 0) mine.read = {};
    mine.stop = shared(order.stop, stopping);
    GA_TRY(timings[i], loops_[i]->block(*benches[i], mine, found[i]));
    return Ok{};
  }));
  BlockTiming all = timings.front();
  for (const BlockTiming& timing : timings) {
    all.timed_ns = std::max(all.timed_ns, timing.timed_ns);
    all.span_ns = std::max(all.span_ns, timing.span_ns);
    all.interrupted = all.interrupted || timing.interrupted;
  }
  return all;
}

}  // namespace ga
