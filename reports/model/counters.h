// Counters of one GPU, read before and after every load. Only differences are judged.
#pragma once

#include <string>

#include "reports/model/known.h"

namespace ga {

struct GpuCounters {
  std::string unit_id;
  KnownInt read_ns;  // when, on the clock of the worker that read them
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
  KnownInt remap_pending, remap_failed;  // 0 or 1: these counters are states
  KnownInt pcie_replays;
  KnownInt aer_correctable;  // over every device on the way to the root port
  KnownInt aer_nonfatal;
  KnownInt aer_fatal;
  KnownInt energy_mj;
  // Sums over the links that are active; the rates are those of the worst link.
  KnownInt nvlinks_active;
  KnownInt nvlink_crc_flit_errors;
  KnownInt nvlink_crc_data_errors;
  KnownInt nvlink_replays;
  KnownInt nvlink_recoveries;
  KnownInt nvlink_recoveries_failed;
  KnownInt nvlink_effective_errors;
  KnownInt nvlink_effective_ber_e18;
  KnownInt nvlink_symbol_errors;
  KnownInt nvlink_symbol_ber_e18;
  KnownInt nvlink_packet_errors;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("read_ns", self.read_ns);
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
    f("remap_pending", self.remap_pending);
    f("remap_failed", self.remap_failed);
    f("pcie_replays", self.pcie_replays);
    f("aer_correctable", self.aer_correctable);
    f("aer_nonfatal", self.aer_nonfatal);
    f("aer_fatal", self.aer_fatal);
    f("energy_mj", self.energy_mj);
    f("nvlinks_active", self.nvlinks_active);
    f("nvlink_crc_flit_errors", self.nvlink_crc_flit_errors);
    f("nvlink_crc_data_errors", self.nvlink_crc_data_errors);
    f("nvlink_replays", self.nvlink_replays);
    f("nvlink_recoveries", self.nvlink_recoveries);
    f("nvlink_recoveries_failed", self.nvlink_recoveries_failed);
    f("nvlink_effective_errors", self.nvlink_effective_errors);
    f("nvlink_effective_ber_e18", self.nvlink_effective_ber_e18);
    f("nvlink_symbol_errors", self.nvlink_symbol_errors);
    f("nvlink_symbol_ber_e18", self.nvlink_symbol_ber_e18);
    f("nvlink_packet_errors", self.nvlink_packet_errors);
  }

  // Defined in copies.cpp.
  GpuCounters();
  GpuCounters(const GpuCounters&);
  GpuCounters(GpuCounters&&) noexcept;
  GpuCounters& operator=(const GpuCounters&);
  GpuCounters& operator=(GpuCounters&&) noexcept;
  ~GpuCounters();
  friend bool operator==(const GpuCounters&, const GpuCounters&);
};

}  // namespace ga
