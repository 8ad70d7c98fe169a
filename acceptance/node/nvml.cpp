#include "acceptance/node/nvml.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "acceptance/node/nvml_asker.h"

namespace ga {

namespace {

// The list of one kind of process.
nvml::Return list_processes(const Asker& gpu, const char* symbol, std::vector<std::int64_t>& pids) {
  std::vector<nvml::ProcessInfo> infos(kMostProcesses);
  unsigned count = kMostProcesses;
  const nvml::Return code = gpu.ask<nvml::GetProcesses>(symbol, &count, infos.data());
  if (code != nvml::kSuccess) return code;
  if (count > kMostProcesses) return nvml::kUnknown;
  for (unsigned i = 0; i < count; ++i) {
    if (infos[i].pid == nvml::kNoValue32) return nvml::kUnknown;
    pids.push_back(infos[i].pid);
  }
  return code;
}

// Of the node: its GPUs run confidential computing together or not at all.
void read_confidential_computing(const Asker& nvml, NodeFacts& facts) {
  nvml::CcSettings settings;
  const nvml::Return code =
      nvml.call<nvml::SystemCcSettings>("nvmlSystemGetConfComputeSettings", &settings);
  constexpr std::array<std::string_view, 3> kMulti{"none", "protected_pcie", "nvle"};
  KnownInt feature = nvml.missing<std::int64_t>(code), devtools = feature;
  facts.cc_multi_gpu = nvml.missing<std::string>(code);
  if (code == nvml::kSuccess) {
    feature = nvml::known_int(settings.feature);
    devtools = nvml::known_int(settings.devtools);
    facts.cc_multi_gpu = nvml::word_of(nvml::known_int(settings.multi_gpu), kMulti);
  } else {
    nvml::CcState state;  // its form before driver 550
    if (nvml.call<nvml::SystemCcState>("nvmlSystemGetConfComputeState", &state) == nvml::kSuccess) {
      feature = nvml::known_int(state.feature);
      devtools = nvml::known_int(state.devtools);
    }
  }
  constexpr std::array<std::string_view, 2> kFeature{"off", "on"};
  facts.cc_mode = nvml::word_of(feature, kFeature);
  if (facts.cc_mode && !devtools) facts.cc_mode = KnownText::missing(devtools.absent);
  if (facts.cc_mode && *devtools != 0) facts.cc_mode = KnownText("devtools");
}

// The replay library alone has this: the folder that it plays; false where it cannot.
using PlayReplay = int(const char*);
constexpr const char* kPlayReplay = "ga_play_replay";

// Real evidence and a replay never mix: a replay needs its library, and its library a replay.
Status play(const SharedLibrary& library, const std::string& replay) {
  void* address = library.find(kPlayReplay);
  if (replay.empty() && address == nullptr) return Ok{};
  if (replay.empty()) {
    return Error(ErrorCode::environment, library.path() + " is a replay's library, not NVIDIA's")
        .hinted("take its folder out of --libs, or name what to play with --replay");
  }
  if (address == nullptr) {
    return Error(ErrorCode::environment, library.path() + " plays no replay")
        .hinted("--libs must name the folder of the replay's libnvidia-ml.so.1");
  }
  if (reinterpret_cast<PlayReplay*>(address)(replay.c_str()) != 0) return Ok{};
  return Error(ErrorCode::environment, replay + "/nvml.state cannot be played")
      .hinted("docs/replay.md describes the file; its first line is 'format 1'");
}

}  // namespace

Result<Nvml> Nvml::open(const LibraryPlaces& places, const std::string& replay,
                        std::shared_ptr<Transcript> transcript,
                        std::shared_ptr<CallInFlight> in_flight) {
  GA_TRY(SharedLibrary library, SharedLibrary::open(kNvmlSoname, places));
  GA_CHECK(play(library, replay));
  GA_TRY(nvml::Plain * init, library.function<nvml::Plain>("nvmlInit_v2"));
  if (in_flight) in_flight->symbol = "nvmlInit_v2";
  const nvml::Return code = init();
  if (in_flight) in_flight->symbol = nullptr;
  if (code != nvml::kSuccess) {
    return Error(ErrorCode::environment, "nvmlInit: " + Asker(library).reason(code))
        .hinted("nvidia-smi should work here; load the driver, or run on a machine with a GPU");
  }
  Nvml nvml(std::move(library), std::move(transcript), std::move(in_flight));
  if (const KnownText driver = nvml.driver_version()) nvml.moved_ = nvml::moved_fields(*driver);
  return nvml;
}

Nvml::Nvml(SharedLibrary library, std::shared_ptr<Transcript> transcript,
           std::shared_ptr<CallInFlight> in_flight)
    : library_(std::move(library)),
      transcript_(std::move(transcript)),
      in_flight_(std::move(in_flight)) {}

Asker Nvml::asker() const { return Asker(library_, transcript_.get(), in_flight_.get()); }
Asker Nvml::asker(const Gpu& gpu) const { return asker().about(gpu); }

KnownText Nvml::driver_version() const { return asker().system_text("nvmlSystemGetDriverVersion"); }

KnownText Nvml::version() const { return asker().system_text("nvmlSystemGetNVMLVersion"); }

void Nvml::read_facts(NodeFacts& facts) const {
  const Asker nvml = asker();
  facts.driver_version = driver_version();
  facts.nvml_version = version();
  nvml::DriverBranch branch;
  const nvml::Return code = nvml.call<nvml::SystemBranch>(
      "nvmlSystemGetDriverBranch", &branch, static_cast<unsigned>(sizeof(branch.branch)));
  facts.driver_branch =
      code == nvml::kSuccess
          ? nvml::known_text({branch.branch, strnlen(branch.branch, sizeof(branch.branch))})
          : nvml.missing<std::string>(code);
  read_confidential_computing(nvml, facts);
}

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
  const Asker nvml = asker();
  unsigned count = nvml::kNoValue32;
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
    if (transcript_) transcript_->gpu(i, gpus[i].handle);
  }
  return gpus;
}

