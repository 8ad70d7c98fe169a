// NVML's structs as far as they are used, by hand. Each layout is asserted; the figures are those
// of nvml.h of NVML 13. Its published bindings are wider in places, and then wrong. each_word()
// names what the library fills, in order: the recorder and the fake library turn it into text and
// back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ga::nvml {

using Return = int;  // an enum in C, and open: a newer driver knows more codes

// "This value is not available", by the width of the field. Each struct is made so that what the
// library leaves untouched says it too.
inline constexpr unsigned char kNoValue8 = 0xFF;
inline constexpr unsigned kNoValue32 = 0xFFFFFFFFu;
inline constexpr unsigned long long kNoValue64 = 0xFFFFFFFFFFFFFFFFull;
inline constexpr unsigned kGspVersionBytes = 64;

// A versioned struct carries its size and version in its first member.
constexpr unsigned struct_version(std::size_t size, unsigned version) {
  return static_cast<unsigned>(size) | (version << 24);
}

struct PciInfo {  // nvmlPciInfo_t, _v3
  char bus_id_legacy[16] = {};
  unsigned domain = kNoValue32, bus = kNoValue32, device = kNoValue32;
  unsigned device_id = kNoValue32;     // device << 16 | vendor
  unsigned subsystem_id = kNoValue32;  // device << 16 | vendor
  char bus_id[32] = {};
};
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, bus_id) == 36);
template <class W>
void each_word(W&& w, PciInfo& s) {
  w(s.domain), w(s.bus), w(s.device), w(s.device_id), w(s.subsystem_id), w(s.bus_id);
}

struct Memory {  // nvmlMemory_v2_t
  unsigned version = struct_version(40, 2);
  unsigned long long total = kNoValue64, reserved = kNoValue64, free = kNoValue64,
                     used = kNoValue64;
};
static_assert(sizeof(Memory) == 40 && offsetof(Memory, used) == 32);
template <class W>
void each_word(W&& w, Memory& s) {
  w(s.total), w(s.reserved), w(s.free), w(s.used);
}

struct Utilization {
  unsigned gpu = kNoValue32, memory = kNoValue32;
};
static_assert(sizeof(Utilization) == 8);
template <class W>
void each_word(W&& w, Utilization& s) {
  w(s.gpu), w(s.memory);
}

struct RowHistogram {  // nvmlRowRemapperHistogramValues_t: banks by spare rows left
  unsigned max = kNoValue32, high = kNoValue32, partial = kNoValue32, low = kNoValue32,
           none = kNoValue32;
};
static_assert(sizeof(RowHistogram) == 20);
template <class W>
void each_word(W&& w, RowHistogram& s) {
  w(s.max), w(s.high), w(s.partial), w(s.low), w(s.none);
}

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
  unsigned version = struct_version(104, 1);
  unsigned long long aggregate_unc_parity = kNoValue64, aggregate_unc_secded = kNoValue64,
                     aggregate_cor = kNoValue64;
  unsigned long long volatile_unc_parity = kNoValue64, volatile_unc_secded = kNoValue64,
                     volatile_cor = kNoValue64;
  unsigned long long bucket_l2 = kNoValue64, bucket_sm = kNoValue64, bucket_pcie = kNoValue64,
                     bucket_mcu = kNoValue64, bucket_other = kNoValue64;
  unsigned threshold_exceeded = kNoValue32;
};
static_assert(sizeof(SramErrors) == 104 && offsetof(SramErrors, threshold_exceeded) == 96);
template <class W>
void each_word(W&& w, SramErrors& s) {
  w(s.aggregate_unc_parity), w(s.aggregate_unc_secded), w(s.aggregate_cor);
  w(s.volatile_unc_parity), w(s.volatile_unc_secded), w(s.volatile_cor);
  w(s.bucket_l2), w(s.bucket_sm), w(s.bucket_pcie), w(s.bucket_mcu), w(s.bucket_other);
  w(s.threshold_exceeded);
}

struct RepairStatus {  // nvmlRepairStatus_v1_t
  unsigned version = struct_version(12, 1);
  unsigned channel_pending = kNoValue32, tpc_pending = kNoValue32;
};
static_assert(sizeof(RepairStatus) == 12);
template <class W>
void each_word(W&& w, RepairStatus& s) {
  w(s.channel_pending), w(s.tpc_pending);
}

// nvmlUnrepairableMemoryStatus_v1_t: in nvml.h the flag alone, in NVML's published bindings a
// version before it. Both fit here.
struct UnrepairableMemory {
  static constexpr unsigned kVersion = struct_version(8, 1);
  unsigned first = kVersion, second = kNoValue32;
  unsigned& flag() { return first == kVersion ? second : first; }  // the one that was filled in
};
static_assert(sizeof(UnrepairableMemory) == 8 && offsetof(UnrepairableMemory, second) == 4);
template <class W>
void each_word(W&& w, UnrepairableMemory& s) {
  w(s.flag());
}

struct ViolationTime {
  unsigned long long reference_us = kNoValue64, violation_ns = kNoValue64;
};
static_assert(sizeof(ViolationTime) == 16);
template <class W>
void each_word(W&& w, ViolationTime& s) {
  w(s.reference_us), w(s.violation_ns);
}

