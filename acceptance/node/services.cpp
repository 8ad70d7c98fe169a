#include "acceptance/node/services.h"

#include <algorithm>

#include "acceptance/node/host.h"
#include "reports/model/digest.h"

namespace ga {

namespace {

constexpr std::size_t kCommLength = 15;  // the kernel cuts a program's name there
constexpr std::size_t kSymbolBytes = std::size_t{64} << 20;
constexpr std::string_view kFabricManager = "nv-fabricmanager", kNvlsm = "nvlsm";

struct Service {
  KnownText state, version;
};

// The first line that a program prints when asked for its version. An older program may not know
// the option; that is absent, and nothing is guessed.
KnownText version_of(const RunProgram& run, const std::string& program) {
  constexpr std::int64_t kDeadlineNs = 3'000'000'000;
  constexpr std::size_t kMostBytes = 4096, kLongest = 120;
  std::string first;
  const Status ran = run(
      {.arguments = {program, "--version"}, .deadline_ns = kDeadlineNs, .most_bytes = kMostBytes},
      [&](std::string_view line) {
        if (first.empty()) first = trimmed(line);
      });
  if (!ran) return KnownText::missing(ran.error().what());
  if (first.empty() || !printable(first)) return KnownText::missing(program + " names no version");
  return first.substr(0, kLongest);
}

Service service_of(const Roots& roots, const RunProgram& run, const KnownList<std::string>& running,
                   std::string_view name, const std::vector<std::string>& programs) {
  const auto installed = std::find_if(programs.begin(), programs.end(),
                                      [&](const std::string& p) { return exists(roots.top + p); });
  Service service;
  if (!running) {
    service.state = KnownText::missing(running.absent);
  } else if (std::find(running.value->begin(), running.value->end(), name.substr(0, kCommLength)) !=
             running.value->end()) {
    service.state = std::string("running");
  } else {
    service.state = std::string(installed == programs.end() ? "not installed" : "not running");
  }
  service.version = installed == programs.end() ? KnownText::missing("not installed here")
                                                : version_of(run, roots.top + *installed);
  return service;
}

KnownFlag module_loaded(const Roots& roots, const std::string& name) {
  if (!exists(roots.sys + "/module")) {
    return KnownFlag::missing(roots.sys + "/module is not there");
  }
  return exists(roots.sys + "/module/" + name);
}

// The name of a function of the RDMA core that only a kernel with dma-buf registration has.
KnownFlag rdma_dmabuf(const Roots& roots) {
  const auto symbols = read_file(roots.proc + "/kallsyms", kSymbolBytes);
  if (!symbols) return KnownFlag::missing(symbols.error().what());
  if (symbols->empty()) return KnownFlag::missing("the kernel shows no symbols");
  return symbols->find(" ib_umem_dmabuf_get") != std::string::npos;
}

KnownText ofed_version(const Roots& roots) {
  const std::string module = roots.sys + "/module/mlx5_core";
  if (!exists(module)) return KnownText::missing("mlx5_core is not loaded");
  // The distribution's own driver has no version.
  if (!exists(module + "/version")) return std::string();
  return one_line(module + "/version");
}

KnownText time_service(const KnownList<std::string>& running) {
  if (!running) return KnownText::missing(running.absent);
  for (const char* name : {"chronyd", "ntpd", "openntpd", "systemd-timesyn", "ptp4l", "phc2sys"}) {
    if (std::find(running.value->begin(), running.value->end(), name) != running.value->end()) {
      return std::string(name);
    }
  }
  return std::string();
}

KnownList<NvSwitchFacts> nvswitches(const Roots& roots) {
  using Switches = KnownList<NvSwitchFacts>;
  const std::string devices = roots.sys + "/bus/pci/devices";
  const auto names = names_in(devices);
  if (!names) return Switches::missing(names.absent);
  std::vector<NvSwitchFacts> switches;
  for (const std::string& name : *names) {
    const std::string at = devices + "/" + name;
    const KnownText vendor = one_line(at + "/vendor"), kind = one_line(at + "/class");
    // Base class 06, sub-class 80: a bridge of another kind, which is what NVIDIA's switches are.
    const bool one = vendor && *vendor == "0x10de" && kind && kind.value->starts_with("0x0680");
    if (!one) continue;
    const KnownText device = one_line(at + "/device");
    const auto text = read_file(
        roots.proc + "/driver/nvidia-nvswitch/devices/" + name + "/information", kSmallFile);
    NvSwitchFacts facts;
    facts.address = name;
    facts.device = device && device.value->starts_with("0x")
                       ? KnownText("10de:" + device.value->substr(2))
                       : KnownText::missing(device ? "no identifier: " + *device : device.absent);
    facts.firmware =
        text ? labelled(*text, "BIOS Version:") : KnownText::missing(text.error().what());
    switches.push_back(std::move(facts));
  }
  return switches;
}

}  // namespace

KnownList<std::string> running_of(const Roots& roots, const std::vector<std::string>& names) {
  auto running = running_names(roots);
  if (!running) return running;
  std::erase_if(*running.value, [&](const std::string& comm) {
    return std::none_of(names.begin(), names.end(), [&](const std::string& n) {
      return comm == std::string_view(n).substr(0, kCommLength);
    });
  });
  std::sort(running.value->begin(), running.value->end());
  running.value->erase(std::unique(running.value->begin(), running.value->end()),
                       running.value->end());
  return running;
}

void read_services(const Roots& roots, const RunProgram& run, HostFacts& host) {
  const auto running =
      running_of(roots, {std::string(kFabricManager), std::string(kNvlsm), "chronyd", "ntpd",
                         "openntpd", "systemd-timesyncd", "ptp4l", "phc2sys"});
  const Service manager =
      service_of(roots, run, running, kFabricManager, {"/usr/bin/nv-fabricmanager"});
  host.fabric_manager = manager.state;
  host.fabric_manager_version = manager.version;
  const Service nvlsm =
      service_of(roots, run, running, kNvlsm, {"/opt/nvidia/nvlsm/sbin/nvlsm", "/usr/sbin/nvlsm"});
  host.nvlsm = nvlsm.state;
  host.nvlsm_version = nvlsm.version;
  host.clock_service = time_service(running);
  host.peermem_loaded = module_loaded(roots, "nvidia_peermem");
  host.rdma_dmabuf = rdma_dmabuf(roots);
  host.ofed_version = ofed_version(roots);
  host.nvswitches = nvswitches(roots);
}

}  // namespace ga
