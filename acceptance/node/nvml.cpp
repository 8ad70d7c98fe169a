#include "acceptance/node/nvml.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "acceptance/node/nvml_api.h"
#include "acceptance/node/nvml_values.h"

namespace ga {

namespace {

constexpr const char* kSoname = "libnvidia-ml.so.1";
constexpr unsigned kTextBytes = 96;           // NVML's longest text buffer, that of names and UUIDs
constexpr std::size_t kFirstProcesses = 64;   // asked for at first; NVML says if there are more
constexpr std::size_t kMostProcesses = 4096;  // on one GPU; more than that is a wrong answer
constexpr std::int64_t kMcPerC = 1000;
constexpr nvml::Return kNoSymbol = -1;  // ours: dlsym() found nothing

// Questions about one GPU, or about the driver where no GPU is given.
class Asker {
 public:
  explicit Asker(const SharedLibrary& library) : library_(library) {}
  Asker(const SharedLibrary& library, const Nvml::Gpu& gpu)
      : library_(library), device_(static_cast<nvml::Device>(gpu.handle)), lost_(gpu.lost) {}

  template <class F, class... A>
  nvml::Return call(const char* symbol, A... arguments) const {
    void* address = library_.find(symbol);
    if (address == nullptr) return kNoSymbol;
    return reinterpret_cast<F*>(address)(arguments...);
  }

  // The same about the GPU; without one the call is not made.
  template <class F, class... A>
  nvml::Return ask(const char* symbol, A... arguments) const {
    if (device_ == nullptr) return nvml::kGpuIsLost;
    return call<F>(symbol, device_, arguments...);
  }

  std::string reason(nvml::Return code) const {
    if (code == kNoSymbol) return std::string("function not found in ") + kSoname;
    if (device_ == nullptr && !lost_.empty()) return lost_;
    void* address = library_.find("nvmlErrorString");
    const char* words =
        address == nullptr ? nullptr : reinterpret_cast<nvml::ErrorString*>(address)(code);
    if (words == nullptr || *words == '\0') return "NVML error " + std::to_string(code);
    return words;
  }

  template <class T>
  Known<T> missing(nvml::Return code) const {
    return Known<T>::missing(reason(code));
  }

  KnownInt number(const char* symbol) const {
    unsigned value = nvml::kNoValue32;
    const nvml::Return code = ask<nvml::GetInt>(symbol, &value);
    return code == nvml::kSuccess ? nvml::known_int(value) : missing<std::int64_t>(code);
  }

  KnownInt wide(const char* symbol) const {
    unsigned long long value = nvml::kNoValue64;
    const nvml::Return code = ask<nvml::GetWide>(symbol, &value);
    return code == nvml::kSuccess ? nvml::known_wide(value) : missing<std::int64_t>(code);
  }

  KnownFlag flag(const char* symbol) const {
    unsigned value = nvml::kNoValue32;
    const nvml::Return code = ask<nvml::GetInt>(symbol, &value);
    return code == nvml::kSuccess ? nvml::known_flag(value) : missing<bool>(code);
  }

  void flags(const char* symbol, KnownFlag& current, KnownFlag& pending) const {
    unsigned now = nvml::kNoValue32, next = nvml::kNoValue32;
    const nvml::Return code = ask<nvml::GetPair>(symbol, &now, &next);
    current = code == nvml::kSuccess ? nvml::known_flag(now) : missing<bool>(code);
    pending = code == nvml::kSuccess ? nvml::known_flag(next) : missing<bool>(code);
  }

  KnownText text(const char* symbol) const {
    std::array<char, kTextBytes> buffer{};
    const nvml::Return code = ask<nvml::GetText>(symbol, buffer.data(), kTextBytes);
    return text_of(code, buffer);
  }

  KnownText system_text(const char* symbol) const {
    std::array<char, kTextBytes> buffer{};
    const nvml::Return code = call<nvml::SystemText>(symbol, buffer.data(), kTextBytes);
    return text_of(code, buffer);
  }

  KnownInt clock(const char* symbol, nvml::ClockType type) const {
    unsigned value = nvml::kNoValue32;
    const nvml::Return code = ask<nvml::GetClock>(symbol, type, &value);
    return code == nvml::kSuccess ? nvml::known_int(value) : missing<std::int64_t>(code);
  }