struct Temperature {  // nvmlTemperature_v1_t
  unsigned version = struct_version(12, 1);
  int sensor = 0;  // of the GPU
  int celsius = kNoCelsius;
  static constexpr int kNoCelsius = -0x7FFFFFFF;  // ours: what stays where nothing was filled in
};
static_assert(sizeof(Temperature) == 12);
template <class W>
void each_word(W&& w, Temperature& s) {
  w(s.celsius);
}

struct MarginTemperature {  // nvmlMarginTemperature_v1_t
  unsigned version = struct_version(8, 1);
  int celsius = Temperature::kNoCelsius;
};
static_assert(sizeof(MarginTemperature) == 8);
template <class W>
void each_word(W&& w, MarginTemperature& s) {
  w(s.celsius);
}

struct ProcessInfo {  // nvmlProcessInfo_v2_t, the one that the _v3 functions fill
  unsigned pid = kNoValue32;
  unsigned long long used_bytes = 0;
  unsigned gpu_instance = 0, compute_instance = 0;
};
static_assert(sizeof(ProcessInfo) == 24);

struct CurrentProfiles {  // nvmlWorkloadPowerProfileCurrentProfiles_v1_t: a bit for each profile
  static constexpr std::size_t kWords = 8;
  unsigned version = struct_version(100, 1);
  unsigned supported[kWords], requested[kWords], enforced[kWords];
  CurrentProfiles() {
    for (auto* mask : {&supported, &requested, &enforced}) std::fill_n(*mask, kWords, kNoValue32);
  }
};
static_assert(sizeof(CurrentProfiles) == 100 && offsetof(CurrentProfiles, enforced) == 68);
template <class W>
void each_word(W&& w, CurrentProfiles& s) {
  for (auto* mask : {&s.supported, &s.requested, &s.enforced}) {
    for (unsigned& word : *mask) w(word);
  }
}

struct Pdi {  // nvmlPdi_v1_t
  unsigned version = struct_version(16, 1);
  unsigned long long value = kNoValue64;
};
static_assert(sizeof(Pdi) == 16 && offsetof(Pdi, value) == 8);
template <class W>
void each_word(W&& w, Pdi& s) {
  w(s.value);
}

struct Fabric1 {  // nvmlGpuFabricInfo_t, without a version
  unsigned char cluster_uuid[16];
  Return status = -1;
  unsigned clique_id = kNoValue32;
  unsigned char state = kNoValue8;
  Fabric1() { std::fill_n(cluster_uuid, sizeof(cluster_uuid), kNoValue8); }
};
static_assert(sizeof(Fabric1) == 28 && offsetof(Fabric1, state) == 24);
static_assert(sizeof(Fabric1::state) == 1);  // what follows is padding, which nobody fills
template <class W>
void each_word(W&& w, Fabric1& s) {
  w(s.cluster_uuid), w(s.status), w(s.clique_id), w(s.state);
}

struct Fabric {  // nvmlGpuFabricInfo_v3_t; _v2 is the same without the last member
  static constexpr unsigned kVersion2 = struct_version(36, 2), kVersion3 = struct_version(40, 3);
  unsigned version = kVersion3;
  unsigned char cluster_uuid[16];
  Return status = -1;
  unsigned clique_id = kNoValue32;
  unsigned char state = kNoValue8;
  unsigned health_mask = kNoValue32;
  unsigned char health = kNoValue8;
  Fabric() { std::fill_n(cluster_uuid, sizeof(cluster_uuid), kNoValue8); }
};
static_assert(sizeof(Fabric) == 40 && offsetof(Fabric, health_mask) == 32);
static_assert(offsetof(Fabric, state) == 28 && sizeof(Fabric::state) == 1);
static_assert(offsetof(Fabric, health) == 36);
template <class W>
void each_word(W&& w, Fabric& s) {
  w(s.cluster_uuid), w(s.status), w(s.clique_id), w(s.state), w(s.health_mask);
  if (s.version == Fabric::kVersion3) w(s.health);
}

struct DriverBranch {  // nvmlSystemDriverBranchInfo_v1_t
  unsigned version = struct_version(84, 1);
  char branch[80] = {};
};
static_assert(sizeof(DriverBranch) == 84);
template <class W>
void each_word(W&& w, DriverBranch& s) {
  w(s.branch);
}

struct CcSettings {  // nvmlSystemConfComputeSettings_v1_t
  unsigned version = struct_version(20, 1);
  unsigned environment = kNoValue32, feature = kNoValue32, devtools = kNoValue32,
           multi_gpu = kNoValue32;
};
static_assert(sizeof(CcSettings) == 20);
template <class W>
void each_word(W&& w, CcSettings& s) {
  w(s.environment), w(s.feature), w(s.devtools), w(s.multi_gpu);
}

struct CcState {  // nvmlConfComputeSystemState_t
  unsigned environment = kNoValue32, feature = kNoValue32, devtools = kNoValue32;
};
static_assert(sizeof(CcState) == 12);
template <class W>
void each_word(W&& w, CcState& s) {
  w(s.environment), w(s.feature), w(s.devtools);
}

}  // namespace ga::nvml
