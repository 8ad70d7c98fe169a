#include "kernels/data/exact_fill.h"

#include "kernels/data/exact_gemm.h"
#include "kernels/data/philox.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ga {

void exact_fill_portable(std::uint64_t seed, std::uint64_t first, std::uint64_t count,
                         std::uint32_t stream, int range, std::uint32_t* to) {
  for (std::uint64_t block = first; block < first + count; ++block) {
    const Philox4 words = philox(seed, block, stream);
    for (const std::uint32_t word : words.word) {
      *to++ = static_cast<std::uint32_t>(exact_from_word(word, range) + range);
    }
  }
}

#if defined(__x86_64__)
namespace {

// One word of four Philox blocks, each in the lower half of its 64 bits; what the upper half holds
// does not count, so that a product is its own lower word.
using Words = __m256i;

struct Four {
  Words word[4];
};

// philox() in philox.h, for blocks first .. first+3.
[[gnu::target("avx2")]] inline Four philox_four(std::uint64_t key, std::uint64_t first,
                                                std::uint32_t stream) {
  Words c0 = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<std::int64_t>(first)),
                              _mm256_set_epi64x(3, 2, 1, 0));
  Words c1 = _mm256_srli_epi64(c0, 32);
  Words c2 = _mm256_set1_epi64x(stream);
  Words c3 = _mm256_setzero_si256();
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const Words p0 = _mm256_mul_epu32(c0, _mm256_set1_epi64x(0xD2511F53));
    const Words p1 = _mm256_mul_epu32(c2, _mm256_set1_epi64x(0xCD9E8D57));
    c0 = _mm256_srli_epi64(p1, 32) ^ c1 ^ _mm256_set1_epi64x(k0);
    c2 = _mm256_srli_epi64(p0, 32) ^ c3 ^ _mm256_set1_epi64x(k1);
    c1 = p1;
    c3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// exact_from_word() + range of two words of each block, the second in the upper half; `values` is
// 2 range + 1.
[[gnu::target("avx2")]] inline Words elements(Words low, Words high, Words values) {
  const Words first = _mm256_srli_epi64(_mm256_mul_epu32(low, values), 32);
  return _mm256_blend_epi32(first, _mm256_mul_epu32(high, values), 0xAA);
}

[[gnu::target("avx2")]] void exact_fill_avx2(std::uint64_t seed, std::uint64_t first,
                                             std::uint64_t count, std::uint32_t stream, int range,
                                             std::uint32_t* to) {
  const Words values = _mm256_set1_epi64x(2 * range + 1);
  for (std::uint64_t block = first; block < first + count; block += 4, to += 16) {
    const Four words = philox_four(seed, block, stream);
    const Words left = elements(words.word[0], words.word[1], values);
    const Words right = elements(words.word[2], words.word[3], values);
    const Words even = _mm256_unpacklo_epi64(left, right);  // blocks 0 and 2
    const Words odd = _mm256_unpackhi_epi64(left, right);   // blocks 1 and 3
    auto* const out = reinterpret_cast<Words*>(to);
    _mm256_storeu_si256(out, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256(out + 1, _mm256_permute2x128_si256(even, odd, 0x31));
  }
}

}  // namespace
#endif

void exact_fill(std::uint64_t seed, std::uint64_t first, std::uint64_t count, std::uint32_t stream,
                int range, std::uint32_t* to) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return exact_fill_avx2(seed, first, count, stream, range, to);
#endif
  exact_fill_portable(seed, first, count, stream, range, to);
}

}  // namespace ga
