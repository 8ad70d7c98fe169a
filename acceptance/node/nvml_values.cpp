#include "acceptance/node/nvml_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

namespace ga::nvml {

namespace {

constexpr std::int64_t kMostInteger = (std::int64_t{1} << 53) - 1;  // what a report can carry

// Words that stand where a value should be.
bool is_no_answer(std::string_view text) {
  constexpr std::array<std::string_view, 6> kWords{
      "N/A", "[N/A]", "Unknown Error", "[Unknown Error]", "[Not Supported]", "Unknown"};
  return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

std::string hex(unsigned value, unsigned digits) {
  std::string text(digits, '0');
  for (auto it = text.rbegin(); it != text.rend(); ++it, value >>= 4)
    *it = "0123456789abcdef"[value & 15];
  return text;
}

}  // namespace

KnownInt known_wide(unsigned long long value) {
  if (value == kNoValue64) return KnownInt::missing("value not available");
  if (value > static_cast<unsigned long long>(kMostInteger)) {
    return KnownInt::missing("value out of range");
  }
  return static_cast<std::int64_t>(value);
}

KnownInt known_int(unsigned value) {
  if (value == kNoValue32) return KnownInt::missing("value not available");
  return static_cast<std::int64_t>(value);
}

KnownFlag known_flag(unsigned value) {
  if (value > 1) {
    return KnownFlag::missing("neither 0 nor 1, but " + std::to_string(value));
  }
  return value == 1;
}

KnownText known_text(std::string_view text) {
  if (text.empty()) return KnownText::missing("empty");
  if (is_no_answer(text)) return KnownText::missing(std::string(text));
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::all_of(text.begin(), text.end(), printable)) {
    return KnownText::missing("not printable ASCII");
  }
  return std::string(text);
}

// NVML packs a device's and its subsystem's id as device << 16 | vendor.
KnownText id_pair(unsigned packed) {
  if (packed == kNoValue32) return KnownText::missing("value not available");
  return hex(packed & 0xFFFF, 4) + ":" + hex(packed >> 16, 4);
}

KnownText bus_id(const PciInfo& pci) {
  if (pci.domain == kNoValue32 || pci.bus > 0xFF || pci.device > 0x1F) {
    return KnownText::missing("value not available");
  }
  const std::string_view text(pci.bus_id, strnlen(pci.bus_id, sizeof(pci.bus_id)));
  const std::size_t dot = text.rfind('.');
  const std::string function(dot == std::string_view::npos ? "0" : text.substr(dot + 1));
  const unsigned domain_digits = pci.domain > 0xFFFF ? 8 : 4;
  return known_text(hex(pci.domain, domain_digits) + ":" + hex(pci.bus, 2) + ":" +
                    hex(pci.device, 2) + "." + function);
}

KnownInt field_value(const FieldValue& field) {
  switch (field.type) {
    case ValueType::u32:
      return known_int(field.value.u32);
    case ValueType::ulong:
      return known_wide(field.value.ulong);
    case ValueType::u64:
      return known_wide(field.value.u64);
    case ValueType::u16:
      return static_cast<std::int64_t>(field.value.u16);
    case ValueType::s64:
      if (field.value.s64 < 0) return KnownInt::missing("negative");
      return known_wide(static_cast<unsigned long long>(field.value.s64));
    case ValueType::s32:
      if (field.value.s32 < 0) return KnownInt::missing("negative");
      return static_cast<std::int64_t>(field.value.s32);
    case ValueType::f64:
      if (!(field.value.f64 >= 0 && field.value.f64 <= static_cast<double>(kMostInteger))) {
        return KnownInt::missing("not a number in range");
      }
      return static_cast<std::int64_t>(std::llround(field.value.f64));
  }
  return KnownInt::missing("a value of unknown type");
}

KnownInt wide_field(const FieldValue& field) {
  if (field.type == ValueType::u64 || field.type == ValueType::ulong) return field_value(field);
  return KnownInt::missing("not a 64-bit counter");
}

KnownInt signed_field(const FieldValue& field) {
  if (field.type == ValueType::s32) return static_cast<std::int64_t>(field.value.s32);
  if (field.type == ValueType::u32)
    return static_cast<std::int64_t>(static_cast<int>(field.value.u32));
  if (field.type == ValueType::s64 && field.value.s64 < 0 && field.value.s64 >= -kMostInteger) {
    return static_cast<std::int64_t>(field.value.s64);
  }
  return field_value(field);
}

KnownInt known_celsius(int celsius) { return millis(std::int64_t{celsius}); }

KnownInt millis(const KnownInt& celsius) {
  constexpr std::int64_t kMostCelsius = 200, kMcPerC = 1000;
  if (!celsius) return celsius;
  if (*celsius < -kMostCelsius || *celsius > kMostCelsius) {
    return KnownInt::missing("not a temperature: " + std::to_string(*celsius));
  }
  return *celsius * kMcPerC;
}

KnownFlag flag_of(const KnownInt& value) {
  if (!value) return KnownFlag::missing(value.absent);
  if (*value != 0 && *value != 1) {
    return KnownFlag::missing("neither 0 nor 1, but " + std::to_string(*value));
  }
  return *value == 1;
}

KnownText word_of(const KnownInt& value, std::span<const std::string_view> words) {
  if (!value) return KnownText::missing(value.absent);
  const auto index = static_cast<std::size_t>(*value);
  if (*value < 0 || index >= words.size() || words[index].empty()) {
    return KnownText::missing("no word for " + std::to_string(*value));
  }
  return std::string(words[index]);
}

KnownInt sum_of(std::span<const KnownInt> values) {
  std::int64_t sum = 0;
  for (const KnownInt& value : values) {
    if (!value) return value;
    if (*value > kMostInteger - sum) return KnownInt::missing("value out of range");
    sum += *value;
  }
  return sum;
}

KnownInt sum_of(std::initializer_list<KnownInt> values) {
  return sum_of(std::span(values.begin(), values.size()));
}

KnownInt error_rate_e18(const KnownInt& packed) {
  constexpr std::int64_t kMostPacked = 0xFFF;
  constexpr int kUnit = 18;  // 1e-18
  if (!packed) return packed;
  if (*packed < 0 || *packed > kMostPacked) {
    return KnownInt::missing("not a bit error rate: " + std::to_string(*packed));
  }
  std::int64_t rate = *packed >> 8;
  const int exponent = static_cast<int>(*packed & 0xFF);
  for (int i = exponent; i > kUnit && rate > 1; --i) rate = (rate + 9) / 10;
  for (int i = exponent; i < kUnit; ++i) {
    if (rate > kMostInteger / 10) return kMostInteger;
    rate *= 10;
  }
  return rate;
}

KnownText profile_names(std::span<const unsigned> mask) {
  constexpr std::array<std::string_view, 25> kNames{"max_p",
                                                    "max_q",
                                                    "compute",
                                                    "memory_bound",
                                                    "network",
                                                    "balanced",
                                                    "llm_inference",
                                                    "llm_training",
                                                    "rbm",
                                                    "dcpcie",
                                                    "hmma_sparse",
                                                    "hmma_dense",
                                                    "sync_balanced",
                                                    "hpc",
                                                    "mig",
                                                    "max_q_1",
                                                    "network_bound",
                                                    "high_throughput_inference",
                                                    "medium_throughput_inference",
                                                    "low_latency_inference",
                                                    "training",
                                                    "inference",
                                                    "max_q_2",
                                                    "max_q_3",
                                                    "low_priority_background"};
  // There are at most 255 profiles: the last bit is set where nothing was filled in.
  if (!mask.empty() && mask.back() >> 31 != 0) return KnownText::missing("value not available");
  std::string names;
  for (std::size_t bit = 0; bit < mask.size() * 32; ++bit) {
    if ((mask[bit / 32] >> (bit % 32) & 1) == 0) continue;
    names += names.empty() ? "" : ", ";
    names += bit < kNames.size() ? std::string(kNames[bit]) : "profile " + std::to_string(bit);
  }
  return names;
}

KnownText hex16(unsigned long long value) {
  if (value == kNoValue64) return KnownText::missing("value not available");
  return hex(static_cast<unsigned>(value >> 32), 8) + hex(static_cast<unsigned>(value), 8);
}

KnownText uuid_text(std::span<const unsigned char, 16> bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), [](unsigned char b) { return b == kNoValue8; })) {
    return KnownText::missing("value not available");
  }
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex(bytes[i], 2);
  }
  return text;
}

}  // namespace ga::nvml
