// Counters of one GPU from NVML, and the parts of them that facts show too.
#include <algorithm>

#include "acceptance/node/nvml_asker.h"

namespace ga {

Remapped read_remapped(const Asker& gpu) {
  unsigned cor = nvml::kNoValue32, unc = nvml::kNoValue32;
  unsigned pending = nvml::kNoValue32, failed = nvml::kNoValue32;
  const nvml::Return code =
      gpu.ask<nvml::GetRemapped>("nvmlDeviceGetRemappedRows", &cor, &unc, &pending, &failed);
  if (code != nvml::kSuccess) {
    return {gpu.missing<std::int64_t>(code), gpu.missing<std::int64_t>(code),
            gpu.missing<bool>(code), gpu.missing<bool>(code)};
  }
  return {nvml::known_int(cor), nvml::known_int(unc), nvml::known_flag(pending),
          nvml::known_flag(failed)};
}

Sram read_sram(const Asker& gpu, nvml::EccCounter counter) {
  nvml::SramErrors errors;
  const nvml::Return code =
      gpu.ask<nvml::GetSramErrors>("nvmlDeviceGetSramEccErrorStatus", &errors);
  if (code != nvml::kSuccess) {
    // Older drivers know the sums and neither the threshold nor the place.
    const KnownInt no_place = gpu.missing<std::int64_t>(code);
    return {gpu.memory_errors(nvml::EccError::corrected, counter, nvml::MemoryLocation::sram),
            gpu.memory_errors(nvml::EccError::uncorrected, counter, nvml::MemoryLocation::sram),
            gpu.missing<bool>(code),
            no_place,
            no_place,
            no_place,
            no_place,
            no_place};
  }
  const bool now = counter == nvml::EccCounter::volatile_;
  const KnownInt parity =
      nvml::known_wide(now ? errors.volatile_unc_parity : errors.aggregate_unc_parity);
  const KnownInt secded =
      nvml::known_wide(now ? errors.volatile_unc_secded : errors.aggregate_unc_secded);
  return {nvml::known_wide(now ? errors.volatile_cor : errors.aggregate_cor),
          nvml::sum_of({parity, secded}),
          nvml::known_flag(errors.threshold_exceeded),
          nvml::known_wide(errors.bucket_l2),
          nvml::known_wide(errors.bucket_sm),
          nvml::known_wide(errors.bucket_pcie),
          nvml::known_wide(errors.bucket_mcu),
          nvml::known_wide(errors.bucket_other)};
}

namespace {

// One that carries traffic or may at once: not "inactive", nor "active_traffic_disabled".
bool is_up(const KnownText& state) { return *state == "active" || *state == "sleep"; }

// Over the links that are up: the sum, or the worst. Absent when one of them does not say.
struct OverLinks {
  const KnownList<NvLink>& links;

