// A libnvidia-ml.so.1 that plays a replay: every answer is a line of FOLDER/nvml.state, and what no
// line names is "Not Supported". It never leaves the build tree; docs/replay.md says how it is
// used.
//
// Built a second time as an old driver's library, which lacks functions.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "acceptance/node/testing/replay_state.h"

namespace {

using namespace ga::nvml;

// Each call keeps the state that it began with: one that hangs goes on while the next replay plays.
class Playing {
 public:
  bool open(const char* folder) {
    auto next = std::make_shared<ReplayState>();
    const bool read = next->open(folder);
    const std::lock_guard lock(mutex_);
    state_ = std::move(next);
    return read;
  }
  std::shared_ptr<const ReplayState> now() {
    const std::lock_guard lock(mutex_);
    return state_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const ReplayState> state_ = std::make_shared<ReplayState>();
};

Playing& playing() {
  static Playing one;
  return one;
}
std::shared_ptr<const ReplayState> state() { return playing().now(); }

template <class... A>
Return about(Device device, const char* symbol, A... arguments) {
  return fill(state()->gpu(device, call_key(symbol, arguments...)), arguments...);
}

// A versioned struct of another version than the driver's is refused, as NVML refuses it.
template <class Struct>
Return versioned(Device device, const char* symbol, Struct* value) {
  if (value->version != Struct{}.version) return kVersionMismatch;
  return about(device, symbol, value);
}

Return list(const ReplayState::Answer& answer, unsigned* count, ProcessInfo* infos) {
  if (answer.code != kSuccess || !answer.filled) return answer.code;
  const auto pids = WordReader(answer.words).rest();
  const unsigned room = *count;
  *count = static_cast<unsigned>(pids.size());
  if (pids.size() > room) return kInsufficientSize;
  for (std::size_t i = 0; i < pids.size(); ++i) infos[i].pid = static_cast<unsigned>(pids[i]);
  return kSuccess;
}

}  // namespace

#define PLAYED extern "C" __attribute__((visibility("default")))

// What tells this library from NVIDIA's: gpuprobe loads it for a replay and for nothing else.
PLAYED int ga_play_replay(const char* folder) { return playing().open(folder) ? 1 : 0; }

PLAYED Return nvmlInit_v2() {
  const auto answer = state()->node("nvmlInit_v2()");
  return answer.code == kNotSupported ? kSuccess : answer.code;
}

PLAYED const char* nvmlErrorString(Return code) {
  thread_local std::string words;
  const auto answer = state()->node("nvmlErrorString(" + std::to_string(code) + ")");
  if (answer.code == kSuccess) {
    words = answer.words;
    return words.c_str();
  }
  switch (code) {
    case kSuccess:
      return "Success";
    case kInvalidArgument:
      return "Invalid Argument";
    case kNotSupported:
      return "Not Supported";
    case kNoPermission:
      return "Insufficient Permissions";
    case kDriverNotLoaded:
      return "Driver Not Loaded";
    case kFunctionNotFound:
      return "Function Not Found";
    case kGpuIsLost:
      return "GPU is lost";
    case 16:
      return "GPU requires restart";
    case 23:
      return "Insufficient Resources";
    case kVersionMismatch:
      return "Argument version mismatch";
    case kDeprecated:
      return "Deprecated";
    case kUnknown:
      return "Unknown Error";
    default:
      return "";
  }
}

#define NODE_TEXT(symbol) \
  PLAYED Return symbol(char* b, unsigned n) { return copy_text(state()->node(#symbol "()"), b, n); }
NODE_TEXT(nvmlSystemGetDriverVersion)
NODE_TEXT(nvmlSystemGetNVMLVersion)

PLAYED Return nvmlDeviceGetCount_v2(unsigned* count) {
  const auto answer = state()->node("nvmlDeviceGetCount_v2()");
  if (answer.code != kNotSupported) return fill(answer, count);
  *count = static_cast<unsigned>(state()->gpus());
  return kSuccess;
}

PLAYED Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  *device = reinterpret_cast<Device>(static_cast<std::uintptr_t>(index) + 1);
  const auto answer = state()->gpu(*device, "nvmlDeviceGetHandleByIndex_v2()");
  return answer.code == kNotSupported ? kSuccess : answer.code;
}

#define TEXT(symbol)                                       \
  PLAYED Return symbol(Device d, char* b, unsigned n) {    \
    return copy_text(state()->gpu(d, #symbol "()"), b, n); \
  }
TEXT(nvmlDeviceGetUUID)
TEXT(nvmlDeviceGetSerial)
TEXT(nvmlDeviceGetBoardPartNumber)
TEXT(nvmlDeviceGetName)
TEXT(nvmlDeviceGetVbiosVersion)
TEXT(nvmlDeviceGetInforomImageVersion)
PLAYED Return nvmlDeviceGetInforomVersion(Device d, InforomObject o, char* b, unsigned n) {
  return copy_text(state()->gpu(d, call_key(__func__, o)), b, n);
}
PLAYED Return nvmlDeviceGetGspFirmwareVersion(Device d, char* b) {
  return copy_text(state()->gpu(d, call_key(__func__)), b, kGspVersionBytes);
}

// A function with one, two, three arguments after the GPU.
#define WITH_0(symbol) \
  PLAYED Return symbol(Device d) { return about(d, #symbol); }
#define WITH_1(symbol, A) \
  PLAYED Return symbol(Device d, A a) { return about(d, #symbol, a); }
#define WITH_2(symbol, A, B) \
  PLAYED Return symbol(Device d, A a, B b) { return about(d, #symbol, a, b); }
#define WITH_3(symbol, A, B, C) \
  PLAYED Return symbol(Device d, A a, B b, C c) { return about(d, #symbol, a, b, c); }
#define VERSIONED(symbol, S) \
  PLAYED Return symbol(Device d, S* s) { return versioned(d, #symbol, s); }
WITH_0(nvmlDeviceValidateInforom)
WITH_1(nvmlDeviceGetPersistenceMode, unsigned*)
WITH_1(nvmlDeviceGetComputeMode, unsigned*)
WITH_1(nvmlDeviceGetModuleId, unsigned*)
WITH_1(nvmlDeviceGetEnforcedPowerLimit, unsigned*)
WITH_1(nvmlDeviceGetPowerManagementDefaultLimit, unsigned*)
WITH_1(nvmlDeviceGetPowerUsage, unsigned*)
WITH_1(nvmlDeviceGetMaxPcieLinkGeneration, unsigned*)
WITH_1(nvmlDeviceGetMaxPcieLinkWidth, unsigned*)
WITH_1(nvmlDeviceGetGpuMaxPcieLinkGeneration, unsigned*)
WITH_1(nvmlDeviceGetCurrPcieLinkGeneration, unsigned*)
WITH_1(nvmlDeviceGetCurrPcieLinkWidth, unsigned*)
WITH_1(nvmlDeviceGetPcieReplayCounter, unsigned*)
WITH_1(nvmlDeviceGetPciInfo_v3, PciInfo*)
WITH_1(nvmlDeviceGetTotalEnergyConsumption, unsigned long long*)
WITH_1(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long*)
WITH_1(nvmlDeviceGetUtilizationRates, Utilization*)
WITH_1(nvmlDeviceGetRowRemapperHistogram, RowHistogram*)
WITH_2(nvmlDeviceGetEccMode, unsigned*, unsigned*)
WITH_2(nvmlDeviceGetMigMode, unsigned*, unsigned*)
WITH_2(nvmlDeviceGetPowerManagementLimitConstraints, unsigned*, unsigned*)
WITH_2(nvmlDeviceGetGspFirmwareMode, unsigned*, unsigned*)
WITH_2(nvmlDeviceGetClockInfo, ClockType, unsigned*)
WITH_2(nvmlDeviceGetMaxClockInfo, ClockType, unsigned*)
WITH_2(nvmlDeviceGetTemperature, TemperatureSensor, unsigned*)
WITH_2(nvmlDeviceGetTemperatureThreshold, TemperatureThreshold, unsigned*)
WITH_2(nvmlDeviceGetViolationStatus, PerfPolicy, ViolationTime*)
WITH_2(nvmlDeviceGetNvLinkState, unsigned, unsigned*)
WITH_2(nvmlDeviceGetNvLinkVersion, unsigned, unsigned*)
WITH_2(nvmlDeviceGetNvLinkRemoteDeviceType, unsigned, unsigned*)
WITH_2(nvmlDeviceGetNvLinkRemotePciInfo_v2, unsigned, PciInfo*)
WITH_3(nvmlDeviceGetNvLinkErrorCounter, unsigned, LinkError, unsigned long long*)

PLAYED Return nvmlDeviceGetRemappedRows(Device d, unsigned* c, unsigned* u, unsigned* p,
                                        unsigned* f) {
  return about(d, __func__, c, u, p, f);
}
PLAYED Return nvmlDeviceGetMemoryErrorCounter(Device d, EccError e, EccCounter c, MemoryLocation m,
                                              unsigned long long* v) {
  return about(d, __func__, e, c, m, v);
}
PLAYED Return nvmlDeviceGetComputeRunningProcesses_v3(Device d, unsigned* n, ProcessInfo* p) {
  return list(state()->gpu(d, call_key(__func__)), n, p);
}
PLAYED Return nvmlDeviceGetGraphicsRunningProcesses_v3(Device d, unsigned* n, ProcessInfo* p) {
  return list(state()->gpu(d, call_key(__func__)), n, p);
}

#ifndef GA_FAKE_OLD
PLAYED Return nvmlSystemGetDriverBranch(DriverBranch* s, unsigned) {
  return s->version != DriverBranch{}.version ? kVersionMismatch
                                              : fill(state()->node(call_key(__func__)), s);
}
PLAYED Return nvmlSystemGetConfComputeSettings(CcSettings* s) {
  return s->version != CcSettings{}.version ? kVersionMismatch
                                            : fill(state()->node(call_key(__func__)), s);
}
PLAYED Return nvmlSystemGetConfComputeState(CcState* s) {
  return fill(state()->node(call_key(__func__)), s);
}
WITH_1(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long*)
WITH_1(nvmlDeviceGetGpuFabricInfo, Fabric1*)
VERSIONED(nvmlDeviceGetMemoryInfo_v2, Memory)
VERSIONED(nvmlDeviceGetSramEccErrorStatus, SramErrors)
VERSIONED(nvmlDeviceGetTemperatureV, Temperature)
VERSIONED(nvmlDeviceGetMarginTemperature, MarginTemperature)
VERSIONED(nvmlDeviceGetRepairStatus, RepairStatus)
VERSIONED(nvmlDeviceWorkloadPowerProfileGetCurrentProfiles, CurrentProfiles)
VERSIONED(nvmlDeviceGetPdi, Pdi)

// As nvml.h has it: the flag alone.
PLAYED Return nvmlDeviceGetUnrepairableMemoryFlag_v1(Device d, UnrepairableMemory* s) {
  return about(d, __func__, &s->first);
}

// Of two versions: a line without the summary at its end is a driver's that knows the second alone.
PLAYED Return nvmlDeviceGetGpuFabricInfoV(Device d, Fabric* s) {
  const bool third = s->version == Fabric::kVersion3;
  if (!third && s->version != Fabric::kVersion2) return kVersionMismatch;
  const Return code = about(d, __func__, s);
  return third && code == kUnknown ? kVersionMismatch : code;
}

PLAYED Return nvmlDeviceGetFieldValues(Device d, int count, FieldValue* fields) {
  if (const auto answer = state()->gpu(d, call_key(__func__)); answer.code != kNotSupported) {
    return answer.code;
  }
  for (int i = 0; i < count; ++i) {
    fill_field(state()->gpu(d, field_key(fields[i].field, fields[i].scope)), fields[i]);
  }
  return kSuccess;
}
#endif