  KnownInt temperature_mc() const {
    unsigned celsius = nvml::kNoValue32;
    const nvml::Return code = ask<nvml::GetTemperature>("nvmlDeviceGetTemperature",
                                                        nvml::TemperatureSensor::gpu, &celsius);
    if (code != nvml::kSuccess) return missing<std::int64_t>(code);
    const KnownInt value = nvml::known_int(celsius);
    return value ? KnownInt(*value * kMcPerC) : value;
  }

  KnownInt memory_errors(nvml::EccError error, nvml::EccCounter counter,
                         nvml::MemoryLocation where) const {
    unsigned long long value = nvml::kNoValue64;
    const nvml::Return code = ask<nvml::GetMemoryErrors>("nvmlDeviceGetMemoryErrorCounter", error,
                                                         counter, where, &value);
    return code == nvml::kSuccess ? nvml::known_wide(value) : missing<std::int64_t>(code);
  }

  KnownInt throttle_reasons() const {
    KnownInt value = wide("nvmlDeviceGetCurrentClocksEventReasons");
    // Its name before driver 535.
    if (!value) value = wide("nvmlDeviceGetCurrentClocksThrottleReasons");
    return value;
  }

 private:
  KnownText text_of(nvml::Return code, const std::array<char, kTextBytes>& buffer) const {
    if (code != nvml::kSuccess) return missing<std::string>(code);
    return nvml::known_text({buffer.data(), strnlen(buffer.data(), buffer.size())});
  }

