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

}  // namespace ga::nvml
