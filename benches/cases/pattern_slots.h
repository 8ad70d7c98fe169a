// What the memory and PCIe cases share: adding up the reports of pattern checks, describing a plain
// buffer to the injections, sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "benches/cases/slots.h"
#include "benches/harness/bench.h"
#include "kernels/check/check.h"
#include "kernels/check/inject.h"
#include "reports/model/measurement.h"

namespace ga {

// As the report prints words: 16 lower-case hexadecimal digits.
std::string hex64(std::uint64_t word);
std::string hex32(std::uint32_t word);
// The bits of an element of that many bytes, in two digits a byte.
std::string hex_bits(std::uint64_t bits, int bytes);

// Byte that outputs are overwritten with before a launch: a NaN of every float type, and a word
// that no pattern has in a row. An int32 becomes -1, which no product is all over.
inline constexpr int kPoison = 0xFF;

// Adds a report to `total`: wrong words, and the first of them.
void add_mismatch(const Mismatch& found, Check& total);
// The reports of slots 0 .. slots-1.
Status add_mismatches(Slots<Mismatch>& reports, std::int64_t slots, Check& total);

// A buffer as one row of floats. Above 2^31 floats, its beginning.
Inject plain_output(void* data, std::size_t bytes);

// The parameter, which complete_params() has put there.
std::int64_t param(const Params& params, const char* name);

inline constexpr std::int64_t kSlotBytes = kMaxSlots * static_cast<std::int64_t>(sizeof(Mismatch));

}  // namespace ga
