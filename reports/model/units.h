// Nanoseconds of larger units. A time is std::int64_t nanoseconds where its name says nothing else.
#pragma once

#include <cstdint>

namespace ga {

inline constexpr std::int64_t kNsPerUs = 1'000;
inline constexpr std::int64_t kNsPerMs = 1'000'000;
inline constexpr std::int64_t kNsPerS = 1'000'000'000;

}  // namespace ga
