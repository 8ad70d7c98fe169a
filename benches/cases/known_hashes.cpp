#include "benches/cases/known_hashes.h"

#include "benches/cases/pattern_slots.h"

namespace ga {

Result<KnownHashes> KnownHashes::make() {
  KnownHashes hashes;
  GA_TRY(hashes.slots_, Slots<std::uint64_t>::make());
  return hashes;
}

Status KnownHashes::keep(std::int64_t sets) {
  GA_TRY(const auto hashes, slots_.fetch(sets));
  expected_.assign(hashes.begin(), hashes.end());
  last_ = expected_[0];
  return Ok{};
}

Status KnownHashes::collect(std::int64_t slots, Check& total) {
  GA_TRY(const auto hashes, slots_.fetch(slots));
  for (std::size_t slot = 0; slot < hashes.size(); ++slot) {
    const std::size_t set = slot % expected_.size();
    if (set == 0) last_ = hashes[slot];
    if (hashes[slot] == expected_[set]) continue;
    ++total.wrong;
    total.got = hex64(hashes[slot]);
    if (total.first) continue;
    total.first = FirstMismatch{.element = 0,
                                .expected = hex64(expected_[set]),
                                .got = hex64(hashes[slot]),
                                .xor_bits = hex64(expected_[set] ^ hashes[slot])};
  }
  if (total.wrong == 0) total.got = hex64(last_);
  return Ok{};
}

Check KnownHashes::begin(Check checked) const {
  checked.expected = hex64(expected_[0]);
  checked.got = hex64(last_);
  return checked;
}

}  // namespace ga
