// Facts: what a node and its GPUs say of themselves, read and never set.
//
// Every field is a value, or absent with the reason that the source gave. Nothing is defaulted: a
// counter that could not be read is not zero. visit_fields() is the one list of fields; the codec,
// the text form, the comparison and the replay all go through it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ga {

template <class T>
struct Known {
  std::optional<T> value = {};
  std::string absent = "not asked";  // the reason, meaningful only when there is no value

  Known() = default;
  Known(T v) : value(std::move(v)), absent() {}  // implicit: a value is a known fact
  static Known missing(std::string reason) {
    Known k;
    k.absent = std::move(reason);
    return k;
  }
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  friend bool operator==(const Known&, const Known&) = default;
};

using KnownInt = Known<std::int64_t>;  // in the unit that the field's name ends with
using KnownText = Known<std::string>;  // printable ASCII
using KnownFlag = Known<bool>;

struct NodeFacts {
  KnownText name;            // --node-name, else the host name
  KnownText boot_id;         // /proc/sys/kernel/random/boot_id
  KnownText kernel_release;  // uname
  KnownText driver_version;  // NVML
  KnownText nvml_version;
  KnownInt cuda_driver_version;  // 13000 for 13.0, from the CUDA runtime
  // How many GPUs each source sees. identity.inventory wants them equal.
  KnownInt gpus_nvml;
  KnownInt gpus_cuda;
  KnownInt gpus_proc;  // /proc/driver/nvidia/gpus
  KnownInt gpus_pci;   // /sys/bus/pci: vendor 10de, class 0302 or 0300
  KnownText
      profilers;  // names of running profilers and monitors that hold GPU counters; "" is none

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("boot_id", self.boot_id);
    f("kernel_release", self.kernel_release);
    f("driver_version", self.driver_version);
    f("nvml_version", self.nvml_version);
    f("cuda_driver_version", self.cuda_driver_version);
    f("gpus_nvml", self.gpus_nvml);
    f("gpus_cuda", self.gpus_cuda);
    f("gpus_proc", self.gpus_proc);
    f("gpus_pci", self.gpus_pci);
    f("profilers", self.profilers);
  }
  friend bool operator==(const NodeFacts&, const NodeFacts&) = default;
};

struct GpuFacts {
  std::string unit_id;  // "gpu/0": position in PCI bus order
  // Who it is, from NVML, and what the other sources say of the device at the same PCI address.
  KnownText uuid;
  KnownText serial;
  KnownText board_part;
  KnownText part_name;      // "NVIDIA H200"
  KnownText pci_bus_id;     // "0000:1b:00.0"
  KnownText pci_device;     // "10de:2335"
  KnownText pci_subsystem;  // "10de:18be"
  KnownText cuda_uuid;
  KnownText proc_uuid;         // /proc/driver/nvidia/gpus/*/information
  KnownText sysfs_pci_device;  // /sys/bus/pci/devices/*/{vendor,device}
  KnownText vbios;
  KnownText inforom;
  KnownInt memory_bytes;  // NVML total; includes what the driver reserves
  KnownInt sm_count;      // CUDA
  KnownInt numa_node;
  // Configuration.
  KnownFlag ecc_current;
  KnownFlag ecc_pending;
  KnownFlag mig_current;
  KnownFlag mig_pending;
  KnownFlag persistence;
  KnownText compute_mode;  // "default", "exclusive_process", "prohibited"
  KnownInt power_limit_enforced_mw;
  KnownInt power_limit_default_mw;
  KnownInt power_limit_min_mw;
  KnownInt power_limit_max_mw;
  KnownInt clock_sm_max_mhz;
  KnownInt clock_mem_max_mhz;
  KnownInt pcie_gen_max;
  KnownInt pcie_width_max;
  KnownInt pcie_gen_current;
  KnownInt pcie_width_current;
  // Load at rest.
  KnownInt utilization_gpu_percent;
  KnownInt memory_used_bytes;  // without the driver's reserve
  KnownInt processes;          // compute and graphics processes that are not ours
  KnownText process_list;      // "1234 python3, 99 nv-hostengine"; "" is none
  KnownInt temp_mc;
  KnownInt power_mw;
  // Memory health.
  KnownInt remap_correctable_rows;
  KnownInt remap_uncorrectable_rows;
  KnownFlag remap_pending;
  KnownFlag remap_failed;
  KnownInt remap_banks_none;  // banks with no spare row left
  KnownInt remap_banks_low;
  KnownInt ecc_dram_corrected_aggregate;
  KnownInt ecc_dram_uncorrected_aggregate;
  KnownInt ecc_sram_corrected_aggregate;
  KnownInt ecc_sram_uncorrected_aggregate;
  KnownFlag ecc_sram_threshold_exceeded;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("uuid", self.uuid);
    f("serial", self.serial);
    f("board_part", self.board_part);
    f("part_name", self.part_name);
    f("pci_bus_id", self.pci_bus_id);
    f("pci_device", self.pci_device);
    f("pci_subsystem", self.pci_subsystem);
    f("cuda_uuid", self.cuda_uuid);
    f("proc_uuid", self.proc_uuid);
    f("sysfs_pci_device", self.sysfs_pci_device);
    f("vbios", self.vbios);
    f("inforom", self.inforom);
    f("memory_bytes", self.memory_bytes);
    f("sm_count", self.sm_count);
    f("numa_node", self.numa_node);
    f("ecc_current", self.ecc_current);
    f("ecc_pending", self.ecc_pending);
    f("mig_current", self.mig_current);
    f("mig_pending", self.mig_pending);
    f("persistence", self.persistence);
    f("compute_mode", self.compute_mode);
    f("power_limit_enforced_mw", self.power_limit_enforced_mw);
    f("power_limit_default_mw", self.power_limit_default_mw);
    f("power_limit_min_mw", self.power_limit_min_mw);
    f("power_limit_max_mw", self.power_limit_max_mw);
    f("clock_sm_max_mhz", self.clock_sm_max_mhz);
    f("clock_mem_max_mhz", self.clock_mem_max_mhz);
    f("pcie_gen_max", self.pcie_gen_max);
    f("pcie_width_max", self.pcie_width_max);
    f("pcie_gen_current", self.pcie_gen_current);
    f("pcie_width_current", self.pcie_width_current);
    f("utilization_gpu_percent", self.utilization_gpu_percent);
    f("memory_used_bytes", self.memory_used_bytes);
    f("processes", self.processes);
    f("process_list", self.process_list);
    f("temp_mc", self.temp_mc);
    f("power_mw", self.power_mw);
    f("remap_correctable_rows", self.remap_correctable_rows);
    f("remap_uncorrectable_rows", self.remap_uncorrectable_rows);
    f("remap_pending", self.remap_pending);
    f("remap_failed", self.remap_failed);
    f("remap_banks_none", self.remap_banks_none);
    f("remap_banks_low", self.remap_banks_low);
    f("ecc_dram_corrected_aggregate", self.ecc_dram_corrected_aggregate);
    f("ecc_dram_uncorrected_aggregate", self.ecc_dram_uncorrected_aggregate);
    f("ecc_sram_corrected_aggregate", self.ecc_sram_corrected_aggregate);
    f("ecc_sram_uncorrected_aggregate", self.ecc_sram_uncorrected_aggregate);
    f("ecc_sram_threshold_exceeded", self.ecc_sram_threshold_exceeded);
  }
  friend bool operator==(const GpuFacts&, const GpuFacts&) = default;
};

