// A libnvidia-ml.so.1 whose answers stand in a text file, named by GA_FAKE_NVML and read at init.
//
//   init 0                    return code of nvmlInit_v2; then system values, one a line
//   driver 580.95.05
//   all                       what follows holds for each GPU ...
//   power_usage 72500
//   serial !4                 a return code in place of an answer
//   field.252 u64 17          one field of nvmlDeviceGetFieldValues, by id; "field.252 !3"
//   gpu                       ... and from here on for one; a later line wins
//   uuid GPU-...
//
// What no line names is "Not Supported". Built a second time as an old driver's library, which
// lacks functions.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "acceptance/node/nvml_api.h"

namespace {

using namespace ga::nvml;

using Section = std::map<std::string, std::string>;

struct State {
  Section system, all;
  std::vector<Section> gpus;
};

State& state() {
  static State kept;
  return kept;
}

bool read_state() {
  const char* path = std::getenv("GA_FAKE_NVML");
  std::ifstream file(path == nullptr ? "" : path);
  if (!file) return false;
  state() = State{};
  Section* section = &state().system;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line == "all") {
      section = &state().all;
    } else if (line == "gpu") {
      section = &state().gpus.emplace_back();
    } else {
      const std::size_t blank = std::min(line.find(' '), line.size());
      (*section)[line.substr(0, blank)] = line.substr(std::min(blank + 1, line.size()));
    }
  }
  return true;
}

// The line of that key: a return code, and the words when that is a success.
struct Line {
  Return code = kNotSupported;
  std::string text;
};

Line parsed(const std::string& text) {
  if (text.size() > 1 && text[0] == '!') return {std::atoi(text.c_str() + 1), ""};
  return {kSuccess, text};
}

Line system_line(const std::string& key) {
  const auto it = state().system.find(key);
  return it == state().system.end() ? Line{} : parsed(it->second);
}

Line line_of(Device device, const std::string& key) {
  const auto index = reinterpret_cast<std::uintptr_t>(device) - 1;
  if (index >= state().gpus.size()) return {2, ""};
  for (const Section* section : {&state().gpus[index], &state().all}) {
    // A GPU that is lost answers nothing, whatever else is written of it.
    if (const auto lost = section->find("lost"); lost != section->end()) return {kGpuIsLost, ""};
  }
  for (const Section* section : {&state().gpus[index], &state().all}) {
    if (const auto it = section->find(key); it != section->end()) return parsed(it->second);
  }
  return {};
}

std::vector<unsigned long long> numbers(const std::string& text) {
  std::istringstream words(text);
  std::vector<unsigned long long> out;
  for (std::string word; words >> word;) out.push_back(std::strtoull(word.c_str(), nullptr, 0));
  return out;
}

// The numbers of a line, as many as are wanted; a shorter line is an internal error.
template <class... T>
Return fill(const Line& line, T*... out) {
  if (line.code != kSuccess) return line.code;
  const auto values = numbers(line.text);
  if (values.size() < sizeof...(out)) return kUnknown;
  std::size_t i = 0;
  ((*out = static_cast<T>(values[i++])), ...);
  return kSuccess;
}

Return copy_text(const Line& line, char* buffer, unsigned length) {
  if (line.code != kSuccess) return line.code;
  if (line.text.size() + 1 > length) return kInsufficientSize;
  std::memcpy(buffer, line.text.c_str(), line.text.size() + 1);
  return kSuccess;
}

Return list(const Line& line, unsigned* count, ProcessInfo* infos) {
  if (line.code != kSuccess) return line.code;
  const auto pids = numbers(line.text);
  const unsigned room = *count;
  *count = static_cast<unsigned>(pids.size());
  if (pids.size() > room) return kInsufficientSize;
  for (std::size_t i = 0; i < pids.size(); ++i) infos[i].pid = static_cast<unsigned>(pids[i]);
  return kSuccess;
}

}  // namespace

#define FAKE extern "C" __attribute__((visibility("default")))

FAKE Return nvmlInit_v2() {
  if (!read_state()) return kDriverNotLoaded;
  Return code = kSuccess;
  const Return got = fill(system_line("init"), &code);
  return got == kSuccess ? code : kSuccess;
}

