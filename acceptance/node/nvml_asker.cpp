#include "acceptance/node/nvml_asker.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ga {

std::string Asker::reason(nvml::Return code) const {
  if (code == kNoSymbol) return std::string("function not found in ") + kNvmlSoname;
  if (device_ == nullptr && !lost_.empty()) return lost_;
  void* address = library_.find("nvmlErrorString");
  const char* words =
      address == nullptr ? nullptr : reinterpret_cast<nvml::ErrorString*>(address)(code);
  if (words == nullptr || *words == '\0') return "NVML error " + std::to_string(code);
  if (transcript_ != nullptr) {
    transcript_->note(nullptr, "nvmlErrorString(" + std::to_string(code) + ")", words);
  }
  return words;
}

// An older form of the question may be answered. Any other error stands.
bool Asker::lacks(nvml::Return code) {
  return code == kNoSymbol || code == nvml::kFunctionNotFound || code == nvml::kVersionMismatch ||
         code == nvml::kNotSupported || code == nvml::kDeprecated;
}

KnownInt Asker::number(const char* symbol) const {
  unsigned value = nvml::kNoValue32;
  const nvml::Return code = ask<nvml::GetInt>(symbol, &value);
  return code == nvml::kSuccess ? nvml::known_int(value) : missing<std::int64_t>(code);
}

KnownInt Asker::wide(const char* symbol) const {
  unsigned long long value = nvml::kNoValue64;
  const nvml::Return code = ask<nvml::GetWide>(symbol, &value);
  return code == nvml::kSuccess ? nvml::known_wide(value) : missing<std::int64_t>(code);
}

KnownFlag Asker::flag(const char* symbol) const {
  unsigned value = nvml::kNoValue32;
  const nvml::Return code = ask<nvml::GetInt>(symbol, &value);
  return code == nvml::kSuccess ? nvml::known_flag(value) : missing<bool>(code);
}

void Asker::flags(const char* symbol, KnownFlag& first, KnownFlag& second) const {
  unsigned a = nvml::kNoValue32, b = nvml::kNoValue32;
  const nvml::Return code = ask<nvml::GetPair>(symbol, &a, &b);
  first = code == nvml::kSuccess ? nvml::known_flag(a) : missing<bool>(code);
  second = code == nvml::kSuccess ? nvml::known_flag(b) : missing<bool>(code);
}

KnownText Asker::text(const char* symbol) const {
  Buffer buffer{};
  return text_of(ask<nvml::GetText>(symbol, buffer.data(), kTextBytes), buffer);
}

KnownText Asker::system_text(const char* symbol) const {
  Buffer buffer{};
  return text_of(call<nvml::SystemText>(symbol, buffer.data(), kTextBytes), buffer);
}

KnownText Asker::inforom(nvml::InforomObject object) const {
  Buffer buffer{};
  const nvml::Return code =
      ask<nvml::GetInforom>("nvmlDeviceGetInforomVersion", object, buffer.data(), kTextBytes);
  return text_of(code, buffer);
}

KnownText Asker::gsp_firmware() const {
  static_assert(kTextBytes >= nvml::kGspVersionBytes);
  Buffer buffer{};
  return text_of(ask<nvml::GetGspVersion>("nvmlDeviceGetGspFirmwareVersion", buffer.data()),
                 buffer);
}

KnownText Asker::text_of(nvml::Return code, const Buffer& buffer) const {
  if (code != nvml::kSuccess) return missing<std::string>(code);
  return nvml::known_text({buffer.data(), strnlen(buffer.data(), buffer.size())});
}

KnownInt Asker::clock(const char* symbol, nvml::ClockType type) const {
  unsigned value = nvml::kNoValue32;
  const nvml::Return code = ask<nvml::GetClock>(symbol, type, &value);
  return code == nvml::kSuccess ? nvml::known_int(value) : missing<std::int64_t>(code);
}

KnownInt Asker::temperature_mc() const {
  nvml::Temperature now;
  nvml::Return code = ask<nvml::GetTemperatureV>("nvmlDeviceGetTemperatureV", &now);
  if (code == nvml::kSuccess) return nvml::known_celsius(now.celsius);
  if (!lacks(code)) return missing<std::int64_t>(code);
  // Its form before driver 575.
  unsigned celsius = nvml::kNoValue32;
  code =
      ask<nvml::GetTemperature>("nvmlDeviceGetTemperature", nvml::TemperatureSensor::gpu, &celsius);
  if (code != nvml::kSuccess) return missing<std::int64_t>(code);
  return nvml::millis(nvml::known_int(celsius));
}