KnownText Nvml::uuid(const Gpu& gpu) const { return read_uuid(asker(gpu)); }

KnownText Nvml::pci_bus_id(const Gpu& gpu) const { return read_pci_bus_id(asker(gpu)); }

void Nvml::read_facts(const Gpu& gpu, GpuFacts& facts) const {
  const Asker nvml = asker(gpu);
  read_gpu_facts(nvml, moved_, facts);
  read_gpu_links(nvml, facts);
  read_fabric(nvml, facts);
}

GpuCounters Nvml::read_counters(const Gpu& gpu) const {
  return read_gpu_counters(asker(gpu), moved_);
}

GpuReading Nvml::read_now(const Gpu& gpu) const {
  const Asker nvml = asker(gpu);
  KnownInt memory;
  nvml.fields({{nvml::kFieldMemoryTemperature, 0, &memory}});
  return {.clock_mhz = nvml.clock("nvmlDeviceGetClockInfo", nvml::ClockType::sm),
          .power_mw = nvml.number("nvmlDeviceGetPowerUsage"),
          .temp_mc = nvml.temperature_mc(),
          .throttle = nvml.throttle_reasons(),
          .memory_temp_mc = nvml::millis(memory)};
}

KnownInt Nvml::read_links_up(const Gpu& gpu) const { return ga::read_links_up(asker(gpu)); }

Known<std::vector<std::int64_t>> Nvml::processes(const Gpu& gpu) const {
  const Asker nvml = asker(gpu);
  std::vector<std::int64_t> pids;
  for (const char* symbol :
       {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
    const nvml::Return code = list_processes(nvml, symbol, pids);
    if (code != nvml::kSuccess) return nvml.missing<std::vector<std::int64_t>>(code);
  }
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

}  // namespace ga
