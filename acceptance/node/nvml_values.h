// What NVML's raw values mean: a number, a word, or one of its ways to say "not available".
#pragma once

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

}  // namespace ga::nvml
