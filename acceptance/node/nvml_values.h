// What NVML's raw values mean: a number, a word, or one of its ways to say "not available".
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "acceptance/node/nvml_api.h"
#include "reports/model/facts.h"

namespace ga::nvml {

// All ones mean "not available"; beyond 2^53-1 no report can carry the value.
KnownInt known_int(unsigned value);
KnownInt known_wide(unsigned long long value);

// 0 or 1, and nothing else.
KnownFlag known_flag(unsigned value);

// Printable ASCII that is not one of the words that stand where a value should be, such as "[N/A]".
KnownText known_text(std::string_view text);

// "10de:2335", from device << 16 | vendor.
KnownText id_pair(unsigned packed);

// "0000:1b:00.0"
KnownText bus_id(const PciInfo& pci);

// By the type that the field says it has. Its return code is the caller's to look at.
KnownInt field_value(const FieldValue& field);
KnownInt wide_field(const FieldValue& field);    // absent in fewer than 64 bits
KnownInt signed_field(const FieldValue& field);  // negative values too; u32 as two's complement

// Degrees to thousandths, between -200 and 200 degrees; millis() keeps an absence.
KnownInt known_celsius(int celsius);
KnownInt millis(const KnownInt& celsius);

// 0 or 1 of a number, absence kept.
KnownFlag flag_of(const KnownInt& value);

// The word at that number; absent where the list has none, or an empty one.
KnownText word_of(const KnownInt& value, std::span<const std::string_view> words);

// Absent when one is, with its reason, or when the sum is more than a report can carry.
KnownInt sum_of(std::span<const KnownInt> values);
KnownInt sum_of(std::initializer_list<KnownInt> values);

// A bit error rate as NVML packs it, mantissa in bits 8 to 11 and a negative power of ten in bits 0
// to 7, in units of 1e-18, rounded up: 0x10C is 1e-12, which is 1000000. What is more than a report
// can carry, a rate beyond 0.9 %, is the most that it can.
KnownInt error_rate_e18(const KnownInt& packed);

// "max_q, compute": the power profiles whose bits are set; "" is none, "profile 40" has no name.
KnownText profile_names(std::span<const unsigned> mask);

KnownText hex16(unsigned long long value);
KnownText uuid_text(std::span<const unsigned char, 16> bytes);

}  // namespace ga::nvml
