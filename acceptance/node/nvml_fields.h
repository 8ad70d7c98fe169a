// Fields of nvmlDeviceGetFieldValues, by number.
//
// Most numbers never changed. Those of power smoothing and of the throttle counters did, twice:
// NVIDIA's bindings for 575.51 and 580.65 have the counters at 251 to 253 and smoothing from 256
// on; those for 570, and for 580.82 and all since, have smoothing at 251 and the counters at 269 to
// 271. Asked by the wrong number a driver answers another question, and a smoothing switch that is
// off reads as no time throttled. So the numbers follow the driver's version, and a counter that
// does not come as a 64-bit number is absent.
#pragma once

#include <string_view>

namespace ga::nvml {

// Without a scope.
inline constexpr unsigned kFieldSwPowerCap = 74;  // ns
inline constexpr unsigned kFieldMemoryTemperature = 82;
inline constexpr unsigned kFieldLinkCount = 91;
inline constexpr unsigned kFieldShutdownMargin = 193;
inline constexpr unsigned kFieldSlowdownMargin = 194;
inline constexpr unsigned kFieldRecoveryAction = 230;
// The scope is the link. Speeds are in MB/s.
inline constexpr unsigned kFieldSpeedOfLink0 = 84;  // 84 to 89 are links 0 to 5
inline constexpr unsigned kFieldSpeedOfLink6 = 132;
inline constexpr unsigned kFieldRemoteLink = 146;
inline constexpr unsigned kFieldLinkReplays = 161;
inline constexpr unsigned kFieldLinkRecoveries = 162;
inline constexpr unsigned kFieldLinkCrc = 163;
inline constexpr unsigned kFieldLinkSpeed = 164;
inline constexpr unsigned kFieldLinkPower = 167;
// NVLink 5.
inline constexpr unsigned kFieldMalformed = 206, kFieldOverruns = 207, kFieldReceived = 208,
                          kFieldReceivedRemote = 209, kFieldReceivedGeneral = 210,
                          kFieldIntegrity = 211;
inline constexpr unsigned kFieldRecoveriesFailed = 214, kFieldRecoveryEvents = 215;
inline constexpr unsigned kFieldEffectiveErrors = 219, kFieldEffectiveBer = 220;
inline constexpr unsigned kFieldSymbolErrors = 221, kFieldSymbolBer = 222;

// The fields whose numbers depend on the driver. 0: this driver has none, or nobody knows.
struct MovedFields {
  unsigned sw_thermal = 0, hw_thermal = 0, power_brake = 0;
  unsigned smoothing = 0, smoothing_profile = 0;
  friend bool operator==(const MovedFields&, const MovedFields&) = default;
};

// `driver` as NVML says it: "580.95.05". Drivers between 580.65 and 580.82 may have either
// numbering, and nothing is asked of them.
MovedFields moved_fields(std::string_view driver);

}  // namespace ga::nvml
