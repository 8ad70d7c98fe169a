// Nvml: the one place that talks to NVIDIA's management library. It only reads.
//
// Each answer is a value, or absent with NVML's own reason. A call can hang with the GPU, so that
// it is made in worker processes only; nothing is shut down or unloaded, because a destructor must
// not hang either.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acceptance/node/nvml_fields.h"
#include "acceptance/node/transcript.h"
#include "kernels/loader/loader.h"
#include "reports/model/facts.h"

namespace ga {

class Asker;

// What a GPU is doing at this moment.
struct GpuReading {
  KnownInt clock_mhz, power_mw, temp_mc;
  KnownInt throttle;  // bits of the clock event reasons
  KnownInt memory_temp_mc;
};

class Nvml {
 public:
  // Loads and initialises. The error's text is the reason that facts then carry.
  // `replay` is a folder to play, for the replay's library alone; see docs/replay.md. `transcript`
  // takes down every answer, `in_flight` shows the call that is being made.
  static Result<Nvml> open(const LibraryPlaces& places, const std::string& replay = {},
                           std::shared_ptr<Transcript> transcript = {},
                           std::shared_ptr<CallInFlight> in_flight = {});

  KnownText driver_version() const;
  KnownText version() const;
  // Of the driver and the node; the others are left as they are.
  void read_facts(NodeFacts& facts) const;
  // With an empty digest where the file cannot be read.
  Library library() const;

  // One GPU that NVML counts. Without a handle every answer about it is absent, with `lost`.
  struct Gpu {
    void* handle = nullptr;
    std::string lost;
  };
  // Absent when NVML cannot even count them.
  Known<std::vector<Gpu>> gpus() const;

  KnownText uuid(const Gpu& gpu) const;
  KnownText pci_bus_id(const Gpu& gpu) const;  // "0000:1b:00.0"
  // Every fact that NVML has of it; the others are left as they are.
  void read_facts(const Gpu& gpu, GpuFacts& facts) const;
  GpuCounters read_counters(const Gpu& gpu) const;
  GpuReading read_now(const Gpu& gpu) const;
  KnownInt read_links_up(const Gpu& gpu) const;
  // Processes with a compute or graphics context on it, each once, in ascending order.
  Known<std::vector<std::int64_t>> processes(const Gpu& gpu) const;

 private:
  Nvml(SharedLibrary library, std::shared_ptr<Transcript> transcript,
       std::shared_ptr<CallInFlight> in_flight);
  Asker asker() const;
  Asker asker(const Gpu& gpu) const;

  SharedLibrary library_;
  std::shared_ptr<Transcript> transcript_;
  std::shared_ptr<CallInFlight> in_flight_;
  nvml::MovedFields moved_;
};

}  // namespace ga