  const SharedLibrary& library_;
  nvml::Device device_ = nullptr;
  std::string lost_;
};

void read_identity(const Asker& gpu, GpuFacts& facts) {
  facts.uuid = gpu.text("nvmlDeviceGetUUID");
  facts.serial = gpu.text("nvmlDeviceGetSerial");
  facts.board_part = gpu.text("nvmlDeviceGetBoardPartNumber");
  facts.part_name = gpu.text("nvmlDeviceGetName");
  facts.vbios = gpu.text("nvmlDeviceGetVbiosVersion");
  facts.inforom = gpu.text("nvmlDeviceGetInforomImageVersion");
  nvml::PciInfo pci{};
  const nvml::Return code = gpu.ask<nvml::GetPci>("nvmlDeviceGetPciInfo_v3", &pci);
  const bool ok = code == nvml::kSuccess;
  facts.pci_bus_id = ok ? nvml::bus_id(pci) : gpu.missing<std::string>(code);
  facts.pci_device = ok ? nvml::id_pair(pci.device_id) : gpu.missing<std::string>(code);
  facts.pci_subsystem = ok ? nvml::id_pair(pci.subsystem_id) : gpu.missing<std::string>(code);
}

KnownText compute_mode(const Asker& gpu) {
  const KnownInt mode = gpu.number("nvmlDeviceGetComputeMode");
  if (!mode) return KnownText::missing(mode.absent);
  switch (static_cast<nvml::ComputeMode>(*mode)) {
    case nvml::ComputeMode::default_:
      return std::string("default");
    case nvml::ComputeMode::prohibited:
      return std::string("prohibited");
    case nvml::ComputeMode::exclusive_process:
      return std::string("exclusive_process");
  }
  return KnownText::missing("unknown compute mode " + std::to_string(*mode));
}

void read_configuration(const Asker& gpu, GpuFacts& facts) {
  gpu.flags("nvmlDeviceGetEccMode", facts.ecc_current, facts.ecc_pending);
  gpu.flags("nvmlDeviceGetMigMode", facts.mig_current, facts.mig_pending);
  facts.persistence = gpu.flag("nvmlDeviceGetPersistenceMode");
  facts.compute_mode = compute_mode(gpu);
  facts.power_limit_enforced_mw = gpu.number("nvmlDeviceGetEnforcedPowerLimit");
  facts.power_limit_default_mw = gpu.number("nvmlDeviceGetPowerManagementDefaultLimit");
  unsigned least = nvml::kNoValue32, most = nvml::kNoValue32;
  const nvml::Return code =
      gpu.ask<nvml::GetPair>("nvmlDeviceGetPowerManagementLimitConstraints", &least, &most);
  const bool ok = code == nvml::kSuccess;
  facts.power_limit_min_mw = ok ? nvml::known_int(least) : gpu.missing<std::int64_t>(code);
  facts.power_limit_max_mw = ok ? nvml::known_int(most) : gpu.missing<std::int64_t>(code);
  facts.clock_sm_max_mhz = gpu.clock("nvmlDeviceGetMaxClockInfo", nvml::ClockType::sm);
  facts.clock_mem_max_mhz = gpu.clock("nvmlDeviceGetMaxClockInfo", nvml::ClockType::mem);
  // Of GPU and slot together: what the link can train to here.
  facts.pcie_gen_max = gpu.number("nvmlDeviceGetMaxPcieLinkGeneration");
  facts.pcie_width_max = gpu.number("nvmlDeviceGetMaxPcieLinkWidth");
  facts.pcie_gen_current = gpu.number("nvmlDeviceGetCurrPcieLinkGeneration");
  facts.pcie_width_current = gpu.number("nvmlDeviceGetCurrPcieLinkWidth");
}

void read_load(const Asker& gpu, GpuFacts& facts) {
  nvml::Utilization use{.gpu = nvml::kNoValue32, .memory = nvml::kNoValue32};
  nvml::Return code = gpu.ask<nvml::GetUtilization>("nvmlDeviceGetUtilizationRates", &use);
  facts.utilization_gpu_percent =
      code == nvml::kSuccess ? nvml::known_int(use.gpu) : gpu.missing<std::int64_t>(code);
  nvml::Memory memory{.version = nvml::kMemoryVersion,
                      .total = nvml::kNoValue64,
                      .reserved = nvml::kNoValue64,
                      .free = nvml::kNoValue64,
                      .used = nvml::kNoValue64};
  code = gpu.ask<nvml::GetMemory>("nvmlDeviceGetMemoryInfo_v2", &memory);
  const bool ok = code == nvml::kSuccess;
  facts.memory_bytes = ok ? nvml::known_wide(memory.total) : gpu.missing<std::int64_t>(code);
  facts.memory_used_bytes = ok ? nvml::known_wide(memory.used) : gpu.missing<std::int64_t>(code);
  facts.temp_mc = gpu.temperature_mc();
  facts.power_mw = gpu.number("nvmlDeviceGetPowerUsage");
}

struct Remapped {
  KnownInt correctable, uncorrectable;
  KnownFlag pending, failed;
};

Remapped read_remapped(const Asker& gpu) {
  unsigned cor = nvml::kNoValue32, unc = nvml::kNoValue32;
  unsigned pending = nvml::kNoValue32, failed = nvml::kNoValue32;
  const nvml::Return code =
      gpu.ask<nvml::GetRemapped>("nvmlDeviceGetRemappedRows", &cor, &unc, &pending, &failed);
  if (code != nvml::kSuccess) {
    return {gpu.missing<std::int64_t>(code), gpu.missing<std::int64_t>(code),
            gpu.missing<bool>(code), gpu.missing<bool>(code)};
  }
  return {nvml::known_int(cor), nvml::known_int(unc), nvml::known_flag(pending),
          nvml::known_flag(failed)};
}

struct Sram {
  KnownInt corrected, uncorrected;
  KnownFlag threshold;
};

Sram read_sram(const Asker& gpu, nvml::EccCounter counter) {
  nvml::SramErrors errors{};
  errors.version = nvml::kSramErrorsVersion;
  errors.threshold_exceeded = nvml::kNoValue32;
  const nvml::Return code =
      gpu.ask<nvml::GetSramErrors>("nvmlDeviceGetSramEccErrorStatus", &errors);
  if (code != nvml::kSuccess) {
    // Older drivers know the sums and not the threshold.
    return {gpu.memory_errors(nvml::EccError::corrected, counter, nvml::MemoryLocation::sram),
            gpu.memory_errors(nvml::EccError::uncorrected, counter, nvml::MemoryLocation::sram),
            gpu.missing<bool>(code)};
  }
  const bool now = counter == nvml::EccCounter::volatile_;
  const KnownInt parity =
      nvml::known_wide(now ? errors.volatile_unc_parity : errors.aggregate_unc_parity);
  const KnownInt secded =
      nvml::known_wide(now ? errors.volatile_unc_secded : errors.aggregate_unc_secded);
  return {nvml::known_wide(now ? errors.volatile_cor : errors.aggregate_cor),
          parity && secded ? KnownInt(*parity + *secded) : (parity ? secded : parity),
          nvml::known_flag(errors.threshold_exceeded)};
}

void read_memory_health(const Asker& gpu, GpuFacts& facts) {
  const Remapped remapped = read_remapped(gpu);
  facts.remap_correctable_rows = remapped.correctable;
  facts.remap_uncorrectable_rows = remapped.uncorrectable;
  facts.remap_pending = remapped.pending;
  facts.remap_failed = remapped.failed;
  constexpr unsigned kNo = nvml::kNoValue32;
  nvml::RowHistogram banks{.max = kNo, .high = kNo, .partial = kNo, .low = kNo, .none = kNo};
  const nvml::Return code =
      gpu.ask<nvml::GetHistogram>("nvmlDeviceGetRowRemapperHistogram", &banks);
  const bool ok = code == nvml::kSuccess;
  facts.remap_banks_none = ok ? nvml::known_int(banks.none) : gpu.missing<std::int64_t>(code);
  facts.remap_banks_low = ok ? nvml::known_int(banks.low) : gpu.missing<std::int64_t>(code);
  constexpr auto kSum = nvml::EccCounter::aggregate;
  constexpr auto kDram = nvml::MemoryLocation::dram;
  facts.ecc_dram_corrected_aggregate = gpu.memory_errors(nvml::EccError::corrected, kSum, kDram);
  facts.ecc_dram_uncorrected_aggregate =
      gpu.memory_errors(nvml::EccError::uncorrected, kSum, kDram);
  const Sram sram = read_sram(gpu, kSum);
  facts.ecc_sram_corrected_aggregate = sram.corrected;
  facts.ecc_sram_uncorrected_aggregate = sram.uncorrected;
  facts.ecc_sram_threshold_exceeded = sram.threshold;
}

// Each field of the batch has a return code of its own.
void read_fields(const Asker& gpu, std::span<const std::pair<unsigned, KnownInt*>> wanted) {
  std::vector<nvml::FieldValue> fields(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    fields[i].field = wanted[i].first;
    fields[i].result = nvml::kUnknown;  // a field that is not answered is no success
  }
  const nvml::Return code = gpu.ask<nvml::GetFields>(
      "nvmlDeviceGetFieldValues", static_cast<int>(fields.size()), fields.data());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const nvml::Return each = code == nvml::kSuccess ? fields[i].result : code;
    *wanted[i].second =
        each == nvml::kSuccess ? nvml::field_value(fields[i]) : gpu.missing<std::int64_t>(each);
  }
}

// The list of one kind of process. NVML says how many there are when the buffer is too small.
nvml::Return list_processes(const Asker& gpu, const char* symbol, std::vector<std::int64_t>& pids) {
  std::vector<nvml::ProcessInfo> infos(kFirstProcesses);
  for (;;) {
    auto count = static_cast<unsigned>(infos.size());
    const nvml::Return code = gpu.ask<nvml::GetProcesses>(symbol, &count, infos.data());
    if (code == nvml::kInsufficientSize && infos.size() < kMostProcesses) {
      infos.resize(std::min(kMostProcesses, std::max<std::size_t>(count, infos.size() * 2)));
      continue;
    }
    if (code != nvml::kSuccess) return code;
    if (count > infos.size()) return nvml::kUnknown;
    for (unsigned i = 0; i < count; ++i) pids.push_back(infos[i].pid);
    return code;
  }
}

}  // namespace

