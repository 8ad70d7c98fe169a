#include "acceptance/node/record_host.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "acceptance/node/kernel_log.h"
#include "acceptance/node/record.h"
#include "reports/model/digest.h"
#include "reports/model/units.h"

namespace ga {

namespace fs = std::filesystem;

namespace {

using Files = std::initializer_list<const char*>;

// Files below one root, to the same places below another.
struct Copier {
  fs::path from, to;

  Status file(const fs::path& name) const {
    const auto text = read_file((from / name).string(), kMostFileBytes);
    return text ? write_file(to / name, *text) : Status(Ok{});
  }
  Status files(const fs::path& folder, Files names) const {
    for (const char* name : names) GA_CHECK(file(folder / name));
    return Ok{};
  }
  // The same files in each entry of a folder whose name begins so.
  Status each(const fs::path& folder, const std::string& prefix, Files names) const {
    const auto entries = names_in((from / folder).string());
    if (!entries) return Ok{};
    std::error_code ec;
    fs::create_directories(to / folder, ec);
    for (const std::string& entry : *entries) {
      if (entry.starts_with(prefix)) {
        GA_CHECK(files(folder / entry, names));
      }
    }
    return Ok{};
  }
  // A class device's way to its PCI device, by the list of the bus.
  Status device_link(const fs::path& folder, const KnownText& address) const {
    if (!address) return Ok{};
    std::error_code ec;
    fs::create_directories(to / folder, ec);
    fs::create_directory_symlink("../../../bus/pci/devices/" + *address, to / folder / "device",
                                 ec);
    return ec ? Status(Error(ErrorCode::io, ec.message())) : Status(Ok{});
  }
};

Status copy_machine(const Copier& sys) {
  GA_CHECK(sys.files("class/dmi/id", {"sys_vendor", "product_name", "product_serial",
                                      "board_serial", "chassis_serial", "bios_version"}));
  GA_CHECK(sys.files("devices/system", {"cpu/online", "cpu/present", "node/online"}));
  GA_CHECK(sys.each("devices/system/cpu", "cpu",
                    {"topology/physical_package_id", "cpufreq/scaling_governor"}));
  GA_CHECK(sys.each("devices/system/edac/mc", "mc", {"ce_count", "ue_count"}));
  return sys.each("kernel/iommu_groups", "", {"type"});
}

// The bridges' configuration spaces, and each GPU's IOMMU group.
Status copy_paths(const Copier& sys, const Facts& facts) {
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.pci_path) continue;
    for (const PciHop& hop : *gpu.pci_path) {
      GA_CHECK(sys.file(fs::path("bus/pci/devices") / *hop.address / "config"));
    }
    const fs::path device = fs::path("bus/pci/devices") / *(*gpu.pci_path)[0].address;
    std::error_code ec;
    const fs::path group = fs::canonical(sys.from / device / "iommu_group", ec);
    if (ec) continue;
    // Links are relative: a record may be moved.
    const fs::path real = fs::canonical(sys.to / device, ec);
    const fs::path target = fs::canonical(sys.to, ec) / "kernel/iommu_groups" / group.filename();
    fs::create_directory_symlink(fs::relative(target, real, ec), real / "iommu_group", ec);
    if (ec) return Error(ErrorCode::io, real.string() + ": " + ec.message());
  }
  return Ok{};
}

Status copy_devices(const Copier& sys, const HostFacts& host) {
  if (host.nics) {
    std::error_code ec;
    fs::create_directories(sys.to / "class/infiniband", ec);
    for (const NicPort& nic : *host.nics) {
      const std::size_t slash = nic.port.value->find('/');
      const fs::path adapter = fs::path("class/infiniband") / nic.port.value->substr(0, slash);
      const fs::path port = adapter / "ports" / nic.port.value->substr(slash + 1);
      GA_CHECK(sys.files(adapter, {"fw_ver", "hca_type", "board_id", "node_guid"}));
      if (!fs::exists(sys.to / adapter / "device", ec)) {
        GA_CHECK(sys.device_link(adapter, nic.pci_address));
      }
      GA_CHECK(sys.files(port, {"link_layer", "state", "phys_state", "rate"}));
      GA_CHECK(sys.files(port / "counters",
                         {"link_downed", "link_error_recovery", "symbol_error", "port_rcv_errors",
                          "port_rcv_remote_physical_errors", "port_xmit_discards",
                          "local_link_integrity_errors", "excessive_buffer_overrun_errors"}));
    }
  }
  if (!host.nvme) return Ok{};
  std::error_code ec;
  fs::create_directories(sys.to / "class/nvme", ec);
  for (const NvmeDrive& drive : *host.nvme) {
    const fs::path at = fs::path("class/nvme") / *drive.name;
    GA_CHECK(sys.files(at, {"transport", "model", "serial", "firmware_rev", "state"}));
    GA_CHECK(sys.device_link(at, drive.pci_address));
  }
  return Ok{};
}

