// Asker: questions to NVML about one GPU, or about the driver where no GPU is given. Each answer is
// a value, or absent with NVML's own reason. Part of NVML's adapter.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/node/nvml.h"
#include "acceptance/node/nvml_api.h"
#include "acceptance/node/nvml_fields.h"
#include "acceptance/node/nvml_values.h"
#include "acceptance/node/nvml_words.h"
#include "acceptance/node/transcript.h"

namespace ga {

inline constexpr const char* kNvmlSoname = "libnvidia-ml.so.1";
// Of one kind on one GPU; room for so many is given, and more is a wrong answer.
inline constexpr unsigned kMostProcesses = 4096;

class Asker {
 public:
  // `transcript` and `in_flight` may be null.
  explicit Asker(const SharedLibrary& library, Transcript* transcript = nullptr,
                 CallInFlight* in_flight = nullptr)
      : library_(library), transcript_(transcript), in_flight_(in_flight) {}
  Asker about(const Nvml::Gpu& gpu) const {
    Asker asker = *this;
    asker.device_ = static_cast<nvml::Device>(gpu.handle);
    asker.lost_ = gpu.lost;
    return asker;
  }

  template <class F, class... A>
  nvml::Return call(const char* symbol, A... arguments) const {
    void* address = library_.find(symbol);
    if (address == nullptr) return kNoSymbol;
    const nvml::Return code = made(symbol, reinterpret_cast<F*>(address), arguments...);
    if (transcript_ != nullptr) note(nullptr, symbol, code, arguments...);
    return code;
  }

  // The same about the GPU; without one the call is not made.
  template <class F, class... A>
  nvml::Return ask(const char* symbol, A... arguments) const {
    if (device_ == nullptr) return nvml::kGpuIsLost;
    void* address = library_.find(symbol);
    if (address == nullptr) return kNoSymbol;
    const nvml::Return code = made(symbol, reinterpret_cast<F*>(address), device_, arguments...);
    if (transcript_ != nullptr) note(device_, symbol, code, arguments...);
    return code;
  }

  std::string reason(nvml::Return code) const;
  // Whether the driver does not have that question, so that an older form is worth asking.
  static bool lacks(nvml::Return code);
  template <class T>
  Known<T> missing(nvml::Return code) const {
    return Known<T>::missing(reason(code));
  }

  KnownInt number(const char* symbol) const;
  KnownInt wide(const char* symbol) const;
  KnownFlag flag(const char* symbol) const;
  void flags(const char* symbol, KnownFlag& first, KnownFlag& second) const;
  KnownText text(const char* symbol) const;
  KnownText system_text(const char* symbol) const;
  KnownText inforom(nvml::InforomObject object) const;
  KnownText gsp_firmware() const;
  KnownInt clock(const char* symbol, nvml::ClockType type) const;
  KnownInt temperature_mc() const;
  KnownInt threshold_mc(nvml::TemperatureThreshold which) const;
  KnownInt memory_errors(nvml::EccError error, nvml::EccCounter counter,
                         nvml::MemoryLocation where) const;
  KnownInt throttle_reasons() const;
  KnownInt link_number(const char* symbol, unsigned link) const;

  // One field of a batch; each has a return code of its own. 0 is a field that this driver is not
  // asked for.
  enum class Kind {
    count,    // a negative value is no answer
    signed_,  // a margin; 32 bits without a sign are taken as two's complement
    wide,     // a time: what comes in fewer than 64 bits is the answer to another question
  };
  struct FieldQuestion {
    unsigned field, scope;
    KnownInt* answer;
    Kind kind = Kind::count;
  };
  void fields(std::vector<FieldQuestion> wanted) const;

 private:
  static constexpr nvml::Return kNoSymbol = -1;  // ours: dlsym() found nothing
  static constexpr unsigned kTextBytes = 96;     // NVML's longest text, that of names and UUIDs
  using Buffer = std::array<char, kTextBytes>;
  KnownText text_of(nvml::Return code, const Buffer& buffer) const;

  template <class F, class... A>
  nvml::Return made(const char* symbol, F* function, A... arguments) const {
    if (in_flight_ != nullptr) in_flight_->symbol = symbol;
    const nvml::Return code = function(arguments...);
    if (in_flight_ != nullptr) in_flight_->symbol = nullptr;
    return code;
  }

  template <class... A>
  void note(const void* device, const char* symbol, nvml::Return code, A... arguments) const {
    nvml::WordWriter words;
    if (code == nvml::kSuccess) nvml::write_outputs(words, arguments...);
    transcript_->note(device, nvml::call_key(symbol, arguments...),
                      code == nvml::kSuccess ? words.text() : "!" + std::to_string(code));
  }
  void note(const void*, const char*, nvml::Return, unsigned, nvml::Device*) const {}
  void note(const void* device, const char* symbol, nvml::Return code, int count,
            nvml::FieldValue* values) const;
  void note(const void* device, const char* symbol, nvml::Return code, unsigned* count,
            nvml::ProcessInfo* infos) const;

  const SharedLibrary& library_;
  Transcript* transcript_;
  CallInFlight* in_flight_;
  nvml::Device device_ = nullptr;
  std::string lost_;
};

struct Remapped {
  KnownInt correctable, uncorrectable;
  KnownFlag pending, failed;
};
Remapped read_remapped(const Asker& gpu);

struct Sram {
  KnownInt corrected, uncorrected;
  KnownFlag threshold;
  KnownInt l2, sm, pcie, mcu, other;  // uncorrected, aggregate
};
Sram read_sram(const Asker& gpu, nvml::EccCounter counter);

// The topics of the adapter, one file each. `moved` are the fields of this driver.
void read_gpu_facts(const Asker& gpu, const nvml::MovedFields& moved, GpuFacts& facts);
void read_gpu_links(const Asker& gpu, GpuFacts& facts);
// How many links are up, asked for nothing else: while they carry data.
KnownInt read_links_up(const Asker& gpu);
void read_fabric(const Asker& gpu, GpuFacts& facts);
GpuCounters read_gpu_counters(const Asker& gpu, const nvml::MovedFields& moved);
KnownText read_uuid(const Asker& gpu);
KnownText read_pci_bus_id(const Asker& gpu);

}  // namespace ga
