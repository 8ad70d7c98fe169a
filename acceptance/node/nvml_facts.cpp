// Facts of one GPU from NVML: who it is, how it is set, how it rests, how its memory is.
#include <array>
#include <string_view>

#include "acceptance/node/nvml_asker.h"

namespace ga {

namespace {

using nvml::kSuccess;
using nvml::Return;

void read_identity(const Asker& gpu, GpuFacts& facts) {
  facts.uuid = read_uuid(gpu);
  facts.serial = gpu.text("nvmlDeviceGetSerial");
  facts.board_part = gpu.text("nvmlDeviceGetBoardPartNumber");
  facts.part_name = gpu.text("nvmlDeviceGetName");
  nvml::PciInfo pci{};
  Return code = gpu.ask<nvml::GetPci>("nvmlDeviceGetPciInfo_v3", &pci);
  const bool ok = code == kSuccess;
  facts.pci_bus_id = ok ? nvml::bus_id(pci) : gpu.missing<std::string>(code);
  facts.pci_device = ok ? nvml::id_pair(pci.device_id) : gpu.missing<std::string>(code);
  facts.pci_subsystem = ok ? nvml::id_pair(pci.subsystem_id) : gpu.missing<std::string>(code);
  facts.module_id = gpu.number("nvmlDeviceGetModuleId");
  nvml::Pdi pdi;
  code = gpu.ask<nvml::GetPdi>("nvmlDeviceGetPdi", &pdi);
  facts.pdi = code == kSuccess ? nvml::hex16(pdi.value) : gpu.missing<std::string>(code);
}

KnownFlag inforom_valid(const Asker& gpu) {
  const Return code = gpu.ask<nvml::Ask>("nvmlDeviceValidateInforom");
  if (code == kSuccess) return true;
  if (code == nvml::kCorruptedInforom) return false;
  return gpu.missing<bool>(code);
}

void read_firmware(const Asker& gpu, GpuFacts& facts) {
  facts.vbios = gpu.text("nvmlDeviceGetVbiosVersion");
  facts.inforom = gpu.text("nvmlDeviceGetInforomImageVersion");
  facts.inforom_oem = gpu.inforom(nvml::InforomObject::oem);
  facts.inforom_ecc = gpu.inforom(nvml::InforomObject::ecc);
  facts.inforom_power = gpu.inforom(nvml::InforomObject::power);
  facts.inforom_valid = inforom_valid(gpu);
  facts.gsp_firmware = gpu.gsp_firmware();
  gpu.flags("nvmlDeviceGetGspFirmwareMode", facts.gsp_enabled, facts.gsp_default);
}

KnownText compute_mode(const Asker& gpu) {
  const KnownInt mode = gpu.number("nvmlDeviceGetComputeMode");
  if (!mode) return KnownText::missing(mode.absent);
  switch (static_cast<nvml::ComputeMode>(*mode)) {
    case nvml::ComputeMode::default_:
      return std::string("default");
    case nvml::ComputeMode::prohibited:
      return std::string("prohibited");
    case nvml::ComputeMode::exclusive_process:
      return std::string("exclusive_process");
  }
  return KnownText::missing("unknown compute mode " + std::to_string(*mode));
}

void read_power_settings(const Asker& gpu, const nvml::MovedFields& moved, GpuFacts& facts) {
  facts.power_limit_enforced_mw = gpu.number("nvmlDeviceGetEnforcedPowerLimit");
  facts.power_limit_default_mw = gpu.number("nvmlDeviceGetPowerManagementDefaultLimit");
  unsigned least = nvml::kNoValue32, most = nvml::kNoValue32;
  Return code =
      gpu.ask<nvml::GetPair>("nvmlDeviceGetPowerManagementLimitConstraints", &least, &most);
  bool ok = code == kSuccess;
  facts.power_limit_min_mw = ok ? nvml::known_int(least) : gpu.missing<std::int64_t>(code);
  facts.power_limit_max_mw = ok ? nvml::known_int(most) : gpu.missing<std::int64_t>(code);
  nvml::CurrentProfiles profiles;
  code = gpu.ask<nvml::GetProfiles>("nvmlDeviceWorkloadPowerProfileGetCurrentProfiles", &profiles);
  ok = code == kSuccess;
  facts.power_profiles_requested =
      ok ? nvml::profile_names(profiles.requested) : gpu.missing<std::string>(code);
  facts.power_profiles_enforced =
      ok ? nvml::profile_names(profiles.enforced) : gpu.missing<std::string>(code);
  KnownInt smoothing;
  gpu.fields({{moved.smoothing, 0, &smoothing},
              {moved.smoothing_profile, 0, &facts.power_smoothing_profile}});
  facts.power_smoothing = nvml::flag_of(smoothing);
  // nvidia-smi boost-slider knows it by a way of its own.
  facts.boost_slider = KnownInt::missing("no question of NVML's answers it");
}

void read_configuration(const Asker& gpu, GpuFacts& facts) {
  gpu.flags("nvmlDeviceGetEccMode", facts.ecc_current, facts.ecc_pending);
  gpu.flags("nvmlDeviceGetMigMode", facts.mig_current, facts.mig_pending);
  facts.persistence = gpu.flag("nvmlDeviceGetPersistenceMode");
  facts.compute_mode = compute_mode(gpu);
  facts.clock_sm_max_mhz = gpu.clock("nvmlDeviceGetMaxClockInfo", nvml::ClockType::sm);
  facts.clock_mem_max_mhz = gpu.clock("nvmlDeviceGetMaxClockInfo", nvml::ClockType::mem);
  facts.pcie_gen_max = gpu.number("nvmlDeviceGetMaxPcieLinkGeneration");
  facts.pcie_width_max = gpu.number("nvmlDeviceGetMaxPcieLinkWidth");
  facts.pcie_gen_gpu_max = gpu.number("nvmlDeviceGetGpuMaxPcieLinkGeneration");
  facts.pcie_gen_current = gpu.number("nvmlDeviceGetCurrPcieLinkGeneration");
  facts.pcie_width_current = gpu.number("nvmlDeviceGetCurrPcieLinkWidth");
}

void read_temperatures(const Asker& gpu, GpuFacts& facts) {
  facts.temp_mc = gpu.temperature_mc();
  nvml::MarginTemperature margin;
  const Return code = gpu.ask<nvml::GetMargin>("nvmlDeviceGetMarginTemperature", &margin);
  facts.temp_margin_mc =
      code == kSuccess ? nvml::known_celsius(margin.celsius) : gpu.missing<std::int64_t>(code);
  facts.temp_slowdown_mc = gpu.threshold_mc(nvml::TemperatureThreshold::slowdown);
  facts.temp_shutdown_mc = gpu.threshold_mc(nvml::TemperatureThreshold::shutdown);
  KnownInt slowdown, shutdown, memory;
  gpu.fields({{nvml::kFieldSlowdownMargin, 0, &slowdown, Asker::Kind::signed_},
              {nvml::kFieldShutdownMargin, 0, &shutdown, Asker::Kind::signed_},
              {nvml::kFieldMemoryTemperature, 0, &memory}});
  facts.temp_slowdown_margin_mc = nvml::millis(slowdown);
  facts.temp_shutdown_margin_mc = nvml::millis(shutdown);
  facts.temp_memory_mc = nvml::millis(memory);
}

void read_load(const Asker& gpu, GpuFacts& facts) {
  nvml::Utilization use;
  Return code = gpu.ask<nvml::GetUtilization>("nvmlDeviceGetUtilizationRates", &use);
  facts.utilization_gpu_percent =
      code == kSuccess ? nvml::known_int(use.gpu) : gpu.missing<std::int64_t>(code);
  nvml::Memory memory;
  code = gpu.ask<nvml::GetMemory>("nvmlDeviceGetMemoryInfo_v2", &memory);
  const bool ok = code == kSuccess;
  facts.memory_bytes = ok ? nvml::known_wide(memory.total) : gpu.missing<std::int64_t>(code);
  facts.memory_used_bytes = ok ? nvml::known_wide(memory.used) : gpu.missing<std::int64_t>(code);
  facts.clock_sm_mhz = gpu.clock("nvmlDeviceGetClockInfo", nvml::ClockType::sm);
  facts.clock_mem_mhz = gpu.clock("nvmlDeviceGetClockInfo", nvml::ClockType::mem);
  facts.power_mw = gpu.number("nvmlDeviceGetPowerUsage");
  read_temperatures(gpu, facts);
}

void read_banks(const Asker& gpu, GpuFacts& facts) {
  nvml::RowHistogram banks;
  const Return code = gpu.ask<nvml::GetHistogram>("nvmlDeviceGetRowRemapperHistogram", &banks);
  const auto count = [&](unsigned value) {
    return code == kSuccess ? nvml::known_int(value) : gpu.missing<std::int64_t>(code);
  };
  facts.remap_banks_max = count(banks.max);
  facts.remap_banks_high = count(banks.high);
  facts.remap_banks_partial = count(banks.partial);
  facts.remap_banks_low = count(banks.low);
  facts.remap_banks_none = count(banks.none);
}

KnownText recovery_action(const Asker& gpu) {
  KnownInt action;
  gpu.fields({{nvml::kFieldRecoveryAction, 0, &action}});
  constexpr std::array<std::string_view, 8> kActions{
      "none",      "gpu_reset",       "node_reboot",
      "drain_p2p", "drain_and_reset", "recover_imex_domain",
      "bus_reset", "system_reboot"};
  return nvml::word_of(action, kActions);
}

void read_memory_health(const Asker& gpu, GpuFacts& facts) {
  const Remapped remapped = read_remapped(gpu);
  facts.remap_correctable_rows = remapped.correctable;
  facts.remap_uncorrectable_rows = remapped.uncorrectable;
  facts.remap_pending = remapped.pending;
  facts.remap_failed = remapped.failed;
  read_banks(gpu, facts);
  constexpr auto kSum = nvml::EccCounter::aggregate;
  constexpr auto kDram = nvml::MemoryLocation::dram;
  facts.ecc_dram_corrected_aggregate = gpu.memory_errors(nvml::EccError::corrected, kSum, kDram);
  facts.ecc_dram_uncorrected_aggregate =
      gpu.memory_errors(nvml::EccError::uncorrected, kSum, kDram);
  const Sram sram = read_sram(gpu, kSum);
  facts.ecc_sram_corrected_aggregate = sram.corrected;
  facts.ecc_sram_uncorrected_aggregate = sram.uncorrected;
  facts.ecc_sram_threshold_exceeded = sram.threshold;
  facts.ecc_sram_uncorrected_l2 = sram.l2;
  facts.ecc_sram_uncorrected_sm = sram.sm;
  facts.ecc_sram_uncorrected_pcie = sram.pcie;
  facts.ecc_sram_uncorrected_mcu = sram.mcu;
  facts.ecc_sram_uncorrected_other = sram.other;
  nvml::RepairStatus repair;
  Return code = gpu.ask<nvml::GetRepair>("nvmlDeviceGetRepairStatus", &repair);
  const bool ok = code == kSuccess;
  facts.repair_channel_pending =
      ok ? nvml::known_flag(repair.channel_pending) : gpu.missing<bool>(code);
  facts.repair_tpc_pending = ok ? nvml::known_flag(repair.tpc_pending) : gpu.missing<bool>(code);
  nvml::UnrepairableMemory lost;
  code = gpu.ask<nvml::GetUnrepairable>("nvmlDeviceGetUnrepairableMemoryFlag_v1", &lost);
  facts.memory_unrepairable =
      code == kSuccess ? nvml::known_flag(lost.flag()) : gpu.missing<bool>(code);
  facts.recovery_action = recovery_action(gpu);
}

}  // namespace

KnownText read_uuid(const Asker& gpu) { return gpu.text("nvmlDeviceGetUUID"); }

KnownText read_pci_bus_id(const Asker& gpu) {
  nvml::PciInfo pci{};
  const Return code = gpu.ask<nvml::GetPci>("nvmlDeviceGetPciInfo_v3", &pci);
  return code == kSuccess ? nvml::bus_id(pci) : gpu.missing<std::string>(code);
}

void read_gpu_facts(const Asker& gpu, const nvml::MovedFields& moved, GpuFacts& facts) {
  read_identity(gpu, facts);
  read_firmware(gpu, facts);
  read_configuration(gpu, facts);
  read_power_settings(gpu, moved, facts);
  read_load(gpu, facts);
  read_memory_health(gpu, facts);
}

}  // namespace ga