Status copy_modules(const Copier& sys) {
  for (const char* module : {"nvidia_peermem", "mlx5_core"}) {
    std::error_code ec;
    if (!fs::exists(sys.from / "module" / module, ec)) continue;
    fs::create_directories(sys.to / "module" / module, ec);
    GA_CHECK(sys.file(fs::path("module") / module / "version"));
  }
  std::error_code ec;
  fs::create_directories(sys.to / "module", ec);
  return Ok{};
}

Status copy_proc(const Copier& proc, const HostFacts& host) {
  GA_CHECK(proc.files("", {"meminfo", "sys/kernel/tainted"}));
  if (host.cpu_model) {
    GA_CHECK(write_file(proc.to / "cpuinfo", "model name\t: " + *host.cpu_model + "\n"));
  }
  if (host.rdma_dmabuf) {
    const char* symbol = *host.rdma_dmabuf ? "0 T ib_umem_dmabuf_get\n" : "0 T none\n";
    GA_CHECK(write_file(proc.to / "kallsyms", symbol));
  }
  GA_CHECK(proc.each("driver/nvidia-nvswitch/devices", "", {"information"}));
  // The services that run, and no other process.
  const auto processes = names_in(proc.from.string());
  if (!processes) return Ok{};
  for (const std::string& process : *processes) {
    const KnownText comm = one_line((proc.from / process / "comm").string());
    const bool service = comm && (*comm == "nv-fabricmanage" || *comm == "nvlsm" ||
                                  *comm == host.clock_service.value.value_or(""));
    if (to_int(process) && service) {
      GA_CHECK(proc.file(fs::path(process) / "comm"));
    }
  }
  return Ok{};
}

// As the programs' own places and what they printed; a replay runs nothing.
Status write_versions(const fs::path& folder, const HostFacts& host) {
  const auto one = [&](const char* program, const KnownText& version) -> Status {
    if (!version) return Ok{};
    GA_CHECK(write_file(folder / program, ""));
    return write_file(folder / "commands" / fs::path(program).filename(), *version + "\n");
  };
  GA_CHECK(one("usr/bin/nv-fabricmanager", host.fabric_manager_version));
  return one("opt/nvidia/nvlsm/sbin/nvlsm", host.nvlsm_version);
}

Status write_log(const fs::path& folder, const KernelHistory& history) {
  if (!history.source) return Ok{};
  const auto line = [](std::int64_t t_ns, const std::string& text) {
    return "6,0," + std::to_string(t_ns / kNsPerUs) + ",-;" + text + "\n";
  };
  std::string text = line(*history.first_ns, "the oldest line");
  for (const LogEvent& event : history.events) text += line(event.t_ns, event.text);
  return write_file(folder / "dev/kmsg", text + line(*history.last_ns, "the newest line"));
}

}  // namespace

Status write_host_record(const std::string& folder, const Roots& roots, const HostCalls& calls,
                         const Facts& facts) {
  const fs::path to(folder);
  const Copier sys{roots.sys, to / "sys"}, proc{roots.proc, to / "proc"};
  GA_CHECK(copy_machine(sys));
  GA_CHECK(copy_paths(sys, facts));
  GA_CHECK(copy_devices(sys, facts.host));
  GA_CHECK(copy_modules(sys));
  GA_CHECK(copy_proc(proc, facts.host));
  GA_CHECK(write_versions(to, facts.host));
  if (facts.host.nvme) {
    for (const NvmeDrive& drive : *facts.host.nvme) {
      const auto log = calls.read_smart(roots.dev + "/" + *drive.name);
      if (log) {
        GA_CHECK(write_file(to / "dev" / *drive.name, *log));
      }
    }
  }
  return write_log(to, kernel_history(roots, calls.run));
}

}  // namespace ga
