// The gates that have a file each; compute_gates.h has the rest. Only gates.cpp and the tests name
// them one by one.
#pragma once

#include "acceptance/core/gate.h"

namespace ga {

extern const Gate kIdentityInventory, kConfigEcc, kConfigMig, kConfigPowerLimit, kConfigIdle;
extern const Gate kConfigAcs, kConfigClocksSet, kConfigComputeMode, kConfigFabric, kConfigNuma;
extern const Gate kConfigPcie, kConfigPersistence, kIdentityFirmware, kIdentityFreshness, kNicLinks,
    kNvlinkLinks;
extern const Gate kHostCpu, kHostMemory, kHostNvme, kSiteCooling, kSitePower;
extern const Gate kMemoryRemap, kMemoryEcc;
extern const Gate kClockLight;
extern const Gate kHbmLatency, kHbmPattern, kExerciseExact;
extern const Gate kHbmBandwidth, kPcieH2d, kPcieD2h, kPcieNuma;
extern const Gate kNvlinkP2p, kAllreduceOwn, kAllreduceNcclRing, kAllreduceNcclNvls;
extern const Gate kAllreduceLatency, kAllreduceExact;
extern const Gate kPowerSustained, kPowerPulse, kThermalResistance, kNodeUniformity;
extern const Gate kSoakDigest;
extern const Gate kEventsEcc, kEventsNic, kEventsNvlink, kEventsPcie, kEventsThrottle, kEventsXid;

}  // namespace ga
