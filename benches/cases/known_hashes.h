// KnownHashes: outputs that were checked once, known by their hash. What is launched again on the
// same data must leave the very same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "benches/cases/slots.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

class KnownHashes {
 public:
  static Result<KnownHashes> make();

  // Where the hash of that launch goes on the device.
  std::uint64_t* at(std::int64_t slot) const { return slots_.at(slot); }
  // The hashes in slots 0 .. sets-1 are those of the checked outputs, set by set.
  Status keep(std::int64_t sets);
  // Adds up the launches of slots 0 .. slots-1, whose sets take turns, that left other bits.
  Status collect(std::int64_t slots, Check& total);
  // `checked` with what is expected of set 0, and what it last left.
  Check begin(Check checked) const;

 private:
  Slots<std::uint64_t> slots_;
  std::vector<std::uint64_t> expected_;  // by set
  std::uint64_t last_ = 0;               // newest hash of set 0
};

}  // namespace ga