Result<Nvml> Nvml::open(const LibraryPlaces& places) {
  GA_TRY(SharedLibrary library, SharedLibrary::open(kSoname, places));
  GA_TRY(nvml::Plain * init, library.function<nvml::Plain>("nvmlInit_v2"));
  if (const nvml::Return code = init(); code != nvml::kSuccess) {
    return Error(ErrorCode::environment, "nvmlInit: " + Asker(library).reason(code))
        .hinted("nvidia-smi should work here; load the driver, or run on a machine with a GPU");
  }
  return Nvml(std::move(library));
}

KnownText Nvml::driver_version() const {
  return Asker(library_).system_text("nvmlSystemGetDriverVersion");
}

KnownText Nvml::version() const { return Asker(library_).system_text("nvmlSystemGetNVMLVersion"); }

Library Nvml::library() const {
  const KnownText known = version();
  Library library{.name = library_.name(),
                  .path = library_.path(),
                  .version = known ? *known : std::string(),
                  .sha256 = {}};
  if (auto digest = library_.sha256()) library.sha256 = *std::move(digest);
  return library;
}

Known<std::vector<Nvml::Gpu>> Nvml::gpus() const {
  const Asker nvml(library_);
  unsigned count = 0;
  const nvml::Return code = nvml.call<nvml::GetCount>("nvmlDeviceGetCount_v2", &count);
  if (code != nvml::kSuccess) return nvml.missing<std::vector<Gpu>>(code);
  constexpr unsigned kMostGpus = 1024;  // of one machine; more than that is a wrong answer
  if (count > kMostGpus) return Known<std::vector<Gpu>>::missing("value not available");
  std::vector<Gpu> gpus(count);
  for (unsigned i = 0; i < count; ++i) {
    nvml::Device device = nullptr;
    const nvml::Return got =
        nvml.call<nvml::GetHandle>("nvmlDeviceGetHandleByIndex_v2", i, &device);
    if (got == nvml::kSuccess && device != nullptr) {
      gpus[i].handle = device;
    } else {
      gpus[i].lost = got == nvml::kSuccess ? "no handle" : nvml.reason(got);
    }
  }
  return gpus;
}

