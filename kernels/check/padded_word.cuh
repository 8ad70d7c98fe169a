// 64-bit words of a buffer of any size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ga {

// Word `i` of a buffer of any size: a last partial word is padded with zeros.
__device__ __forceinline__ std::uint64_t padded_word(const void* data, std::size_t bytes,
                                                     std::size_t i) {
  const auto* const words = static_cast<const std::uint64_t*>(data);
  if (8 * i + 8 <= bytes) return words[i];
  const auto* const tail = static_cast<const unsigned char*>(data) + 8 * i;
  std::uint64_t word = 0;
  for (std::size_t byte = 0; byte < bytes - 8 * i; ++byte) {
    word |= std::uint64_t{tail[byte]} << (8 * byte);
  }
  return word;
}

}  // namespace ga
