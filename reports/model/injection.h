// What --inject-unsafe does, so that a gate is seen to fail: one list for the command line, the
// worker and the simulated node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/model/result.h"

namespace ga {

// An output is damaged between its launch and its check:
// bitflip     one bit of one element: of one output of each block, or of one launch in `number`
// zero_tile   8 x 8 elements are zero, in one output of each block
// null_tile   128 x 128 elements are zero, in one output of each block
// nan         one element is a NaN, in one output of each block
// sm          one bit of every tile of ours that SM `number` computed, in every launch; a kernel
//             that does not record its SMs stays right
// boost       a bitflip, where the SM clock is at least `number` MHz as the block begins
// wrong_everywhere   one bit of every output, own and vendor alike, warm-up included
// Else: slow  the timed region is a quarter longer, so that a rate falls by a fifth
// hang, crash a kernel that never ends, or stores to no address, in the first timed region
enum class InjectionKind {
  none,
  bitflip,
  zero_tile,
  null_tile,
  nan,
  sm,
  boost,
  slow,
  hang,
  crash,
  wrong_everywhere
};

struct Injection {
  InjectionKind kind = InjectionKind::none;
  std::int64_t number = 0;  // 0 where none was given
  friend bool operator==(const Injection&, const Injection&) = default;
};

// "nan", "bitflip", "bitflip:1000", "sm:17", "boost:1900"; "" is none.
Result<Injection> parse_injection(std::string_view word);

// "bitflip[:N], zero-tile, ...": for help.
std::string injection_words();

}  // namespace ga
