// The checks in plain C++, on host memory.
#include <cstring>

#include "kernels/check/check.h"
#include "kernels/data/hash_term.h"

namespace ga {

std::uint64_t hash_buffer_ref(const void* host, std::size_t bytes) {
  std::uint64_t hash = hash_start(bytes);
  for (std::size_t i = 0; 8 * i < bytes; ++i) {
    std::uint64_t word = 0;
    const std::size_t left = bytes - 8 * i;
    std::memcpy(&word, static_cast<const char*>(host) + 8 * i, left < 8 ? left : 8);
    hash += hash_term(word, i);
  }
  return hash;
}

}  // namespace ga
