// The streaming kernels in plain C++, on host memory.
#include <cstring>

#include "kernels/memory/memory.h"

namespace ga {
namespace {

std::uint64_t load_word(const void* data, std::size_t index) {
  std::uint64_t word = 0;
  std::memcpy(&word, static_cast<const char*>(data) + 8 * index, 8);
  return word;
}

}  // namespace

void memory_write_ref(const MemoryWrite& args) {
  for (std::size_t i = 0; i < args.bytes / 8; ++i) {
    const std::uint64_t word = pattern(args.kind, args.key, i);
    std::memcpy(static_cast<char*>(args.data) + 8 * i, &word, 8);
  }
}

std::uint64_t memory_read_ref(const void* host, std::size_t bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes / 8; ++i) sum += read_term(load_word(host, i), i);
  return sum;
}

void memory_triad_ref(const MemoryTriad& args) {
  for (std::size_t i = 0; i < args.bytes / sizeof(float); ++i) {
    args.a[i] = triad_element(args.b[i], args.c[i], args.s);
  }
}

}  // namespace ga
