// The checks in plain C++, on host memory.
#include "kernels/check/check.h"
#include "kernels/data/hash_term.h"

namespace ga {

std::uint64_t hash_buffer_ref(const void* host, std::size_t bytes) {
  return hash_bytes(host, bytes);
}

}  // namespace ga
