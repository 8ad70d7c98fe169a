#include "acceptance/core/seed.h"

#include <gtest/gtest.h>

#include "reports/model/digest.h"

namespace ga {
namespace {

TEST(Seed, WithoutAChallengeIsThePublishedConstant) {
  const Profile profile;
  const Order order{profile, Level::standard};
  EXPECT_EQ(node_seed(order, "gemm.bf16.own.exact", {{"n", 1}}), kConstantSeed);
  const std::string hex = sha256_hex(kConstantSeedText).substr(0, 13);
  EXPECT_EQ(std::stoll(hex, nullptr, 16), kConstantSeed);
}

// Anybody can compute it: printf '...' | sha256sum | cut -c 1-13.
TEST(Seed, IsTheFirst52BitsOfTheLines) {
  const Profile profile;
  const Order order{profile, Level::standard, std::string(64, 'a')};
  const Params params{{"k", 3}, {"m", 2}, {"seed", 99}};
  const std::string lines = "gpuaccept seed 1\n" + std::string(64, 'a') + "\nsome.gate\nk=3\nm=2\n";
  const auto first_bits = [](const std::string& text) {
    return std::stoll(sha256_hex(text).substr(0, 13), nullptr, 16);
  };
  EXPECT_EQ(node_seed(order, "some.gate", params), first_bits(lines));
  EXPECT_EQ(gpu_seed(order, "some.gate", params, "GPU-1"), first_bits(lines + "GPU-1\n"));
}

}  // namespace
}  // namespace ga
