// Facts of one GPU by topic: who it is, how it is set, how it rests, how its memory is. GpuFacts in
// facts.h joins them with its links.
#pragma once

#include "reports/model/known.h"

namespace ga {

struct GpuIdentity {
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
  KnownInt module_id;          // the place on its base board, where NVML counts from
  KnownText pdi;               // per-device identifier, fused: 16 hexadecimal digits
  // Firmware.
  KnownText vbios;
  KnownText proc_vbios;  // the same as the driver's own file says it
  KnownText inforom;     // the image
  KnownText inforom_oem;
  KnownText inforom_ecc;
  KnownText inforom_power;
  KnownFlag inforom_valid;  // the checksum of its contents is right
  KnownText gsp_firmware;
  KnownFlag gsp_enabled;
  KnownFlag gsp_default;  // GSP is what this part runs by default
  KnownInt memory_bytes;  // NVML total; includes what the driver reserves
  KnownInt sm_count;      // CUDA
  KnownInt numa_node;

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
    f("module_id", self.module_id);
    f("pdi", self.pdi);
    f("vbios", self.vbios);
    f("proc_vbios", self.proc_vbios);
    f("inforom", self.inforom);
    f("inforom_oem", self.inforom_oem);
    f("inforom_ecc", self.inforom_ecc);
    f("inforom_power", self.inforom_power);
    f("inforom_valid", self.inforom_valid);
    f("gsp_firmware", self.gsp_firmware);
    f("gsp_enabled", self.gsp_enabled);
    f("gsp_default", self.gsp_default);
    f("memory_bytes", self.memory_bytes);
    f("sm_count", self.sm_count);
    f("numa_node", self.numa_node);
  }
  friend bool operator==(const GpuIdentity&, const GpuIdentity&) = default;
};

struct GpuConfiguration {
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
  // Workload power profiles by name, "max_q, compute"; "" is none.
  KnownText power_profiles_requested;
  KnownText power_profiles_enforced;
  KnownFlag power_smoothing;
  KnownInt power_smoothing_profile;  // the preset that is active
  KnownInt boost_slider;             // vboost
  KnownInt clock_sm_max_mhz;
  KnownInt clock_mem_max_mhz;
  // What the link can do in this slot, what the GPU alone could, and what it does now.
  KnownInt pcie_gen_max;
  KnownInt pcie_width_max;
  KnownInt pcie_gen_gpu_max;
  KnownInt pcie_gen_current;
  KnownInt pcie_width_current;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
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
    f("power_profiles_requested", self.power_profiles_requested);
    f("power_profiles_enforced", self.power_profiles_enforced);
    f("power_smoothing", self.power_smoothing);
    f("power_smoothing_profile", self.power_smoothing_profile);
    f("boost_slider", self.boost_slider);
    f("clock_sm_max_mhz", self.clock_sm_max_mhz);
    f("clock_mem_max_mhz", self.clock_mem_max_mhz);
    f("pcie_gen_max", self.pcie_gen_max);
    f("pcie_width_max", self.pcie_width_max);
    f("pcie_gen_gpu_max", self.pcie_gen_gpu_max);
    f("pcie_gen_current", self.pcie_gen_current);
    f("pcie_width_current", self.pcie_width_current);
  }
  friend bool operator==(const GpuConfiguration&, const GpuConfiguration&) = default;
};

