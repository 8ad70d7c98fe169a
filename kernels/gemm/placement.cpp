#include "kernels/gemm/placement.h"

#include <numeric>

namespace ga {
namespace {

struct Affine {
  std::int64_t factor = 1, offset = 0;
};

// A random factor coprime to `length`, found by stepping: 1 is always one, so the search ends.
Affine shuffle_of(std::int64_t length, std::uint32_t factor_word, std::uint32_t offset_word) {
  if (length <= 1) return {};
  std::int64_t factor = 1 + factor_word % (length - 1);
  while (std::gcd(factor, length) != 1) factor = factor % length + 1;
  return {factor, offset_word % length};
}

}  // namespace

Placement make_placement(std::uint64_t placement, std::int64_t count, std::int64_t window) {
  Placement p{.count = count, .window = window < count ? window : count};
  if (placement == 0) return p;
  constexpr std::uint32_t kStreamPlacement = 9;
  const Philox4 first = philox(placement, 0, kStreamPlacement);
  const Philox4 second = philox(placement, 1, kStreamPlacement);
  const Affine full = shuffle_of(p.window, first.word[0], first.word[1]);
  const Affine last = shuffle_of(count % p.window, first.word[2], first.word[3]);
  p.shift = second.word[0] % count;
  p.factor = full.factor;
  p.offset = full.offset;
  p.last_factor = last.factor;
  p.last_offset = last.offset;
  return p;
}

}  // namespace ga
