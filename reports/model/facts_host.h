// What the machine around the GPUs says of itself: the path to the CPU, network ports, drives,
// memory, services. The same rules as facts.h: a value, or absent with the source's reason.
//
// A list is absent as a whole when it could not be read; an empty list was read and has no entry.
#pragma once

#include "reports/model/known.h"

namespace ga {

// One device on the way from a GPU to the root port of its CPU. Entry 0 is the GPU itself.
struct PciHop {
  KnownText address;  // "0000:1b:00.0"
  KnownInt gen_current, gen_max, width_current, width_max;
  KnownInt aer_correctable, aer_nonfatal, aer_fatal;  // since boot
  KnownText acs;  // of a bridge: the controls that are on, "none" for none or no such capability

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("address", self.address);
    f("gen_current", self.gen_current);
    f("gen_max", self.gen_max);
    f("width_current", self.width_current);
    f("width_max", self.width_max);
    f("aer_correctable", self.aer_correctable);
    f("aer_nonfatal", self.aer_nonfatal);
    f("aer_fatal", self.aer_fatal);
    f("acs", self.acs);
  }
  friend bool operator==(const PciHop&, const PciHop&) = default;
};

// How a GPU is reached from its CPU.
struct GpuPath {
  KnownText iommu;  // of its group: "identity", "DMA", "DMA-FQ"; "none" where there is no group
  KnownList<PciHop> pci_path;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("iommu", self.iommu);
    f("pci_path", self.pci_path);
  }
  friend bool operator==(const GpuPath&, const GpuPath&) = default;
};

struct NvSwitchFacts {
  KnownText address, device, firmware;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("address", self.address);
    f("device", self.device);
    f("firmware", self.firmware);
  }
  friend bool operator==(const NvSwitchFacts&, const NvSwitchFacts&) = default;
};

// One port of an InfiniBand or RoCE adapter.
struct NicPort {
  KnownText port;  // "mlx5_0/1"
  KnownText pci_address;
  KnownText link_layer;  // "InfiniBand" or "Ethernet"
  KnownText state;       // "ACTIVE"
  KnownText phys_state;  // "LinkUp"
  KnownInt rate_mbps;    // 400000 for NDR
  KnownText part, board_id, firmware, node_guid;
  KnownInt numa_node;
  KnownInt gen_current, gen_max, width_current, width_max;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("port", self.port);
    f("pci_address", self.pci_address);
    f("link_layer", self.link_layer);
    f("state", self.state);
    f("phys_state", self.phys_state);
    f("rate_mbps", self.rate_mbps);
    f("part", self.part);
    f("board_id", self.board_id);
    f("firmware", self.firmware);
    f("node_guid", self.node_guid);
    f("numa_node", self.numa_node);
    f("gen_current", self.gen_current);
    f("gen_max", self.gen_max);
    f("width_current", self.width_current);
    f("width_max", self.width_max);
  }
  friend bool operator==(const NicPort&, const NicPort&) = default;
};

struct NvmeDrive {
  KnownText name;  // "nvme0"
  KnownText pci_address, model, serial, firmware, state;
  KnownInt gen_current, gen_max, width_current, width_max;
  // SMART log; the kernel gives it to root only.
  KnownInt critical_warning;  // bits of the NVMe specification, 0 is good
  KnownInt media_errors, spare_percent, used_percent;
  KnownInt temp_mc;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("pci_address", self.pci_address);
    f("model", self.model);
    f("serial", self.serial);
    f("firmware", self.firmware);
    f("state", self.state);
    f("gen_current", self.gen_current);
    f("gen_max", self.gen_max);
    f("width_current", self.width_current);
    f("width_max", self.width_max);
    f("critical_warning", self.critical_warning);
    f("media_errors", self.media_errors);
    f("spare_percent", self.spare_percent);
    f("used_percent", self.used_percent);
    f("temp_mc", self.temp_mc);
  }
  friend bool operator==(const NvmeDrive&, const NvmeDrive&) = default;
};

struct HostFacts {
  KnownText vendor, product, product_serial, board_serial, chassis_serial, bios_version;  // DMI
  KnownText cpu_model;
  KnownInt cpu_sockets, cpus_online, cpus_present, numa_nodes;
  KnownInt memory_bytes;                      // that the kernel has
  KnownInt edac_corrected, edac_uncorrected;  // sum over the memory controllers, since boot
  KnownFlag machine_check_seen;               // the kernel's taint bit, since boot
  KnownText iommu;                            // "off", "passthrough", "translated", "mixed"
  KnownText governor;                         // the same on every CPU, else "mixed: ..."
  KnownFlag clock_synchronised;               // as the kernel's clock discipline says
  KnownInt clock_offset_ns, clock_max_error_ns;
  KnownText clock_service;  // "chronyd", "ntpd", "systemd-timesyncd", "" is none
  KnownText fabric_manager, fabric_manager_version;  // "running", "not running", "not installed"
  KnownText nvlsm, nvlsm_version;
  KnownFlag peermem_loaded;
  KnownFlag rdma_dmabuf;   // the kernel's RDMA core takes dma-buf memory
  KnownText ofed_version;  // "" where the distribution's own driver is used
  KnownList<NvSwitchFacts> nvswitches;
  KnownList<NicPort> nics;
  KnownList<NvmeDrive> nvme;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("vendor", self.vendor);
    f("product", self.product);
    f("product_serial", self.product_serial);
    f("board_serial", self.board_serial);
    f("chassis_serial", self.chassis_serial);
    f("bios_version", self.bios_version);
    f("cpu_model", self.cpu_model);
    f("cpu_sockets", self.cpu_sockets);
    f("cpus_online", self.cpus_online);
    f("cpus_present", self.cpus_present);
    f("numa_nodes", self.numa_nodes);
    f("memory_bytes", self.memory_bytes);
    f("edac_corrected", self.edac_corrected);
    f("edac_uncorrected", self.edac_uncorrected);
    f("machine_check_seen", self.machine_check_seen);
    f("iommu", self.iommu);
    f("governor", self.governor);
    f("clock_synchronised", self.clock_synchronised);
    f("clock_offset_ns", self.clock_offset_ns);
    f("clock_max_error_ns", self.clock_max_error_ns);
    f("clock_service", self.clock_service);
    f("fabric_manager", self.fabric_manager);
    f("fabric_manager_version", self.fabric_manager_version);
    f("nvlsm", self.nvlsm);
    f("nvlsm_version", self.nvlsm_version);
    f("peermem_loaded", self.peermem_loaded);
    f("rdma_dmabuf", self.rdma_dmabuf);
    f("ofed_version", self.ofed_version);
    f("nvswitches", self.nvswitches);
    f("nics", self.nics);
    f("nvme", self.nvme);
  }
  friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

}  // namespace ga
