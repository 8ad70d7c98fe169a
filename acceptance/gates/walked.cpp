#include "acceptance/gates/walked.h"

namespace ga {

std::int64_t walked_bytes(const Order& order, const Evidence& evidence,
                          const std::string& unit_id) {
  constexpr std::int64_t kMillion = 1'000'000, kMib = std::int64_t{1} << 20;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // beyond any GPU
  const GpuFacts* gpu = evidence.facts.find(unit_id);
  std::int64_t bytes = order.profile.ordered.memory_bytes_min;
  if (gpu != nullptr && gpu->memory_bytes) bytes = *gpu->memory_bytes;
  const std::int64_t ppm = order.profile.sizes.pattern_ppm;
  if (bytes <= 0 || bytes > kMost || ppm <= 0 || ppm > kMillion) return 0;
  return bytes * ppm / kMillion / kMib * kMib;  // at most 2^60 on the way
}

}  // namespace ga
