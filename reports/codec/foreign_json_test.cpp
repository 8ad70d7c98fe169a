#include "reports/codec/foreign_json.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

TEST(ForeignJson, ReadsWhatOursWouldRefuse) {
  const auto value = parse_foreign_json(
      R"({"a": 23.5, "b": null, "c": [1, null, true], "a2": 18446744073709551615,)"
      R"("d": 1, "d": 2})");
  ASSERT_TRUE(value) << value.error().what();
  EXPECT_EQ(value->find("a")->as_string(), "23.5");
  EXPECT_EQ(value->find("b"), nullptr);
  EXPECT_EQ(value->find("c")->as_array().size(), 2u);
  EXPECT_EQ(value->find("a2")->as_string(), "18446744073709551615");
  EXPECT_EQ(value->find("d")->as_int(), 2);
}

TEST(ForeignJson, RefusesWhatIsNoJsonOrTooDeep) {
  for (const char* text : {"", "{", "null", "{\"a\":}", "{\"a\":\"\xff\"}", "{} {}"}) {
    EXPECT_FALSE(parse_foreign_json(text)) << text;
  }
  EXPECT_FALSE(parse_foreign_json(std::string(100'000, '[')));
  EXPECT_FALSE(parse_foreign_json(std::string(40, '[') + std::string(40, ']')));
  EXPECT_TRUE(parse_foreign_json(std::string(20, '[') + std::string(20, ']')));
}

TEST(ForeignJson, ARefusalRepeatsNothingOfTheText) {
  const auto refused = parse_foreign_json("{\"a\": 1,\n \"b\": \"secret\x07 word}");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what().starts_with("no JSON: at byte ")) << refused.error().what();
  EXPECT_EQ(refused.error().what().find("secret"), std::string::npos) << refused.error().what();
}

TEST(ForeignJson, CountsInThousandths) {
  EXPECT_EQ(thousandths_of(Json(24)), 24'000);
  EXPECT_EQ(thousandths_of(Json("23.5")), 23'500);
  EXPECT_EQ(thousandths_of(Json("-0.0004")), 0);
  EXPECT_EQ(thousandths_of(Json("1e3")), 1'000'000);
  for (const char* text : {"", "warm", "23.5 C", "nan", "inf", "1e300"}) {
    EXPECT_FALSE(thousandths_of(Json(text))) << text;
  }
  EXPECT_FALSE(thousandths_of(Json(true)));
  EXPECT_FALSE(thousandths_of(Json(kMaxJsonInteger)));
}

}  // namespace
}  // namespace ga
