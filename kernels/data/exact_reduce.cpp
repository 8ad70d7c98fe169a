#include "kernels/data/exact_reduce.h"

#include "kernels/data/hash_term.h"

namespace ga {

std::uint64_t exact_reduce_hash(const ExactReduce& of) {
  const auto size = static_cast<std::size_t>(element_bytes(of.type));
  const std::size_t packed = 8 / size;  // elements of a 64-bit word
  const std::uint64_t key = exact_reduce_key(of.seed);
  std::uint64_t hash = hash_start(of.count * size);
  for (std::size_t word = 0; word * packed < of.count; ++word) {
    std::uint64_t bits = 0;  // a last partial word is padded with zeros
    for (std::size_t i = word * packed; i < (word + 1) * packed && i < of.count; ++i) {
      const int sum = exact_reduce_sum(pattern_word(key, i), of.ranks);
      bits |= std::uint64_t{exact_reduce_bits(sum, of.type)} << (8 * size * (i % packed));
    }
    hash += hash_term(bits, word);
  }
  return hash;
}

}  // namespace ga
