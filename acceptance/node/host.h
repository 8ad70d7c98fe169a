// Host: what the kernel says of the node and its GPUs, beside NVML. Files only; nothing is set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/node/files.h"
#include "reports/model/facts.h"

namespace ga {

KnownText host_name(const Roots& roots);
KnownText boot_id(const Roots& roots);
KnownText kernel_release(const Roots& roots);

// A display or 3D controller of NVIDIA's on the PCI bus.
struct PciGpu {
  std::string address;  // "0000:1b:00.0"
  KnownText device;     // "10de:2335"
  KnownInt numa_node;
};
// In order of address.
Known<std::vector<PciGpu>> pci_gpus(const Roots& roots);

// What the driver itself says of a GPU: /proc/driver/nvidia/gpus/ADDRESS/information.
struct ProcGpu {
  std::string address;
  KnownText uuid, vbios;
  bool excluded = false;  // the driver was told to leave it out
};
Known<std::vector<ProcGpu>> proc_gpus(const Roots& roots);

// Whether address `a` comes before `b` on the bus.
bool comes_before(std::string_view a, std::string_view b);

// What the processes that run are called, as the kernel cuts their names. Absent where other users'
// processes are hidden.
KnownList<std::string> running_names(const Roots& roots);

// A program that holds a GPU's performance counters or slows its work, by the name that the kernel
// shows, which is cut after 15 characters.
struct Profiler {
  std::string_view name;  // what the name begins with
  std::string_view why;   // what it does to a measurement
};
std::span<const Profiler> known_profilers();

// The names of those that run, "a, b"; "" when none does. Absent where other users' processes are
// hidden.
KnownText running_profilers(const Roots& roots);

// A process by its number: "1234 python3"; "1234 ?" where the kernel does not show it.
std::string process_label(const Roots& roots, std::int64_t pid);

// This process, its parent, and the parent's other children that run the same program.
struct Family {
  std::int64_t self = 0, parent = 0;
  static Family of_this_process();
};
bool is_family(const Roots& roots, const Family& family, std::int64_t pid);

}  // namespace ga
