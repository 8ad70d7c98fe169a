// Published ECDSA P-256 vectors. Ours is stricter by one rule: of a valid pair, only the low s.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "reports/codec/json.h"
#include "reports/model/digest.h"
#include "reports/seal/ecdsa.h"
#include "reports/seal/keys.h"

namespace ga {
namespace {

std::string from_hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out += static_cast<char>(value(digits[i]) << 4 | value(digits[i + 1]));
  }
  return out;
}

struct Count {
  int valid_low = 0, valid_high = 0, invalid = 0;
};

void check(const PublicKey& key, const Json& test, Count& count) {
  const std::string sig = from_hex(test.find("sig")->as_string());
  const bool accepted = key.verifies(from_hex(test.find("msg")->as_string()), sig);
  const auto parsed = parse_der(sig);
  if (test.find("result")->as_string() != "valid") {
    ++count.invalid;
    EXPECT_FALSE(accepted) << dump(test);
    return;
  }
  const bool low = parsed && is_low_s(*parsed);
  ++(low ? count.valid_low : count.valid_high);
  ASSERT_TRUE(parsed) << dump(test);
  EXPECT_EQ(accepted, low) << dump(test);
  EXPECT_TRUE(key.verifies(from_hex(test.find("msg")->as_string()), to_der(lowered(*parsed))))
      << dump(test);
}

TEST(Wycheproof, AcceptsEveryValidLowSAndNothingElse) {
  const std::string path =
      std::string(GA_SOURCE_DIR) + "/../shared/vectors/wycheproof/ecdsa_secp256r1_sha256_test.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "Wycheproof's vectors are not at " << path;
  const auto json = parse_json(*read_file(path));
  ASSERT_TRUE(json) << json.error().str();
  Count count;
  for (const Json& group : json->find("testGroups")->as_array()) {
    const auto key = PublicKey::from_pem(group.find("publicKeyPem")->as_string());
    ASSERT_TRUE(key) << key.error().str();
    for (const Json& test : group.find("tests")->as_array()) check(*key, test, count);
  }
  fmt::print("accepted {} valid with low s; refused {} valid with high s and {} invalid\n",
             count.valid_low, count.valid_high, count.invalid);
  EXPECT_EQ(count.valid_low + count.valid_high, 174);
  EXPECT_EQ(count.invalid, 310);
  EXPECT_GT(count.valid_low, 0);
  EXPECT_GT(count.valid_high, 0);
}

}  // namespace
}  // namespace ga
