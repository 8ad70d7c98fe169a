// Units of time in smaller ones. A time is std::int64_t nanoseconds where its name says no other.
#pragma once

#include <cstdint>

namespace ga {

inline constexpr std::int64_t kNsPerUs = 1'000;
inline constexpr std::int64_t kNsPerMs = 1'000'000;
inline constexpr std::int64_t kNsPerS = 1'000'000'000;
inline constexpr std::int64_t kSecondsPerHour = 3600;

}  // namespace ga
