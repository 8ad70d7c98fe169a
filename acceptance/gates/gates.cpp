#include "acceptance/gates/gates.h"

#include <fmt/format.h>

#include "acceptance/core/codes.h"
#include "acceptance/gates/compute_gates.h"
#include "acceptance/gates/table.h"
#include "kernels/data/element.h"

namespace ga {

// An explicit table: a linker drops self-registering objects of a static library.
std::span<const Gate> all_gates() {
  static const std::vector<Gate> gates = [] {
    std::vector<Gate> all{kIdentityInventory,
                          kIdentityFirmware,
                          kIdentityFreshness,
                          kSitePower,
                          kSiteCooling,
                          kConfigEcc,
                          kConfigMig,
                          kConfigPowerLimit,
                          kConfigClocksSet,
                          kConfigComputeMode,
                          kConfigPersistence,
                          kConfigIdle,
                          kConfigNuma,
                          kConfigAcs,
                          kConfigPcie,
                          kConfigFabric,
                          kNvlinkLinks,
                          kNicLinks,
                          kHostMemory,
                          kHostCpu,
                          kHostNvme,
                          kMemoryRemap,
                          kMemoryEcc,
                          kClockLight,
                          kHbmBandwidth,
                          kHbmLatency,
                          kHbmPattern,
                          kPcieH2d,
                          kPcieD2h};
    all.insert(all.end(), compute_gates().begin(), compute_gates().end());
    all.push_back(kExerciseExact);
    all.insert(all.end(), {kNvlinkP2p, kPcieNuma, kAllreduceOwn, kAllreduceNcclRing,
                           kAllreduceNcclNvls, kAllreduceLatency, kAllreduceExact});
    all.insert(all.end(), {kPowerSustained, kPowerPulse, kThermalResistance, kNodeUniformity});
    all.push_back(kSoakDigest);
    all.insert(all.end(),
               {kEventsEcc, kEventsNic, kEventsNvlink, kEventsPcie, kEventsThrottle, kEventsXid});
    return all;
  }();
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

std::string gate_page(std::string_view id) {
  if (const Embedded* page = find_embedded(gate_pages(), id)) return std::string(page->text);
  if (find_gate(id) == nullptr) return "";
  for (const std::string_view computation : {"gemm.", "attention."}) {
    for (const GemmType& type : kGemmTypes) {
      const std::string start = fmt::format("{}{}.", computation, type.name);
      if (!id.starts_with(start)) continue;
      const auto shared = fmt::format("{}{}", computation, id.substr(start.size()));
      const Embedded* page = find_embedded(gate_pages(), shared);
      if (page != nullptr) return of_type(page->text, type.name);
    }
  }
  return "";
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
