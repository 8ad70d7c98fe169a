// The part of NVML's interface that is used, declared here because no toolkit ships nvml.h: codes,
// enumerations, types of functions. nvml_structs.h has the structs, nvml_fields.h the fields.
//
// Values and names are those of NVML 13 and compatible back to driver 470. Only NVML's adapter,
// which is the files nvml*.cpp of this folder, and the fake library of the tests include these.
#pragma once

#include "acceptance/node/nvml_structs.h"

namespace ga::nvml {

using Device = struct DeviceOfNvml*;

inline constexpr Return kSuccess = 0;
inline constexpr Return kUninitialized = 1;
inline constexpr Return kInvalidArgument = 2;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kDriverNotLoaded = 9;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kCorruptedInforom = 14;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kVersionMismatch = 25;
inline constexpr Return kDeprecated = 26;
inline constexpr Return kUnknown = 999;

enum class ClockType : int { graphics = 0, sm = 1, mem = 2 };
enum class EccError : int { corrected = 0, uncorrected = 1 };
enum class EccCounter : int { volatile_ = 0, aggregate = 1 };
enum class MemoryLocation : int { dram = 2, sram = 7 };
enum class PerfPolicy : int { power = 0 };
enum class TemperatureSensor : int { gpu = 0 };
enum class TemperatureThreshold : int { shutdown = 0, slowdown = 1 };
enum class ComputeMode : int { default_ = 0, prohibited = 2, exclusive_process = 3 };
enum class InforomObject : int { oem = 0, ecc = 1, power = 2 };
enum class LinkError : int { replay = 0, recovery = 1, crc_flit = 2, crc_data = 3 };

// NVML_NVLINK_MAX_LINKS of NVML 13; more links than that is a wrong answer.
inline constexpr unsigned kMostLinks = 36;

// Types of functions, by what they fill. A text is as long as the number after it allows.
using Plain = Return();
using ErrorString = const char*(Return);
using SystemText = Return(char*, unsigned);
using SystemBranch = Return(DriverBranch*, unsigned);
using SystemCcSettings = Return(CcSettings*);
using SystemCcState = Return(CcState*);
using GetCount = Return(unsigned*);
using GetHandle = Return(unsigned, Device*);
using Ask = Return(Device);
using GetText = Return(Device, char*, unsigned);
using GetGspVersion = Return(Device, char*);  // of kGspVersionBytes
using GetInforom = Return(Device, InforomObject, char*, unsigned);
using GetInt = Return(Device, unsigned*);
using GetPair = Return(Device, unsigned*, unsigned*);
using GetWide = Return(Device, unsigned long long*);
using GetPci = Return(Device, PciInfo*);
using GetMemory = Return(Device, Memory*);
using GetUtilization = Return(Device, Utilization*);
using GetClock = Return(Device, ClockType, unsigned*);
using GetTemperature = Return(Device, TemperatureSensor, unsigned*);
using GetTemperatureV = Return(Device, Temperature*);
using GetMargin = Return(Device, MarginTemperature*);
using GetThreshold = Return(Device, TemperatureThreshold, unsigned*);
using GetProcesses = Return(Device, unsigned*, ProcessInfo*);
using GetRemapped = Return(Device, unsigned*, unsigned*, unsigned*, unsigned*);
using GetHistogram = Return(Device, RowHistogram*);
using GetMemoryErrors = Return(Device, EccError, EccCounter, MemoryLocation, unsigned long long*);
using GetSramErrors = Return(Device, SramErrors*);
using GetRepair = Return(Device, RepairStatus*);
using GetUnrepairable = Return(Device, UnrepairableMemory*);
using GetViolation = Return(Device, PerfPolicy, ViolationTime*);
using GetProfiles = Return(Device, CurrentProfiles*);
using GetPdi = Return(Device, Pdi*);
using GetFabric1 = Return(Device, Fabric1*);
using GetFabric = Return(Device, Fabric*);
using GetLinkInt = Return(Device, unsigned, unsigned*);
using GetLinkPci = Return(Device, unsigned, PciInfo*);
using GetLinkErrors = Return(Device, unsigned, LinkError, unsigned long long*);
using GetFields = Return(Device, int, FieldValue*);

}  // namespace ga::nvml