KnownText Nvml::uuid(const Gpu& gpu) const {
  return Asker(library_, gpu).text("nvmlDeviceGetUUID");
}

KnownText Nvml::pci_bus_id(const Gpu& gpu) const {
  GpuFacts facts;
  read_identity(Asker(library_, gpu), facts);
  return facts.pci_bus_id;
}

void Nvml::read_facts(const Gpu& gpu, GpuFacts& facts) const {
  const Asker asker(library_, gpu);
  read_identity(asker, facts);
  read_configuration(asker, facts);
  read_load(asker, facts);
  read_memory_health(asker, facts);
}

GpuCounters Nvml::read_counters(const Gpu& gpu) const {
  const Asker asker(library_, gpu);
  GpuCounters counters;
  const std::array<std::pair<unsigned, KnownInt*>, 4> times{{
      {nvml::kFieldSwPowerCap, &counters.throttle_sw_power_ns},
      {nvml::kFieldSwThermal, &counters.throttle_sw_thermal_ns},
      {nvml::kFieldHwThermal, &counters.throttle_hw_thermal_ns},
      {nvml::kFieldHwPowerBrake, &counters.throttle_power_brake_ns},
  }};
  read_fields(asker, times);
  if (!counters.throttle_sw_power_ns) {
    // The same counter under its older name; the others have none.
    nvml::ViolationTime time{.reference_us = 0, .violation_ns = nvml::kNoValue64};
    const nvml::Return code = asker.ask<nvml::GetViolation>("nvmlDeviceGetViolationStatus",
                                                            nvml::PerfPolicy::power, &time);
    if (code == nvml::kSuccess) counters.throttle_sw_power_ns = nvml::known_wide(time.violation_ns);
  }
  counters.throttle_reasons = asker.throttle_reasons();
  constexpr auto kNow = nvml::EccCounter::volatile_;
  constexpr auto kDram = nvml::MemoryLocation::dram;
  counters.ecc_dram_corrected = asker.memory_errors(nvml::EccError::corrected, kNow, kDram);
  counters.ecc_dram_uncorrected = asker.memory_errors(nvml::EccError::uncorrected, kNow, kDram);
  const Sram sram = read_sram(asker, kNow);
  counters.ecc_sram_corrected = sram.corrected;
  counters.ecc_sram_uncorrected = sram.uncorrected;
  const Remapped remapped = read_remapped(asker);
  counters.remap_correctable_rows = remapped.correctable;
  counters.remap_uncorrectable_rows = remapped.uncorrectable;
  counters.pcie_replays = asker.number("nvmlDeviceGetPcieReplayCounter");
  counters.energy_mj = asker.wide("nvmlDeviceGetTotalEnergyConsumption");
  return counters;
}

GpuReading Nvml::read_now(const Gpu& gpu) const {
  const Asker asker(library_, gpu);
  return {.clock_mhz = asker.clock("nvmlDeviceGetClockInfo", nvml::ClockType::sm),
          .power_mw = asker.number("nvmlDeviceGetPowerUsage"),
          .temp_mc = asker.temperature_mc(),
          .throttle = asker.throttle_reasons()};
}

Known<std::vector<std::int64_t>> Nvml::processes(const Gpu& gpu) const {
  const Asker asker(library_, gpu);
  std::vector<std::int64_t> pids;
  for (const char* symbol :
       {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
    const nvml::Return code = list_processes(asker, symbol, pids);
    if (code != nvml::kSuccess) return asker.missing<std::vector<std::int64_t>>(code);
  }
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

}  // namespace ga
