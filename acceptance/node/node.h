// Node: facts and counters of this machine, from NVML, the kernel and CUDA, put together by PCI
// address. Reads only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/node/bmc.h"
#include "acceptance/node/host.h"
#include "acceptance/node/host_facts.h"
#include "acceptance/node/kernel_log.h"
#include "acceptance/node/nvml.h"
#include "acceptance/node/pci.h"
#include "kernels/loader/loader.h"
#include "reports/model/facts.h"
#include "reports/model/report.h"

namespace ga {

// What the CUDA runtime sees. The main that has CUDA hands in the function; here there is none.
struct CudaGpu {
  std::string address;  // "0000:1b:00.0"
  std::string uuid;     // "GPU-..."
  std::int64_t sm_count = 0;
};
struct CudaView {
  KnownInt driver_version;  // 13000 for 13.0
  Known<std::vector<CudaGpu>> gpus;
};
using AskCuda = std::function<CudaView()>;

struct NodeOptions {
  Roots roots;
  LibraryPlaces places;   // of NVML
  std::string node_name;  // instead of the host name
  std::vector<std::string>
      gpus;  // UUIDs; facts, counters and readings are of these only. Empty: all
  Family family = Family::of_this_process();
  std::string replay;  // a folder to play instead of this machine: its roots, its NVML
  std::shared_ptr<Transcript> transcript;   // takes down what NVML answers
  std::shared_ptr<CallInFlight> in_flight;  // shows the call of NVML's that is being made
  HostCalls host;
  std::string bmc;  // the file that says how to reach the node's BMC; empty: it is not asked
};

// The counters of the node and what its kernel's log holds.
struct NodeReading {
  NodeCounters counters;
  std::vector<LogEvent> log;
};

// NVML is opened at the first question and kept. Not for several threads, except those of now.
class Node {
 public:
  explicit Node(NodeOptions options);

  // The GPUs that NVML lists, or without NVML the PCI bus, numbered as unit_names.h says.
  // CUDA is asked after NVML: waking it up takes memory that would be read as in use. The BMC last.
  // `so_far` is told after each step; what is not read yet is absent with kNotRead.
  static constexpr const char* kNotRead = kNotReadYet;
  using SoFar = std::function<void(const Facts&)>;
  Facts facts(const AskCuda& ask_cuda, const SoFar& so_far = {});

  // Reads facts and counters once more and writes all that was answered as a folder to play.
  // `transcript` must have been given.
  Status record(const std::string& folder);

  // Of these UUIDs, or of all. An environment error names a UUID that no GPU answers to.
  Result<std::vector<GpuCounters>> counters(const std::vector<std::string>& uuids);

  // Of the machine around the GPUs, without NVML's help but for the names of the GPUs.
  NodeReading reading();
  const Roots& roots() const { return options_.roots; }

  // UUIDs of the GPUs there are to watch, in order; those that do not say theirs are left out.
  std::vector<std::string> uuids();

  // Absent, with the reason, for a UUID that no GPU answers to.
  GpuReading now(const std::string& uuid);
  // The links from that GPU to the root port at this moment.
  PciLink link_now(const std::string& uuid);
  // How many of its NVLinks are up at this moment.
  KnownInt links_up_now(const std::string& uuid);

  // Why NVML cannot be used, or nothing.
  std::optional<Error> nvml_missing();

  // NVML, and what the BMC was asked with, once they were opened.
  std::vector<Library> libraries() const;

 private:
  // One GPU of the node, found once: a handle stays good when the GPU no longer answers.
  struct Unit {
    std::string unit_id, address;  // address is empty when nobody knows it
    KnownText uuid;
    Nvml::Gpu gpu;
  };
  void open();
  void find_units();
  void find_units_without_nvml(const std::string& reason);
  void number_units();
  bool wanted(const Unit& unit) const;
  void read_gpu(const Unit& unit, GpuFacts& facts) const;
  void add_host_facts(Facts& facts) const;
  BmcFacts read_bmc(const BmcSoFar& so_far);
  void add_processes(const Unit& unit, GpuFacts& facts) const;

  NodeOptions options_;
  std::optional<Result<Nvml>> nvml_;
  KnownInt nvml_count_;
  std::vector<Unit> units_;
  UnitNames names_;  // of the units, and of the ports that lead to one of them
  std::optional<Library> curl_;
};

}  // namespace ga
