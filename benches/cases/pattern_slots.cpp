#include "benches/cases/pattern_slots.h"

#include <fmt/format.h>

#include <algorithm>

namespace ga {

std::string hex64(std::uint64_t word) { return fmt::format("{:016x}", word); }
std::string hex32(std::uint32_t word) { return fmt::format("{:08x}", word); }
std::string hex_bits(std::uint64_t bits, int bytes) {
  return fmt::format("{:0{}x}", bits, 2 * bytes);
}

void add_mismatch(const Mismatch& found, Check& total) {
  total.wrong += static_cast<std::int64_t>(found.wrong);
  if (found.wrong == 0 || total.first) return;
  total.first = FirstMismatch{.element = static_cast<std::int64_t>(found.first),
                              .expected = hex64(found.expected),
                              .got = hex64(found.got),
                              .xor_bits = hex64(found.expected ^ found.got)};
}

Status add_mismatches(Slots<Mismatch>& reports, std::int64_t slots, Check& total) {
  GA_TRY(const std::span<const Mismatch> found, reports.fetch(slots));
  for (const Mismatch& m : found) add_mismatch(m, total);
  return Ok{};
}

Inject plain_output(void* data, std::size_t bytes) {
  const auto floats =
      static_cast<std::int64_t>(std::min(bytes / sizeof(float), std::size_t{1} << 31));
  return {.data = data, .type = InjectType::fp32, .rows = 1, .cols = floats, .ld = floats};
}

std::int64_t param(const Params& params, const char* name) { return params.at(name); }

}  // namespace ga