// Before anything is loaded.
struct GpuRest {
  KnownInt utilization_gpu_percent;
  KnownInt memory_used_bytes;  // without the driver's reserve
  KnownInt processes;          // compute and graphics processes that are not ours
  KnownText process_list;      // "1234 python3, 99 nv-hostengine"; "" is none
  KnownInt clock_sm_mhz;
  KnownInt clock_mem_mhz;
  KnownInt temp_mc;
  KnownInt temp_margin_mc;  // to the nearest slowdown; negative beyond it
  // Limits as temperatures, and as margins: parts since Hopper know the second kind.
  KnownInt temp_slowdown_mc;
  KnownInt temp_shutdown_mc;
  KnownInt temp_slowdown_margin_mc;
  KnownInt temp_shutdown_margin_mc;
  KnownInt temp_memory_mc;
  KnownInt power_mw;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("utilization_gpu_percent", self.utilization_gpu_percent);
    f("memory_used_bytes", self.memory_used_bytes);
    f("processes", self.processes);
    f("process_list", self.process_list);
    f("clock_sm_mhz", self.clock_sm_mhz);
    f("clock_mem_mhz", self.clock_mem_mhz);
    f("temp_mc", self.temp_mc);
    f("temp_margin_mc", self.temp_margin_mc);
    f("temp_slowdown_mc", self.temp_slowdown_mc);
    f("temp_shutdown_mc", self.temp_shutdown_mc);
    f("temp_slowdown_margin_mc", self.temp_slowdown_margin_mc);
    f("temp_shutdown_margin_mc", self.temp_shutdown_margin_mc);
    f("temp_memory_mc", self.temp_memory_mc);
    f("power_mw", self.power_mw);
  }
  friend bool operator==(const GpuRest&, const GpuRest&) = default;
};

struct GpuMemoryHealth {
  KnownInt remap_correctable_rows;
  KnownInt remap_uncorrectable_rows;
  KnownFlag remap_pending;
  KnownFlag remap_failed;
  // Banks by the spare rows that they have left: all, most, some, few, none.
  KnownInt remap_banks_max;
  KnownInt remap_banks_high;
  KnownInt remap_banks_partial;
  KnownInt remap_banks_low;
  KnownInt remap_banks_none;
  // Since the GPU was made.
  KnownInt ecc_dram_corrected_aggregate;
  KnownInt ecc_dram_uncorrected_aggregate;
  KnownInt ecc_sram_corrected_aggregate;
  KnownInt ecc_sram_uncorrected_aggregate;
  KnownFlag ecc_sram_threshold_exceeded;
  // Where the uncorrected SRAM errors were.
  KnownInt ecc_sram_uncorrected_l2;
  KnownInt ecc_sram_uncorrected_sm;
  KnownInt ecc_sram_uncorrected_pcie;
  KnownInt ecc_sram_uncorrected_mcu;
  KnownInt ecc_sram_uncorrected_other;
  // Repairs that wait for a reset, memory that no repair reaches, what the driver asks for.
  KnownFlag repair_channel_pending;
  KnownFlag repair_tpc_pending;
  KnownFlag memory_unrepairable;
  KnownText recovery_action;  // "none", "gpu_reset", "node_reboot", "drain_p2p", "drain_and_reset"

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("remap_correctable_rows", self.remap_correctable_rows);
    f("remap_uncorrectable_rows", self.remap_uncorrectable_rows);
    f("remap_pending", self.remap_pending);
    f("remap_failed", self.remap_failed);
    f("remap_banks_max", self.remap_banks_max);
    f("remap_banks_high", self.remap_banks_high);
    f("remap_banks_partial", self.remap_banks_partial);
    f("remap_banks_low", self.remap_banks_low);
    f("remap_banks_none", self.remap_banks_none);
    f("ecc_dram_corrected_aggregate", self.ecc_dram_corrected_aggregate);
    f("ecc_dram_uncorrected_aggregate", self.ecc_dram_uncorrected_aggregate);
    f("ecc_sram_corrected_aggregate", self.ecc_sram_corrected_aggregate);
    f("ecc_sram_uncorrected_aggregate", self.ecc_sram_uncorrected_aggregate);
    f("ecc_sram_threshold_exceeded", self.ecc_sram_threshold_exceeded);
    f("ecc_sram_uncorrected_l2", self.ecc_sram_uncorrected_l2);
    f("ecc_sram_uncorrected_sm", self.ecc_sram_uncorrected_sm);
    f("ecc_sram_uncorrected_pcie", self.ecc_sram_uncorrected_pcie);
    f("ecc_sram_uncorrected_mcu", self.ecc_sram_uncorrected_mcu);
    f("ecc_sram_uncorrected_other", self.ecc_sram_uncorrected_other);
    f("repair_channel_pending", self.repair_channel_pending);
    f("repair_tpc_pending", self.repair_tpc_pending);
    f("memory_unrepairable", self.memory_unrepairable);
    f("recovery_action", self.recovery_action);
  }
  friend bool operator==(const GpuMemoryHealth&, const GpuMemoryHealth&) = default;
};

}  // namespace ga
