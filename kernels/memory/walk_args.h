// What a pass of the walk goes over, and what it reports. No CUDA header: the CPU tests of the
// kernels read it too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/ptx/global.cuh"

namespace ga {

// Memory in pieces of one size, wherever each lies: one space of 16-byte vectors, counted through.
struct WalkRegion {
  ptx::Vector* const* pieces = nullptr;  // on the device: where each piece begins
  std::uint32_t piece_shift = 0;  // a piece has 2^piece_shift vectors; the last may have less
  std::size_t vectors = 0;        // of all pieces
};

// Of a walk: its passes add up. All zeros is a report of nothing yet. Where `wrong` is not 0, the
// other fields speak of the lowest wrong word of the first pass that found any, as it was read when
// it was found.
struct WalkReport {
  std::uint64_t checked = 0;  // words compared
  std::uint64_t wrong = 0;    // of them
  std::uint64_t first = 0;    // index of a 64-bit word in the region
  std::uint64_t expected = 0, got = 0;
  std::uint32_t smid = 0;  // the SM that read it
  std::uint32_t pass = 0;  // Walk::number
};

}  // namespace ga
