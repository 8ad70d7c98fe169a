#include "acceptance/sim/noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/data/philox.h"

namespace ga {
namespace {

constexpr std::uint32_t kStreamNoise = 0x51000001;  // apart from the streams of test data
constexpr double kTwoTo32 = 4294967296.0;

// FNV-1a over the name, then the index mixed in; Philox does the rest.
std::uint64_t counter_of(const NoiseName& name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3u; };
  for (const char c : name.what) mix(static_cast<std::uint8_t>(c));
  for (int i = 0; i < 8; ++i) mix(static_cast<std::uint8_t>(name.index >> (8 * i)));
  return hash;
}

}  // namespace

std::uint32_t noise_word(const NoiseName& name) {
  return philox(name.seed, counter_of(name), kStreamNoise).word[0];
}

double noise_uniform(const NoiseName& name) { return noise_word(name) / kTwoTo32; }

double noise_normal(const NoiseName& name, double cut) {
  const Philox4 r = philox(name.seed, counter_of(name), kStreamNoise);
  const double u = (r.word[0] + 1.0) / (kTwoTo32 + 1.0);  // never 0
  const double v = r.word[1] / kTwoTo32;
  const double z = std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
  return std::clamp(z, -cut, cut);
}

}  // namespace ga
