// Elements of the exact operands in bulk, for digests that walk all of A and B.
#pragma once

#include <cstdint>

namespace ga {

// The elements of blocks first .. first+count-1 of a stream, four a block, as they are with `range`
// added: 0 to 2 range. Writes whole groups of four blocks: `to` has room for 4 * (count + 3)
// elements.
void exact_fill(std::uint64_t seed, std::uint64_t first, std::uint64_t count, std::uint32_t stream,
                int range, std::uint32_t* to);

// The same, one block after the other: what runs on a CPU without AVX2.
void exact_fill_portable(std::uint64_t seed, std::uint64_t first, std::uint64_t count,
                         std::uint32_t stream, int range, std::uint32_t* to);

}  // namespace ga
