#include "acceptance/node/host.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kVendor = "0x10de";
constexpr std::size_t kCommLength = 15;  // the kernel cuts a program's name there

KnownInt numa_node(const std::string& device) {
  const KnownInt value = one_number(device + "/numa_node");
  if (value && *value < 0) return KnownInt::missing("the system names no NUMA node");
  return value;
}

// "0x2335" -> "2335"
std::string bare(const std::string& hex) { return hex.substr(hex.starts_with("0x") ? 2 : 0); }

// The driver writes question marks while it has not woken the GPU up.
KnownText awake(KnownText fact) {
  if (!fact || fact.value->find('?') == std::string::npos) return fact;
  return KnownText::missing("the driver does not say");
}

std::optional<std::int64_t> parent_of(const Roots& roots, std::int64_t pid) {
  const auto stat = read_file(roots.proc + "/" + std::to_string(pid) + "/stat", kSmallFile);
  if (!stat) return std::nullopt;
  // "pid (name) state ppid ...": the name may hold blanks and brackets.
  const std::size_t name_end = stat->rfind(") ");
  if (name_end == std::string::npos || name_end + 4 >= stat->size()) return std::nullopt;
  const std::size_t from = name_end + 4;
  return to_int(std::string_view(*stat).substr(from, stat->find(' ', from) - from));
}

std::string program_of(const Roots& roots, std::int64_t pid) {
  std::error_code ec;
  const fs::path target = fs::read_symlink(roots.proc + "/" + std::to_string(pid) + "/exe", ec);
  return ec ? std::string() : target.string();
}

constexpr std::array<Profiler, 11> kProfilers{{
    {"nv-hostengine", "DCGM: its profiling metrics hold the GPU's performance counters"},
    {"dcgmi", "DCGM: a running diagnostic or profiling client"},
    {"dcgm-exporter", "DCGM: exports profiling metrics, which hold the performance counters"},
    {"dcgmproftester", "DCGM: loads the GPU while it tests the performance counters"},
    {"ncu", "Nsight Compute: replays kernels and locks clocks"},
    {"nv-nsight-cu", "Nsight Compute: replays kernels and locks clocks"},
    {"nsys", "Nsight Systems: traces every launch"},
    {"nvprof", "traces every launch and holds the performance counters"},
    {"compute-sanitiz", "Compute Sanitizer: slows every memory access"},
    {"cuda-gdb", "a debugger that can stop kernels"},
    {"gpud", "a monitor that polls NVML and may start diagnostics"},
}};

// Exactly the name, or the name and something that is no letter: "nsys-launcher" is nsys, "ncurses"
// is not ncu.
bool names_profiler(std::string_view comm, const Profiler& profiler) {
  if (!comm.starts_with(profiler.name)) return false;
  if (comm.size() == profiler.name.size() || profiler.name.size() == kCommLength) return true;
  const char next = comm[profiler.name.size()];
  return !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
}

}  // namespace

KnownText host_name(const Roots& roots) { return one_line(roots.proc + "/sys/kernel/hostname"); }

KnownText boot_id(const Roots& roots) {
  return one_line(roots.proc + "/sys/kernel/random/boot_id");
}

KnownText kernel_release(const Roots& roots) {
  return one_line(roots.proc + "/sys/kernel/osrelease");
}

bool comes_before(std::string_view a, std::string_view b) {
  // A domain beyond 0xffff is written with more digits.
  return std::tuple(a.size(), a) < std::tuple(b.size(), b);
}

Known<std::vector<PciGpu>> pci_gpus(const Roots& roots) {
  const std::string devices = roots.sys + "/bus/pci/devices";
  const auto names = names_in(devices);
  if (!names) return Known<std::vector<PciGpu>>::missing(names.absent);
  std::vector<PciGpu> gpus;
  for (const std::string& name : *names) {
    const std::string device = devices + "/" + name;
    const KnownText vendor = one_line(device + "/vendor");
    const KnownText kind = one_line(device + "/class");
    if (!vendor || *vendor != kVendor || !kind) continue;
    // Base class 03 with sub-class 00 (display, VGA) or 02 (3D controller).
    if (!kind.value->starts_with("0x0300") && !kind.value->starts_with("0x0302")) continue;
    const KnownText id = one_line(device + "/device");
    gpus.push_back({.address = name,
                    .device = id ? KnownText(bare(*vendor) + ":" + bare(*id)) : id,
                    .numa_node = numa_node(device)});
  }
  std::sort(gpus.begin(), gpus.end(),
            [](const PciGpu& a, const PciGpu& b) { return comes_before(a.address, b.address); });
  return gpus;
}

Known<std::vector<ProcGpu>> proc_gpus(const Roots& roots) {
  const std::string directory = roots.proc + "/driver/nvidia/gpus";
  const auto names = names_in(directory);
  if (!names) return Known<std::vector<ProcGpu>>::missing(names.absent);
  std::vector<ProcGpu> gpus;
  for (const std::string& name : *names) {
    const std::string path = directory + "/" + name + "/information";
    const auto text = read_file(path, kSmallFile);
    const auto line = [&](std::string_view label) {
      return text ? awake(labelled(*text, label)) : KnownText::missing(text.error().what());
    };
    gpus.push_back({.address = name,
                    .uuid = line("GPU UUID:"),
                    .vbios = line("Video BIOS:"),
                    .excluded = line("GPU Excluded:").value == "Yes"});
  }
  std::sort(gpus.begin(), gpus.end(),
            [](const ProcGpu& a, const ProcGpu& b) { return comes_before(a.address, b.address); });
  return gpus;
}

std::span<const Profiler> known_profilers() { return kProfilers; }

KnownList<std::string> running_names(const Roots& roots) {
  using Names = KnownList<std::string>;
  const auto all = names_in(roots.proc);
  if (!all) return all;
  // Process 1 is always there; where it is not shown, neither are other users' processes.
  if (const KnownText first = one_line(roots.proc + "/1/comm"); !first) {
    return Names::missing("other users' processes are hidden: " + first.absent);
  }
  std::vector<std::string> running;
  for (const std::string& name : *all) {
    if (!to_int(name)) continue;
    const KnownText comm = one_line(roots.proc + "/" + name + "/comm");
    if (comm) running.push_back(*comm);  // else it ended in the meantime
  }
  return running;
}

KnownText running_profilers(const Roots& roots) {
  const auto names = running_names(roots);
  if (!names) return KnownText::missing(names.absent);
  std::set<std::string> running;
  for (const std::string& name : *names) {
    for (const Profiler& profiler : kProfilers) {
      if (names_profiler(name, profiler)) running.insert(name);
    }
  }
  std::string list;
  for (const std::string& name : running) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string process_label(const Roots& roots, std::int64_t pid) {
  const std::string number = std::to_string(pid);
  const KnownText comm = one_line(roots.proc + "/" + number + "/comm");
  return number + " " + (comm ? *comm : "?");
}

Family Family::of_this_process() { return {.self = getpid(), .parent = getppid()}; }

bool is_family(const Roots& roots, const Family& family, std::int64_t pid) {
  if (pid == family.self || pid == family.parent) return true;
  const auto parent = parent_of(roots, pid);
  if (!parent || *parent != family.parent) return false;
  const std::string program = program_of(roots, pid);
  return !program.empty() && program == program_of(roots, family.self);
}

}  // namespace ga
