#include "reports/model/injection.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(Injection, KnowsItsWordsAndTheirNumbers) {
  for (const char* word : {"bitflip", "zero-tile", "null-tile", "nan", "slow", "hang", "crash",
                           "wrong-everywhere", "bitflip:1000", "sm:0", "sm:131", "boost:1900"}) {
    EXPECT_TRUE(parse_injection(word)) << word;
  }
  EXPECT_EQ(*parse_injection(""), Injection{});
  EXPECT_EQ(*parse_injection("bitflip:1000"), (Injection{InjectionKind::bitflip, 1000}));
  EXPECT_EQ(*parse_injection("sm:17"), (Injection{InjectionKind::sm, 17}));
}

TEST(Injection, RefusesEveryOtherWord) {
  for (const char* word : {"zero_tile", "bitflip:", "bitflip:0", "bitflip:-1", "bitflip:1e3",
                           "bitflip:01", "nan:3", "sm", "sm:", "sm:1x", "sm:00", "boost", "boost:0",
                           "boost:9999999999", ":5", "bitflip:5:6"}) {
    const auto refused = parse_injection(word);
    ASSERT_FALSE(refused) << word;
    EXPECT_NE(std::string(refused.error().what()).find(word), std::string::npos);
    EXPECT_EQ(refused.error().hint(),
              "bitflip[:N], zero-tile, null-tile, nan, sm:N, boost:N, slow, hang, crash, "
              "wrong-everywhere");
  }
}

}  // namespace
}  // namespace ga
