#include "acceptance/node/machine.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "reports/model/digest.h"
#include "reports/model/units.h"

namespace ga {

namespace {

constexpr std::size_t kCpuInfoBytes = std::size_t{8} << 20;  // of the largest machines, 1 MB
constexpr std::string_view kCpus = "/devices/system/cpu";

KnownInt counted(const std::string& path) {
  const KnownText ranges = one_line(path);
  if (!ranges) return KnownInt::missing(ranges.absent);
  const auto count = count_of_ranges(*ranges);
  if (!count) return KnownInt::missing(path + ": " + ranges.value->substr(0, 40));
  return *count;
}

// "cpu0", "cpu1" ... and not "cpufreq".
KnownList<std::string> cpu_directories(const Roots& roots) {
  const std::string all = roots.sys + std::string(kCpus);
  const auto names = names_in(all);
  if (!names) return names;
  std::vector<std::string> cpus;
  for (const std::string& name : *names) {
    if (name.starts_with("cpu") && to_int(name.substr(3))) cpus.push_back(all + "/" + name);
  }
  if (cpus.empty()) return KnownList<std::string>::missing(all + " lists no CPU");
  return cpus;
}

KnownInt sockets_of(const KnownList<std::string>& cpus) {
  if (!cpus) return KnownInt::missing(cpus.absent);
  std::set<std::int64_t> packages;
  for (const std::string& cpu : *cpus) {
    // A CPU that is off has no topology.
    const KnownInt package = one_number(cpu + "/topology/physical_package_id");
    if (package) packages.insert(*package);
  }
  if (packages.empty()) return KnownInt::missing("no CPU names its socket");
  return static_cast<std::int64_t>(packages.size());
}

std::string joined(const std::set<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

KnownText governor_of(const KnownList<std::string>& cpus) {
  if (!cpus) return KnownText::missing(cpus.absent);
  std::set<std::string> governors;
  for (const std::string& cpu : *cpus) {
    if (!exists(cpu + "/cpufreq/scaling_governor")) continue;
    const KnownText governor = one_line(cpu + "/cpufreq/scaling_governor");
    if (!governor) return governor;
    governors.insert(*governor);
  }
  if (governors.empty()) return std::string("none");  // the firmware sets the frequency
  if (governors.size() == 1) return *governors.begin();
  return "mixed: " + joined(governors);
}

}  // namespace

void read_dmi(const Roots& roots, HostFacts& host) {
  const std::string dmi = roots.sys + "/class/dmi/id/";
  host.vendor = one_line(dmi + "sys_vendor");
  host.product = one_line(dmi + "product_name");
  host.product_serial = one_line(dmi + "product_serial");
  host.board_serial = one_line(dmi + "board_serial");
  host.chassis_serial = one_line(dmi + "chassis_serial");
  host.bios_version = one_line(dmi + "bios_version");
}

void read_cpus(const Roots& roots, HostFacts& host) {
  const std::string all = roots.sys + std::string(kCpus);
  const auto info = read_file(roots.proc + "/cpuinfo", kCpuInfoBytes);
  host.cpu_model = KnownText::missing(info ? "" : info.error().what());
  if (info) {
    KnownText model = labelled(*info, "model name");
    // "model name\t: AMD EPYC ..."
    if (model) {
      const std::string name(trimmed(model.value->substr(model.value->find(':') + 1)));
      model = name.empty() ? KnownText::missing("cpuinfo names no model") : KnownText(name);
    }
    host.cpu_model = model;
  }
  const auto cpus = cpu_directories(roots);
  host.cpu_sockets = sockets_of(cpus);
  host.cpus_online = counted(all + "/online");
  host.cpus_present = counted(all + "/present");
  host.numa_nodes = counted(roots.sys + "/devices/system/node/online");
  host.governor = governor_of(cpus);
}

void read_memory(const Roots& roots, HostFacts& host) {
  constexpr std::int64_t kKiB = 1024, kMostKiB = std::int64_t{1} << 42;
  constexpr std::int64_t kMachineCheck = 1 << 4;  // Documentation/admin-guide/tainted-kernels
  const auto text = read_file(roots.proc + "/meminfo", kSmallFile);
  const KnownText total =
      text ? labelled(*text, "MemTotal:") : KnownText::missing(text.error().what());
  host.memory_bytes = KnownInt::missing(total.absent);
  if (total) {
    const auto kib = to_int(std::string_view(*total).substr(0, total.value->find(' ')));
    const bool good = kib && total.value->ends_with(" kB") && *kib > 0 && *kib < kMostKiB;
    host.memory_bytes = good ? KnownInt(*kib * kKiB) : KnownInt::missing("MemTotal is " + *total);
  }
  const EdacTotals edac = edac_totals(roots);
  host.edac_corrected = edac.corrected;
  host.edac_uncorrected = edac.uncorrected;
  const KnownInt taint = one_number(roots.proc + "/sys/kernel/tainted");
  host.machine_check_seen =
      taint ? KnownFlag((*taint & kMachineCheck) != 0) : KnownFlag::missing(taint.absent);
}

EdacTotals edac_totals(const Roots& roots) {
  const std::string all = roots.sys + "/devices/system/edac/mc";
  const auto names = names_in(all);
  const auto total = [&](const char* file) -> KnownInt {
    if (!names) return KnownInt::missing(names.absent);
    std::int64_t sum = 0, controllers = 0;
    for (const std::string& name : *names) {
      if (!name.starts_with("mc") || !to_int(name.substr(2))) continue;
      const KnownInt count = one_number(all + "/" + name + "/" + file);
      if (!count) return count;
      sum += *count;
      ++controllers;
    }
    // The directory is there on every kernel with EDAC, whether or not a driver fills it.
    if (controllers == 0) return KnownInt::missing("no memory controller reports to EDAC");
    return sum;
  };
  return {.corrected = total("ce_count"), .uncorrected = total("ue_count")};
}

void read_iommu(const Roots& roots, HostFacts& host) {
  const std::string groups = roots.sys + "/kernel/iommu_groups";
  if (!exists(roots.sys + "/kernel")) {
    host.iommu = KnownText::missing(roots.sys + "/kernel is not there");
    return;
  }
  const auto names = names_in(groups);
  std::error_code ec;
  if (!names &&
      std::filesystem::symlink_status(groups, ec).type() != std::filesystem::file_type::not_found) {
    host.iommu = KnownText::missing(names.absent);
    return;
  }
  std::set<std::string> kinds;
  if (names) {
    for (const std::string& name : *names) {
      const KnownText type = one_line(groups + "/" + name + "/type");
      if (!type) {
        host.iommu = type;
        return;
      }
      kinds.insert(*type == "identity" ? "passthrough" : "translated");
    }
  }
  host.iommu = kinds.empty() ? "off" : kinds.size() == 1 ? *kinds.begin() : std::string("mixed");
}

ClockReading read_clock() {
  ClockReading clock;
  clock.values.modes = 0;  // sets nothing
  clock.state = ::adjtimex(&clock.values);
  if (clock.state < 0) clock.absent = "adjtimex: " + std::string(std::strerror(errno));
  return clock;
}

void take_clock(const ClockReading& clock, HostFacts& host) {
  if (!clock.absent.empty()) {
    host.clock_synchronised = KnownFlag::missing(clock.absent);
    host.clock_offset_ns = KnownInt::missing(clock.absent);
    host.clock_max_error_ns = KnownInt::missing(clock.absent);
    return;
  }
  const bool nanoseconds = (clock.values.status & STA_NANO) != 0;
  host.clock_synchronised = clock.state != TIME_ERROR && (clock.values.status & STA_UNSYNC) == 0;
  host.clock_offset_ns = clock.values.offset * (nanoseconds ? 1 : kNsPerUs);
  host.clock_max_error_ns = clock.values.maxerror * kNsPerUs;
}

}  // namespace ga
