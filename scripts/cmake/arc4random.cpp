// libstdc++'s random_device takes glibc's arc4random, which came with glibc 2.36. This one keeps
// the programs on glibc 2.35: the linker prefers it, and nobody outside the program sees it.
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" __attribute__((visibility("hidden"))) std::uint32_t arc4random() {
  std::uint32_t word = 0;
  if (getrandom(&word, sizeof word, 0) != static_cast<ssize_t>(sizeof word)) std::abort();
  return word;
}
