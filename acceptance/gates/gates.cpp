#include "acceptance/gates/gates.h"

#include <array>

#include "acceptance/gates/table.h"

namespace ga {

// An explicit table: a linker drops self-registering objects of a static library.
std::span<const Gate> all_gates() {
  static const std::array gates{kIdentityInventory, kIdentityFirmware, kSitePower,
                                kSiteCooling,       kConfigEcc,        kConfigMig,
                                kConfigPowerLimit,  kConfigClocksSet,  kConfigComputeMode,
                                kConfigPersistence, kConfigIdle,       kConfigNuma,
                                kConfigAcs,         kConfigPcie,       kConfigFabric,
                                kNvlinkLinks,       kNicLinks,         kHostMemory,
                                kHostCpu,           kHostNvme,         kMemoryRemap,
                                kMemoryEcc,         kClockLight,       kHbmBandwidth,
                                kPcieH2d,           kPcieD2h,          kGemmBf16Cublaslt,
                                kGemmBf16Own,       kGemmBf16OwnExact, kGemmBf16CublasltExact,
                                kEventsEcc,         kEventsNic,        kEventsNvlink,
                                kEventsPcie,        kEventsThrottle,   kEventsXid};
  return gates;
}

const Gate* find_gate(std::string_view id) {
  for (const Gate& gate : all_gates()) {
    if (gate.id == id) return &gate;
  }
  return nullptr;
}

std::vector<std::string> gate_ids() {
  std::vector<std::string> ids;
  for (const Gate& gate : all_gates()) ids.emplace_back(gate.id);
  return ids;
}

Evidence planning_evidence(const Profile& profile) {
  Evidence evidence;
  for (const std::string& unit : ordered_units(profile)) {
    GpuFacts gpu;
    gpu.unit_id = unit;
    evidence.facts.gpus.push_back(std::move(gpu));
  }
  return evidence;
}

}  // namespace ga