FAKE const char* nvmlErrorString(Return code) {
  switch (code) {
    case 0:
      return "Success";
    case 2:
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
    case kUnknown:
      return "Unknown Error";
    default:
      return "";
  }
}

FAKE Return nvmlSystemGetDriverVersion(char* b, unsigned n) {
  return copy_text(system_line("driver"), b, n);
}
FAKE Return nvmlSystemGetNVMLVersion(char* b, unsigned n) {
  return copy_text(system_line("nvml"), b, n);
}

FAKE Return nvmlDeviceGetCount_v2(unsigned* count) {
  const Line line = system_line("count");
  if (line.code != kNotSupported) return fill(line, count);
  *count = static_cast<unsigned>(state().gpus.size());
  return kSuccess;
}

FAKE Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  *device = reinterpret_cast<Device>(static_cast<std::uintptr_t>(index) + 1);
  const Line line = line_of(*device, "handle");
  return line.code == kNotSupported ? kSuccess : line.code;
}

#define FAKE_TEXT(function, key) \
  FAKE Return function(Device d, char* b, unsigned n) { return copy_text(line_of(d, key), b, n); }
FAKE_TEXT(nvmlDeviceGetUUID, "uuid")
FAKE_TEXT(nvmlDeviceGetSerial, "serial")
FAKE_TEXT(nvmlDeviceGetBoardPartNumber, "board_part")
FAKE_TEXT(nvmlDeviceGetName, "name")
FAKE_TEXT(nvmlDeviceGetVbiosVersion, "vbios")
FAKE_TEXT(nvmlDeviceGetInforomImageVersion, "inforom")

#define FAKE_INT(function, key) \
  FAKE Return function(Device d, unsigned* v) { return fill(line_of(d, key), v); }
