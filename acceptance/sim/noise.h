// Noise: numbers that depend on a name and nothing else, so that a resumed run repeats an
// uninterrupted one. Philox of the scenario's seed; the name and index are the counter.
#pragma once

#include <cstdint>
#include <string_view>

namespace ga {

struct NoiseName {
  std::uint64_t seed = 0;
  std::string_view what;    // "gpu/3 memory.copy"
  std::uint64_t index = 0;  // of the block, or of the word
};

// 32 uniform bits.
std::uint32_t noise_word(const NoiseName& name);

// Uniform in [0, 1).
double noise_uniform(const NoiseName& name);

// Normal with mean 0 and standard deviation 1, cut at +-`cut`: what lies further out is a fault,
// and faults are placed by name.
double noise_normal(const NoiseName& name, double cut = 3.0);

}  // namespace ga
