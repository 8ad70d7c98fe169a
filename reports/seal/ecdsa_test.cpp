#include "reports/seal/ecdsa.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

// From hexadecimal, spaces ignored.
std::string hex(std::string_view digits) {
  std::string out;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high >= 0) out += static_cast<char>(high << 4 | value);
    high = high >= 0 ? -1 : value;
  }
  return out;
}

const std::string kOne = hex("30 06 02 01 01 02 01 01");
// n-1, n and the two integers around n/2, each as s beside r = 1.
std::string with_s(std::string_view s) { return hex("30 26 02 01 01 02 21 00 ") + hex(s); }
std::string with_short_s(std::string_view s) { return hex("30 25 02 01 01 02 20 ") + hex(s); }
constexpr std::string_view kN = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kNMinus1 =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
constexpr std::string_view kHalf =
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";
constexpr std::string_view kHalfPlus1 =
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9";

TEST(EcdsaDer, ReadsAndWritesTheOneForm) {
  for (const std::string& der :
       {kOne, with_s(kN), with_short_s(kHalf), hex("30 08 02 02 00 80 02 02 00 ff")}) {
    const auto signature = parse_der(der);
    ASSERT_TRUE(signature);
    EXPECT_EQ(to_der(*signature), der);
  }
}

TEST(EcdsaDer, RefusesEveryOtherForm) {
  for (const char* der :
       {"", "30", "30 00", "30 03 02 01 01", "31 06 02 01 01 02 01 01", "30 07 02 01 01 02 01 01",
        "30 05 02 01 01 02 01 01", "30 06 02 01 01 02 01 01 00", "30 81 06 02 01 01 02 01 01",
        "30 80 02 01 01 02 01 01 00 00", "30 06 02 01 81 02 01 01", "30 07 02 02 00 01 02 01 01",
        "30 07 02 01 01 02 02 00 01", "30 06 03 01 01 02 01 01", "30 06 02 00 02 02 01 01",
        "30 07 02 81 01 01 02 01 01", "30 06 02 01 01 02 02 01", "30 08 02 01 01 02 01 01 05 00"}) {
    EXPECT_FALSE(parse_der(hex(der))) << der;
  }
  EXPECT_FALSE(parse_der(hex("30 27 02 01 01 02 22 01 00") + std::string(32, '\1')));
  EXPECT_FALSE(parse_der(hex("30 26 02 01 01 02 21 01") + std::string(32, '\1')));
}

TEST(EcdsaRange, IsOneToTheOrderMinusOne) {
  EXPECT_TRUE(in_range(*parse_der(kOne)));
  EXPECT_TRUE(in_range(*parse_der(with_s(kNMinus1))));
  EXPECT_FALSE(in_range(*parse_der(with_s(kN))));
  EXPECT_FALSE(in_range(*parse_der(hex("30 06 02 01 01 02 01 00"))));
  EXPECT_FALSE(in_range(*parse_der(hex("30 06 02 01 00 02 01 01"))));
}

TEST(EcdsaLowS, EndsAtHalfTheOrder) {
  EXPECT_TRUE(is_low_s(*parse_der(with_short_s(kHalf))));
  EXPECT_FALSE(is_low_s(*parse_der(with_short_s(kHalfPlus1))));
  EXPECT_FALSE(is_low_s(*parse_der(with_s(kNMinus1))));
}

TEST(EcdsaLowS, LoweringSubtractsFromTheOrder) {
  EXPECT_EQ(to_der(lowered(*parse_der(with_s(kNMinus1)))), kOne);
  EXPECT_EQ(to_der(lowered(*parse_der(with_short_s(kHalfPlus1)))), with_short_s(kHalf));
  EXPECT_EQ(to_der(lowered(*parse_der(with_short_s(kHalf)))), with_short_s(kHalf));
}

}  // namespace
}  // namespace ga
