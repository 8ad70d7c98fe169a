// Numbers of a report as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ga {

// The middle sample; the lower of the two middle ones of an even number. Nothing of no samples.
std::optional<std::int64_t> median_of(std::span<const std::int64_t> samples);

// "GB/s", "TFLOP/s", "MHz", "launches"; a unit that is not known stays as it is.
std::string unit_label(std::string_view unit);
// The value alone, in that unit: 4312100000000 bytes_per_s is "4312.1".
std::string in_unit(std::int64_t value, std::string_view unit);

// "+3.2 %": how far `value` is above `floor`. "?" where the floor is not positive.
std::string margin(std::int64_t value, std::int64_t floor);
// "18,432".
std::string grouped(std::int64_t value);
// Milliseconds since 1970 of a UTC time "2026-11-22T07:19:45Z"; nothing of anything else.
std::optional<std::int64_t> utc_ms(std::string_view utc);
// "97.0 %" of parts per million.
std::string percent(std::int64_t ppm);

}  // namespace ga