FAKE_INT(nvmlDeviceGetPersistenceMode, "persistence")
FAKE_INT(nvmlDeviceGetComputeMode, "compute_mode")
FAKE_INT(nvmlDeviceGetEnforcedPowerLimit, "power_limit")
FAKE_INT(nvmlDeviceGetPowerManagementDefaultLimit, "power_limit_default")
FAKE_INT(nvmlDeviceGetPowerUsage, "power_usage")
FAKE_INT(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_gen_max")
FAKE_INT(nvmlDeviceGetMaxPcieLinkWidth, "pcie_width_max")
FAKE_INT(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_gen")
FAKE_INT(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width")
FAKE_INT(nvmlDeviceGetPcieReplayCounter, "pcie_replays")

#define FAKE_PAIR(function, key) \
  FAKE Return function(Device d, unsigned* a, unsigned* b) { return fill(line_of(d, key), a, b); }
FAKE_PAIR(nvmlDeviceGetEccMode, "ecc_mode")
FAKE_PAIR(nvmlDeviceGetMigMode, "mig_mode")
FAKE_PAIR(nvmlDeviceGetPowerManagementLimitConstraints, "power_limits")

FAKE Return nvmlDeviceGetClockInfo(Device d, ClockType t, unsigned* v) {
  return fill(line_of(d, t == ClockType::sm ? "clock_sm" : "clock_mem"), v);
}
FAKE Return nvmlDeviceGetMaxClockInfo(Device d, ClockType t, unsigned* v) {
  return fill(line_of(d, t == ClockType::sm ? "clock_sm_max" : "clock_mem_max"), v);
}
FAKE Return nvmlDeviceGetTemperature(Device d, TemperatureSensor, unsigned* v) {
  return fill(line_of(d, "temperature"), v);
}
FAKE Return nvmlDeviceGetTotalEnergyConsumption(Device d, unsigned long long* v) {
  return fill(line_of(d, "energy"), v);
}
FAKE Return nvmlDeviceGetUtilizationRates(Device d, Utilization* u) {
  return fill(line_of(d, "utilization"), &u->gpu, &u->memory);
}
FAKE Return nvmlDeviceGetCurrentClocksThrottleReasons(Device d, unsigned long long* v) {
  return fill(line_of(d, "throttle"), v);
}
FAKE Return nvmlDeviceGetRemappedRows(Device d, unsigned* c, unsigned* u, unsigned* p,
                                      unsigned* f) {
  return fill(line_of(d, "remapped"), c, u, p, f);
}
FAKE Return nvmlDeviceGetRowRemapperHistogram(Device d, RowHistogram* h) {
  return fill(line_of(d, "histogram"), &h->max, &h->high, &h->partial, &h->low, &h->none);
}
FAKE Return nvmlDeviceGetViolationStatus(Device d, PerfPolicy, ViolationTime* v) {
  return fill(line_of(d, "violation_power"), &v->reference_us, &v->violation_ns);
}
FAKE Return nvmlDeviceGetComputeRunningProcesses_v3(Device d, unsigned* n, ProcessInfo* p) {
  return list(line_of(d, "compute_processes"), n, p);
}
FAKE Return nvmlDeviceGetGraphicsRunningProcesses_v3(Device d, unsigned* n, ProcessInfo* p) {
  return list(line_of(d, "graphics_processes"), n, p);
}

FAKE Return nvmlDeviceGetMemoryErrorCounter(Device d, EccError e, EccCounter c, MemoryLocation m,
                                            unsigned long long* v) {
  std::string key = m == MemoryLocation::sram ? "ecc_sram" : "ecc_dram";
  key += e == EccError::corrected ? "_corrected" : "_uncorrected";
  key += c == EccCounter::volatile_ ? "_volatile" : "_aggregate";
  return fill(line_of(d, key), v);
}

FAKE Return nvmlDeviceGetPciInfo_v3(Device d, PciInfo* pci) {
  const Line line = line_of(d, "pci");  // domain bus device id subsystem
  const Return code =
      fill(line, &pci->domain, &pci->bus, &pci->device, &pci->device_id, &pci->subsystem_id);
  if (code == kSuccess) {
    std::snprintf(pci->bus_id, sizeof(pci->bus_id), "%08X:%02X:%02X.0", pci->domain,
                  pci->bus & 0xFF, pci->device & 0xFF);
  }
  return code;
}

#ifndef GA_FAKE_OLD
FAKE Return nvmlDeviceGetMemoryInfo_v2(Device d, Memory* m) {
  if (m->version != kMemoryVersion) return 25;
  return fill(line_of(d, "memory"), &m->total, &m->reserved, &m->free, &m->used);
}

FAKE Return nvmlDeviceGetCurrentClocksEventReasons(Device d, unsigned long long* v) {
  return fill(line_of(d, "throttle"), v);
}

FAKE Return nvmlDeviceGetSramEccErrorStatus(Device d, SramErrors* s) {
  if (s->version != kSramErrorsVersion) return 25;
  return fill(line_of(d, "sram"), &s->aggregate_unc_parity, &s->aggregate_unc_secded,
              &s->aggregate_cor, &s->volatile_unc_parity, &s->volatile_unc_secded, &s->volatile_cor,
              &s->threshold_exceeded);
}

FAKE Return nvmlDeviceGetFieldValues(Device d, int count, FieldValue* fields) {
  if (const Line line = line_of(d, "fields"); line.code != kNotSupported) return line.code;
  for (int i = 0; i < count; ++i) {
    const Line line = line_of(d, "field." + std::to_string(fields[i].field));
    fields[i].result = line.code;
    if (line.code != kSuccess) continue;
    std::istringstream words(line.text);
    std::string type, value;
    words >> type >> value;
    if (type == "u64" || type == "ulong") {
      fields[i].type = type == "u64" ? ValueType::u64 : ValueType::ulong;
      fields[i].value.u64 = std::strtoull(value.c_str(), nullptr, 0);
    } else if (type == "u32") {
      fields[i].type = ValueType::u32;
      fields[i].value.u32 = static_cast<unsigned>(std::strtoull(value.c_str(), nullptr, 0));
    } else if (type == "s64") {
      fields[i].type = ValueType::s64;
      fields[i].value.s64 = std::strtoll(value.c_str(), nullptr, 0);
    } else if (type == "f64") {
      fields[i].type = ValueType::f64;
      fields[i].value.f64 = std::strtod(value.c_str(), nullptr);
    } else {
      fields[i].type = static_cast<ValueType>(77);  // one that no header knows
    }
  }
  return kSuccess;
}
#endif