KnownInt Asker::threshold_mc(nvml::TemperatureThreshold which) const {
  unsigned celsius = nvml::kNoValue32;
  const nvml::Return code =
      ask<nvml::GetThreshold>("nvmlDeviceGetTemperatureThreshold", which, &celsius);
  if (code != nvml::kSuccess) return missing<std::int64_t>(code);
  return nvml::millis(nvml::known_int(celsius));
}

KnownInt Asker::memory_errors(nvml::EccError error, nvml::EccCounter counter,
                              nvml::MemoryLocation where) const {
  unsigned long long value = nvml::kNoValue64;
  const nvml::Return code =
      ask<nvml::GetMemoryErrors>("nvmlDeviceGetMemoryErrorCounter", error, counter, where, &value);
  return code == nvml::kSuccess ? nvml::known_wide(value) : missing<std::int64_t>(code);
}

KnownInt Asker::throttle_reasons() const {
  unsigned long long bits = nvml::kNoValue64;
  nvml::Return code = ask<nvml::GetWide>("nvmlDeviceGetCurrentClocksEventReasons", &bits);
  // Its name before driver 535.
  if (lacks(code)) code = ask<nvml::GetWide>("nvmlDeviceGetCurrentClocksThrottleReasons", &bits);
  return code == nvml::kSuccess ? nvml::known_wide(bits) : missing<std::int64_t>(code);
}

KnownInt Asker::link_number(const char* symbol, unsigned link) const {
  unsigned value = nvml::kNoValue32;
  const nvml::Return code = ask<nvml::GetLinkInt>(symbol, link, &value);
  return code == nvml::kSuccess ? nvml::known_int(value) : missing<std::int64_t>(code);
}

void Asker::fields(std::vector<FieldQuestion> wanted) const {
  std::vector<nvml::FieldValue> values;
  for (const FieldQuestion& question : wanted) {
    if (question.field == 0) {
      *question.answer = KnownInt::missing("not known by which number this driver answers it");
      continue;
    }
    nvml::FieldValue value{};
    value.type = static_cast<nvml::ValueType>(-1);  // no type that there is
    value.field = question.field;
    value.scope = question.scope;
    value.result = nvml::kUnknown;  // a field that is not answered is no success
    values.push_back(value);
  }
  std::erase_if(wanted, [](const FieldQuestion& question) { return question.field == 0; });
  if (wanted.empty()) return;
  const nvml::Return code = ask<nvml::GetFields>("nvmlDeviceGetFieldValues",
                                                 static_cast<int>(values.size()), values.data());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const nvml::Return each = code == nvml::kSuccess ? values[i].result : code;
    if (each != nvml::kSuccess) {
      *wanted[i].answer = missing<std::int64_t>(each);
    } else if (wanted[i].kind == Kind::wide) {
      *wanted[i].answer = nvml::wide_field(values[i]);
    } else if (wanted[i].kind == Kind::signed_) {
      *wanted[i].answer = nvml::signed_field(values[i]);
    } else {
      *wanted[i].answer = nvml::field_value(values[i]);
    }
  }
}

void Asker::note(const void* device, const char* symbol, nvml::Return code, int count,
                 nvml::FieldValue* values) const {
  if (code != nvml::kSuccess) {
    transcript_->note(device, std::string(symbol) + "()", "!" + std::to_string(code));
    return;
  }
  for (int i = 0; i < count; ++i) {
    const nvml::FieldValue& value = values[i];
    transcript_->note(device, nvml::field_key(value.field, value.scope),
                      value.result == nvml::kSuccess ? nvml::field_text(value)
                                                     : "!" + std::to_string(value.result));
  }
}

void Asker::note(const void* device, const char* symbol, nvml::Return code, unsigned* count,
                 nvml::ProcessInfo* infos) const {
  nvml::WordWriter words;
  const unsigned listed = std::min(*count, kMostProcesses);
  for (unsigned i = 0; code == nvml::kSuccess && i < listed; ++i) words(infos[i].pid);
  transcript_->note(device, std::string(symbol) + "()",
                    code == nvml::kSuccess ? words.text() : "!" + std::to_string(code));
}

}  // namespace ga
