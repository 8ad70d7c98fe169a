// TimingLoop: times a bench in blocks. docs/measuring.md tells how a number comes to be.
//
// For each group the device runs: poison, event, launches, event, check. The host keeps ahead of
// the device, and the first group waits at a gate until enough is enqueued, so that no launch gap
// is timed. Reports of the checks are read between chunks of groups, outside the timed regions.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "benches/harness/bench.h"
#include "benches/harness/gate.h"
#include "benches/harness/plan.h"
#include "benches/harness/reading.h"
#include "benches/harness/stop.h"
#include "kernels/runtime/stream.h"
#include "reports/model/injection.h"
#include "reports/model/result.h"

namespace ga {

// How long one group takes: all of it, and its timed part.
struct GroupTime {
  std::int64_t span_ns = 0;
  std::int64_t timed_ns = 0;
};

// A chunk is what runs between two collections.
inline constexpr std::int64_t kMaxGroupsPerChunk = 256;
std::int64_t groups_per_chunk(const Bench& bench);
// NVML refreshes clock and power every 20 to 100 ms, depending on the part.
inline constexpr std::chrono::milliseconds kReadingInterval{20};
inline constexpr std::chrono::microseconds kLookInterval{50};

struct BlockOrder {
  std::int64_t groups = 1;
  GroupTime group;           // by calibration: for the injection `slow`, and to tell slow from hung
  std::int64_t hold_ns = 0;  // Bench::hold_ns(); a calibration holds nothing
  ReadDevice read;
  Stop stop;
};

class TimingLoop {
 public:
  // On the current device. After a stop it waits for at least that long before the GPU hangs.
  static Result<std::unique_ptr<TimingLoop>> make(const Injection& injection,
                                                  std::int64_t least_drain_ns = kDrainNs);

  // One group whose time means nothing: it loads code, an injection's too, and fills page tables.
  // True: interrupted.
  Result<bool> preload(Bench& bench, const Stop& stop, Check& found);

  // Runs the bench until it is warm and its groups' length is known. Every launch is checked into
  // `found`, like a timed one.
  Result<GroupTime> calibrate(Bench& bench, std::int64_t block_ns, const Stop& stop, Check& found);

  // One block. A launch that fails, clocks that disagree, or a device that does not stop is an
  // Error; slow, throttled and wrong are results.
  Result<BlockTiming> block(Bench& bench, const BlockOrder& order, Check& found);

  // A block in a rhythm: order.groups pulses, in each as many groups as fit. Few are enqueued
  // ahead, so that the load ends where the pulse does: docs/measuring.md. At most a pulse's wait
  // longer than order.groups periods; what a pulse leaves is collected in the idle time behind it.
  Result<BlockTiming> pulses(Bench& bench, const BlockOrder& order, const Rhythm& rhythm,
                             Check& found);

  cudaStream_t stream() const { return stream_.get(); }

 private:
  TimingLoop() = default;

  struct Chunk {
    std::int64_t groups = 1;
    std::int64_t slow_ns = 0;
    bool gated = false;
    bool held = false;   // its outputs are left alone for a while, and checked behind that
    bool first = false;  // of its block: where an injection strikes
  };
  struct ChunkTime {
    double timed_ns = 0, span_ns = 0;
    std::chrono::nanoseconds host{0};
  };
  Status enqueue_chunk(Bench& bench, const Chunk& chunk);
  Status enqueue_group(Bench& bench, const Chunk& chunk, std::int64_t group);
  Status enqueue_timed(Bench& bench, const Chunk& chunk, std::int64_t group);
  Status misbehave(const Chunk& chunk, std::int64_t group);
  Status damage(Bench& bench, const Turn& turn, const Chunk& chunk);
  // `span_ns` of a group, 0 where none was timed yet.
  Result<ChunkTime> run_chunk(Bench& bench, const Chunk& chunk, std::int64_t span_ns,
                              Listener& listener);
  // Of the chunk that has run: waits for its end, reads its events.
  Result<ChunkTime> end_chunk(const Bench& bench, std::int64_t groups, std::int64_t span_ns,
                              Listener& listener);
  Status check_held(Bench& bench, std::int64_t span_ns, Listener& listener);
  Chunk first_chunk(const BlockOrder& order) const;
  struct Total {
    double timed_ns = 0, span_ns = 0;
    std::chrono::nanoseconds host{0};
    std::int64_t launches = 0;
    void add(const ChunkTime& time, std::int64_t launched);
  };
  static Result<BlockTiming> sum_up(const Total& total, const DeviceReading& reading,
                                    bool interrupted);
  // How many groups.
  Result<std::int64_t> enqueue_pulse(Bench& bench, const Chunk& chunk, const Pulse& pulse,
                                     std::int64_t span_ns, Listener& listener);
  Status run_pulse(Bench& bench, Chunk& chunk, const Pulse& pulse, std::int64_t span_ns,
                   Listener& listener, Total& total, Check& found);
  // Of what should take so long.
  Status wait_for_end(Listener& listener, std::int64_t expected_ns);
  void called();
  void open_gate();
  Turn turn(const Bench& bench, std::int64_t group, std::int64_t set) const;

  Injection injection_;
  std::int64_t least_drain_ns_ = kDrainNs;
  Stream stream_;
  Event begin_, end_;
  std::vector<Event> starts_, stops_;             // one pair a group
  Gate gate_;                                     // opened and waited for before the stream goes
  std::uint64_t serial_ = 0;                      // launches before this chunk
  std::int64_t calls_ = 0;                        // into the bench, in this chunk
  std::chrono::steady_clock::time_point opened_;  // when the gate was opened
};

}  // namespace ga
