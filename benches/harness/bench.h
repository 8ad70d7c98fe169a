// Bench: one case set up on one GPU, as the timing loop drives it. A bench only enqueues.
//
// The loop calls, for each group: poison() on every set, launch() on every set (timed), check() on
// every set; and when the stream has run, collect() over the slots used. A slot is where one launch
// leaves the report of its check; slots are counted from 0 again after each collect().
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <optional>
#include <string>

#include "benches/harness/reading.h"
#include "benches/harness/rhythm.h"
#include "kernels/check/inject.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr std::int64_t kMaxSlots = 4096;  // between two collections

struct Turn {
  std::int64_t set = 0;
  std::int64_t slot = 0;
  std::uint64_t serial = 0;  // launches of this process so far
};

struct BlockTiming {
  std::int64_t timed_ns = 0;  // the sum over the groups: launches and nothing else
  std::int64_t span_ns = 0;   // first launch to last check, on the device
  std::int64_t launches = 0;
  DeviceReading reading;
  bool interrupted = false;
};

class Bench {
 public:
  virtual ~Bench() = default;
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  virtual std::int64_t sets() const = 0;
  // Groups after which collect() must run, because it looks at outputs that the next would destroy.
  virtual std::int64_t groups_per_collect() const { return kMaxSlots; }

  // How long what a launch wrote is left alone before check() looks at it. Not 0: a block is one
  // group.
  virtual std::int64_t hold_ns() const { return 0; }

  // Overwrites what launch() will write, so that a launch that does nothing is seen.
  virtual Status poison(const Turn& turn, cudaStream_t stream) = 0;
  virtual Status launch(const Turn& turn, cudaStream_t stream) = 0;
  virtual Status check(const Turn& turn, cudaStream_t stream) = 0;
  // Reads the reports of slots 0 .. slots-1 and adds them up. The stream is idle.
  virtual Status collect(std::int64_t slots, Check& total) = 0;

  // Which block of its series comes next, counted with those that were discarded.
  virtual void place(std::int64_t) {}
  // Starts a block: a check of nothing yet, with its kind, what is expected, and what was found
  // wrong at set-up.
  virtual Check begin() = 0;
  // The output of that launch, for --inject-unsafe: everything but place and kind of the damage.
  virtual Inject output(const Turn& turn) const = 0;
  // Which SM computed which tile of it; nothing where nobody recorded that.
  virtual TileMap tiles(const Turn&) const { return {}; }
  // Where the load is to start and stop in a rhythm: then TimingLoop::pulses() runs the blocks.
  virtual std::optional<Rhythm> rhythm() const { return std::nullopt; }
  // What was chosen to run, by a library in its own numbers; empty where there is no choice.
  virtual std::string algorithm() const { return {}; }
  // The sample of a block, in the case's unit.
  virtual std::int64_t value(const BlockTiming& timing) const = 0;

 protected:
  Bench() = default;
};

}  // namespace ga