struct Facts {
  NodeFacts node;
  std::vector<GpuFacts> gpus;  // in PCI bus order; unit_id is "gpu/<index>"

  const GpuFacts* find(const std::string& unit_id) const {
    for (const GpuFacts& gpu : gpus) {
      if (gpu.unit_id == unit_id) return &gpu;
    }
    return nullptr;
  }
  friend bool operator==(const Facts&, const Facts&) = default;
};

// Counters of one GPU, read before and after every load. Only differences are judged.
struct GpuCounters {
  std::string unit_id;
  // Time that the clock was held down, by reason, since the driver was loaded.
  KnownInt throttle_sw_power_ns;     // reason 0x4, normal at the power cap
  KnownInt throttle_sw_thermal_ns;   // 0x20
  KnownInt throttle_hw_thermal_ns;   // 0x40
  KnownInt throttle_power_brake_ns;  // 0x80
  KnownInt throttle_reasons;         // the reasons' bits at this moment
  KnownInt ecc_dram_corrected;       // volatile
  KnownInt ecc_dram_uncorrected;     // volatile
  KnownInt ecc_sram_corrected;       // volatile
  KnownInt ecc_sram_uncorrected;     // volatile
  KnownInt remap_correctable_rows;
  KnownInt remap_uncorrectable_rows;
  KnownInt pcie_replays;
  KnownInt energy_mj;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("throttle_sw_power_ns", self.throttle_sw_power_ns);
    f("throttle_sw_thermal_ns", self.throttle_sw_thermal_ns);
    f("throttle_hw_thermal_ns", self.throttle_hw_thermal_ns);
    f("throttle_power_brake_ns", self.throttle_power_brake_ns);
    f("throttle_reasons", self.throttle_reasons);
    f("ecc_dram_corrected", self.ecc_dram_corrected);
    f("ecc_dram_uncorrected", self.ecc_dram_uncorrected);
    f("ecc_sram_corrected", self.ecc_sram_corrected);
    f("ecc_sram_uncorrected", self.ecc_sram_uncorrected);
    f("remap_correctable_rows", self.remap_correctable_rows);
    f("remap_uncorrectable_rows", self.remap_uncorrectable_rows);
    f("pcie_replays", self.pcie_replays);
    f("energy_mj", self.energy_mj);
  }
  friend bool operator==(const GpuCounters&, const GpuCounters&) = default;
};

}  // namespace ga
