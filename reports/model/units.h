// Nanoseconds of larger units. Times are std::int64_t nanoseconds wherever a name says nothing else.
#pragma once

#include <cstdint>

namespace ga {

inline constexpr std::int64_t kNsPerUs = 1'000;
inline constexpr std::int64_t kNsPerMs = 1'000'000;
inline constexpr std::int64_t kNsPerS = 1'000'000'000;

}  // namespace ga
