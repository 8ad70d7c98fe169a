#include "acceptance/core/seed.h"

#include <fmt/format.h>

#include <string>

#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr int kSeedBits = 52;

std::string lines_of(std::string_view nonce, std::string_view gate, const Params& params) {
  std::string lines = fmt::format("gpuaccept seed 1\n{}\n{}\n", nonce, gate);
  for (const auto& [name, value] : params) {
    if (name != "seed") lines += fmt::format("{}={}\n", name, value);
  }
  return lines;
}

std::int64_t seed_of(const std::string& lines) {
  const Digest digest = sha256(lines);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word = word << 8 | digest[i];
  return static_cast<std::int64_t>(word >> (64 - kSeedBits));
}

}  // namespace

std::int64_t node_seed(const Order& order, std::string_view gate, const Params& params) {
  if (order.nonce.empty()) return kConstantSeed;
  return seed_of(lines_of(order.nonce, gate, params));
}

std::int64_t gpu_seed(const Order& order, std::string_view gate, const Params& params,
                      std::string_view uuid) {
  return seed_of(lines_of(order.nonce, gate, params) + std::string(uuid) + "\n");
}

}  // namespace ga
