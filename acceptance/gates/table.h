// The gates, one a file. Only gates.cpp and the tests name them one by one.
#pragma once

#include "acceptance/core/gate.h"

namespace ga {

extern const Gate kIdentityInventory, kConfigEcc, kConfigMig, kConfigPowerLimit, kConfigIdle;
extern const Gate kConfigAcs, kConfigClocksSet, kConfigComputeMode, kConfigFabric, kConfigNuma;
extern const Gate kConfigPcie, kConfigPersistence, kIdentityFirmware, kNicLinks, kNvlinkLinks;
extern const Gate kHostCpu, kHostMemory, kHostNvme, kSiteCooling, kSitePower;
extern const Gate kMemoryRemap, kMemoryEcc;
extern const Gate kClockLight;
extern const Gate kHbmBandwidth, kPcieH2d, kPcieD2h, kGemmBf16Cublaslt, kGemmBf16Own;
extern const Gate kGemmBf16OwnExact, kGemmBf16CublasltExact;
extern const Gate kEventsEcc, kEventsNic, kEventsNvlink, kEventsPcie, kEventsThrottle, kEventsXid;

}  // namespace ga
