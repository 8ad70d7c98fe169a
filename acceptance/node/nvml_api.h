// The part of NVML's interface that is used, declared here because no toolkit ships nvml.h.
//
// Values, layouts and names are those of NVML 12.9 and compatible back to driver 470. Only nvml.cpp
// and the fake library of the tests include this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ga::nvml {

using Device = struct DeviceOfNvml*;
using Return = int;  // an enum in C, and open: a newer driver knows more codes

inline constexpr Return kSuccess = 0;
inline constexpr Return kUninitialized = 1;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kDriverNotLoaded = 9;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kDeprecated = 26;
inline constexpr Return kUnknown = 999;

// "This value is not available", by the width of the field.
inline constexpr unsigned kNoValue32 = 0xFFFFFFFFu;
inline constexpr unsigned long long kNoValue64 = 0xFFFFFFFFFFFFFFFFull;

// A versioned struct carries its size and version in its first member.
constexpr unsigned struct_version(std::size_t size, unsigned version) {
  return static_cast<unsigned>(size) | (version << 24);
}

enum class ClockType : int { graphics = 0, sm = 1, mem = 2 };
enum class EccError : int { corrected = 0, uncorrected = 1 };
enum class EccCounter : int { volatile_ = 0, aggregate = 1 };
enum class MemoryLocation : int { dram = 2, sram = 7 };
enum class PerfPolicy : int { power = 0 };
enum class TemperatureSensor : int { gpu = 0 };
enum class ComputeMode : int { default_ = 0, prohibited = 2, exclusive_process = 3 };

// Field ids of nvmlDeviceGetFieldValues. The times that the clock was held down, in ns.
inline constexpr unsigned kFieldSwPowerCap = 74;
inline constexpr unsigned kFieldSwThermal = 251;
inline constexpr unsigned kFieldHwThermal = 252;
inline constexpr unsigned kFieldHwPowerBrake = 253;

struct PciInfo {  // nvmlPciInfo_t, _v3
  char bus_id_legacy[16];
  unsigned domain, bus, device;
  unsigned device_id;     // device << 16 | vendor
  unsigned subsystem_id;  // device << 16 | vendor
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, bus_id) == 36);

struct Memory {  // nvmlMemory_v2_t
  unsigned version;
  unsigned long long total, reserved, free, used;
};
static_assert(sizeof(Memory) == 40 && offsetof(Memory, used) == 32);
inline constexpr unsigned kMemoryVersion = struct_version(sizeof(Memory), 2);
static_assert(kMemoryVersion == 0x02000028);

struct Utilization {
  unsigned gpu, memory;
};
static_assert(sizeof(Utilization) == 8);

struct RowHistogram {  // nvmlRowRemapperHistogramValues_t: banks by spare rows left
  unsigned max, high, partial, low, none;
};
static_assert(sizeof(RowHistogram) == 20);

enum class ValueType : int { f64 = 0, u32 = 1, ulong = 2, u64 = 3, s64 = 4, s32 = 5, u16 = 6 };

union Value {
  double f64;
  int s32;
  unsigned u32;
  unsigned long ulong;
  unsigned long long u64;
  long long s64;
  unsigned short u16;
};
struct FieldValue {  // nvmlFieldValue_t
  unsigned field, scope;
  long long timestamp_us, latency_us;
  ValueType type;
  Return result;  // of this field alone; the value is undefined unless it is kSuccess
  Value value;
};
static_assert(sizeof(Value) == 8 && sizeof(FieldValue) == 40 && offsetof(FieldValue, value) == 32);

struct SramErrors {  // nvmlEccSramErrorStatus_v1_t
  unsigned version;
  unsigned long long aggregate_unc_parity, aggregate_unc_secded, aggregate_cor;
  unsigned long long volatile_unc_parity, volatile_unc_secded, volatile_cor;
  unsigned long long bucket_l2, bucket_sm, bucket_pcie, bucket_mcu, bucket_other;
  unsigned threshold_exceeded;
};
static_assert(sizeof(SramErrors) == 104 && offsetof(SramErrors, threshold_exceeded) == 96);
inline constexpr unsigned kSramErrorsVersion = struct_version(sizeof(SramErrors), 1);
static_assert(kSramErrorsVersion == 0x01000068);

struct ViolationTime {
  unsigned long long reference_us, violation_ns;
};
static_assert(sizeof(ViolationTime) == 16);

struct ProcessInfo {  // nvmlProcessInfo_v2_t, the one that the _v3 functions fill
  unsigned pid;
  unsigned long long used_bytes;
  unsigned gpu_instance, compute_instance;
};
static_assert(sizeof(ProcessInfo) == 24);

// Types of functions, by what they fill.
using Plain = Return();
using ErrorString = const char*(Return);
using SystemText = Return(char*, unsigned);
using GetCount = Return(unsigned*);
using GetHandle = Return(unsigned, Device*);
using GetText = Return(Device, char*, unsigned);
using GetInt = Return(Device, unsigned*);
using GetPair = Return(Device, unsigned*, unsigned*);
using GetWide = Return(Device, unsigned long long*);
using GetPci = Return(Device, PciInfo*);
using GetMemory = Return(Device, Memory*);
using GetUtilization = Return(Device, Utilization*);
using GetClock = Return(Device, ClockType, unsigned*);
using GetTemperature = Return(Device, TemperatureSensor, unsigned*);
using GetProcesses = Return(Device, unsigned*, ProcessInfo*);
using GetRemapped = Return(Device, unsigned*, unsigned*, unsigned*, unsigned*);
using GetHistogram = Return(Device, RowHistogram*);
using GetMemoryErrors = Return(Device, EccError, EccCounter, MemoryLocation, unsigned long long*);
using GetSramErrors = Return(Device, SramErrors*);
using GetViolation = Return(Device, PerfPolicy, ViolationTime*);
using GetFields = Return(Device, int, FieldValue*);

}  // namespace ga::nvml