  template <class Join>
  KnownInt joined(KnownInt NvLink::*field, Join&& join) const {
    if (!links) return KnownInt::missing(links.absent);
    KnownInt total = KnownInt::missing("no link is active");
    for (const NvLink& link : *links) {
      if (!link.state) return KnownInt::missing(of(link, "state: " + link.state.absent));
      if (!is_up(link.state)) continue;
      const KnownInt& value = link.*field;
      if (!value) return KnownInt::missing(of(link, value.absent));
      total = total ? join(*total, *value) : value;
    }
    return total;
  }
  KnownInt sum(KnownInt NvLink::*field) const {
    return joined(field, [](std::int64_t a, std::int64_t b) { return nvml::sum_of({a, b}); });
  }
  KnownInt worst(KnownInt NvLink::*field) const {
    return joined(field, [](std::int64_t a, std::int64_t b) { return KnownInt(std::max(a, b)); });
  }
  KnownInt active() const {
    if (!links) return KnownInt::missing(links.absent);
    std::int64_t count = 0;
    for (const NvLink& link : *links) {
      if (!link.state) return KnownInt::missing(of(link, "state: " + link.state.absent));
      count += is_up(link.state) ? 1 : 0;
    }
    return count;
  }
  static std::string of(const NvLink& link, const std::string& reason) {
    return "link " + (link.index ? std::to_string(*link.index) : "?") + ": " + reason;
  }
};

void read_link_counters(const Asker& gpu, GpuCounters& counters) {
  GpuFacts facts;
  read_gpu_links(gpu, facts);
  const OverLinks over{facts.nvlinks};
  counters.nvlinks_active = over.active();
  counters.nvlink_crc_flit_errors = over.sum(&NvLink::crc_flit_errors);
  counters.nvlink_crc_data_errors = over.sum(&NvLink::crc_data_errors);
  counters.nvlink_replays = over.sum(&NvLink::replays);
  counters.nvlink_recoveries = over.sum(&NvLink::recoveries);
  counters.nvlink_recoveries_failed = over.sum(&NvLink::recoveries_failed);
  counters.nvlink_effective_errors = over.sum(&NvLink::effective_errors);
  counters.nvlink_effective_ber_e18 = over.worst(&NvLink::effective_ber_e18);
  counters.nvlink_symbol_errors = over.sum(&NvLink::symbol_errors);
  counters.nvlink_symbol_ber_e18 = over.worst(&NvLink::symbol_ber_e18);
  counters.nvlink_packet_errors = over.sum(&NvLink::packet_errors);
}

KnownInt state_of(const KnownFlag& flag) {
  return flag ? KnownInt(*flag ? 1 : 0) : KnownInt::missing(flag.absent);
}

void read_throttle(const Asker& gpu, const nvml::MovedFields& moved, GpuCounters& counters) {
  constexpr auto kTime = Asker::Kind::wide;
  gpu.fields({{nvml::kFieldSwPowerCap, 0, &counters.throttle_sw_power_ns, kTime},
              {moved.sw_thermal, 0, &counters.throttle_sw_thermal_ns, kTime},
              {moved.hw_thermal, 0, &counters.throttle_hw_thermal_ns, kTime},
              {moved.power_brake, 0, &counters.throttle_power_brake_ns, kTime}});
  if (!counters.throttle_sw_power_ns) {
    // The same counter under its older name; the others have none.
    nvml::ViolationTime time;
    const nvml::Return code =
        gpu.ask<nvml::GetViolation>("nvmlDeviceGetViolationStatus", nvml::PerfPolicy::power, &time);
    if (code == nvml::kSuccess) counters.throttle_sw_power_ns = nvml::known_wide(time.violation_ns);
  }
  counters.throttle_reasons = gpu.throttle_reasons();
}

}  // namespace

GpuCounters read_gpu_counters(const Asker& gpu, const nvml::MovedFields& moved) {
  GpuCounters counters;
  read_throttle(gpu, moved, counters);
  constexpr auto kNow = nvml::EccCounter::volatile_;
  constexpr auto kDram = nvml::MemoryLocation::dram;
  counters.ecc_dram_corrected = gpu.memory_errors(nvml::EccError::corrected, kNow, kDram);
  counters.ecc_dram_uncorrected = gpu.memory_errors(nvml::EccError::uncorrected, kNow, kDram);
  const Sram sram = read_sram(gpu, kNow);
  counters.ecc_sram_corrected = sram.corrected;
  counters.ecc_sram_uncorrected = sram.uncorrected;
  const Remapped remapped = read_remapped(gpu);
  counters.remap_correctable_rows = remapped.correctable;
  counters.remap_uncorrectable_rows = remapped.uncorrectable;
  counters.remap_pending = state_of(remapped.pending);
  counters.remap_failed = state_of(remapped.failed);
  counters.pcie_replays = gpu.number("nvmlDeviceGetPcieReplayCounter");
  counters.energy_mj = gpu.wide("nvmlDeviceGetTotalEnergyConsumption");
  read_link_counters(gpu, counters);
  return counters;
}

}  // namespace ga
