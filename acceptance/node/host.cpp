#include "acceptance/node/host.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSmallFile = 64 << 10;  // nothing that is read here is longer
constexpr std::string_view kVendor = "0x10de";
constexpr std::size_t kCommLength = 15;  // the kernel cuts a program's name there

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

// A file of one line, without the newline.
KnownText one_line(const std::string& path) {
  const auto text = read_file(path, kSmallFile);
  if (!text) return KnownText::missing(text.error().what());
  const std::string_view line = trimmed(*text);
  if (line.empty()) return KnownText::missing(path + " is empty");
  if (!printable(line)) return KnownText::missing(path + " is not printable ASCII");
  return std::string(line);
}

std::optional<std::int64_t> to_int(std::string_view text, int base = 10) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Names in a directory; absent with the system's reason.
Known<std::vector<std::string>> names_in(const std::string& directory) {
  using Names = Known<std::vector<std::string>>;
  std::error_code ec;
  std::vector<std::string> names;
  fs::directory_iterator it(directory, ec);
  for (const fs::directory_iterator end; !ec && it != end; it.increment(ec)) {
    names.push_back(it->path().filename().string());
  }
  if (ec) return Names::missing(directory + ": " + ec.message());
  return names;
}

KnownInt numa_node(const std::string& device) {
  const KnownText text = one_line(device + "/numa_node");
  if (!text) return KnownInt::missing(text.absent);
  const auto value = to_int(*text);
  if (!value) return KnownInt::missing("numa_node is no number");
  if (*value < 0) return KnownInt::missing("the system names no NUMA node");
  return *value;
}

// "0x2335" -> "2335"
std::string bare(const std::string& hex) { return hex.substr(hex.starts_with("0x") ? 2 : 0); }

KnownText labelled(const std::string& text, std::string_view label) {
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string_view line(text.data() + from, end - from);
    if (line.starts_with(label)) {
      const std::string_view value = trimmed(line.substr(label.size()));
      // The driver writes question marks while it has not woken the GPU up.
      if (value.empty() || !printable(value) || value.find('?') != std::string_view::npos) {
        return KnownText::missing("the driver does not say");
      }
      return std::string(value);
    }
    from = end + 1;
  }
  return KnownText::missing("no line \"" + std::string(label) + "\"");
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
      return text ? labelled(*text, label) : KnownText::missing(text.error().what());
    };
    gpus.push_back({.address = name, .uuid = line("GPU UUID:"), .vbios = line("Video BIOS:")});
  }
  std::sort(gpus.begin(), gpus.end(),
            [](const ProcGpu& a, const ProcGpu& b) { return comes_before(a.address, b.address); });
  return gpus;
}

std::span<const Profiler> known_profilers() { return kProfilers; }

KnownText running_profilers(const Roots& roots) {
  const auto names = names_in(roots.proc);
  if (!names) return KnownText::missing(names.absent);
  // Process 1 is always there; where it is not shown, neither are other users' processes.
  if (const KnownText first = one_line(roots.proc + "/1/comm"); !first) {
    return KnownText::missing("other users' processes are hidden: " + first.absent);
  }
  std::set<std::string> running;
  for (const std::string& name : *names) {
    if (!to_int(name)) continue;
    const KnownText comm = one_line(roots.proc + "/" + name + "/comm");
    if (!comm) continue;  // it ended in the meantime
    for (const Profiler& profiler : kProfilers) {
      if (names_profiler(*comm, profiler)) running.insert(*comm);
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
