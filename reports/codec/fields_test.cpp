#include "reports/codec/fields.h"

#include <gtest/gtest.h>

#include "reports/codec/checked.h"

namespace ga {
namespace {

const Json kMembers =
    *parse_json(R"({"n":-1,"t":"x","f":true,"a":[1,2],"mixed":[1,"2"],"o":{"inner":1}})");

std::string complaint(Fields& fields) {
  const auto status = fields.close();
  return status ? "" : status.error().what();
}

TEST(Fields, ReadsEveryKindAndCloses) {
  Fields fields(kMembers, "file");
  EXPECT_EQ(fields.integer("n"), -1);
  EXPECT_EQ(fields.text("t"), "x");
  EXPECT_TRUE(fields.flag("f"));
  EXPECT_EQ(fields.integers("a"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(fields.array("mixed").size(), 2U);
  EXPECT_EQ(fields.any("o").find("inner")->as_int(), 1);
  EXPECT_EQ(fields.optional("absent"), nullptr);
  EXPECT_TRUE(fields.ok());
  EXPECT_EQ(complaint(fields), "");
}

TEST(Fields, NamesAKeyThatNobodyAskedFor) {
  const Json json = *parse_json(R"({"a":1,"b":2})");
  Fields fields(json, "file.part");
  (void)fields.integer("a");
  EXPECT_EQ(complaint(fields), "file.part.b: unknown key");
}

TEST(Fields, NamesAMissingKey) {
  Fields fields(kMembers, "file");
  EXPECT_EQ(fields.integer("absent"), 0);
  EXPECT_FALSE(fields.ok());
  EXPECT_EQ(complaint(fields), "file.absent: missing");
}

TEST(Fields, NamesAWrongType) {
  const auto refused = [](auto read) {
    Fields fields(kMembers, "file");
    read(fields);
    return complaint(fields);
  };
  EXPECT_EQ(refused([](Fields& f) { (void)f.integer("t"); }), "file.t: must be an integer");
  EXPECT_EQ(refused([](Fields& f) { (void)f.integer("f"); }), "file.f: must be an integer");
  EXPECT_EQ(refused([](Fields& f) { (void)f.text("n"); }), "file.n: must be a string");
  EXPECT_EQ(refused([](Fields& f) { (void)f.flag("n"); }), "file.n: must be true or false");
  EXPECT_EQ(refused([](Fields& f) { (void)f.array("o"); }), "file.o: must be an array");
  EXPECT_EQ(refused([](Fields& f) { (void)f.integers("mixed"); }),
            "file.mixed: must be an array of integers");
}

TEST(Fields, TheFirstErrorWins) {
  Fields fields(kMembers, "file");
  (void)fields.integer("t");
  (void)fields.integer("absent");
  fields.refuse("n", "is too small");
  EXPECT_EQ(complaint(fields), "file.t: must be an integer");
}

TEST(Fields, SomethingElseThanAnObjectIsRefused) {
  for (const Json& json : {Json(1), Json("x"), Json(true), Json(JsonArray{})}) {
    Fields fields(json, "file");
    (void)fields.text("t");
    EXPECT_EQ(complaint(fields), "file: must be an object");
  }
}

TEST(Checked, TextOfAMachineIsMadeWritable) {
  EXPECT_EQ(as_name("a\tb\xc3\xa9\x7f"), "a?b???");
  EXPECT_EQ(as_name(std::string(300, 'x')).size(), kMaxName);
  EXPECT_EQ(as_fact(std::string(5000, 'x')).size(), kMaxText);
  EXPECT_EQ(as_text("\xed\x95\x9c\n\xf0\x9f\x94\x92"), "\xed\x95\x9c\n\xf0\x9f\x94\x92");
  EXPECT_EQ(as_text("\xed\xa0\x80|\xc0\x80|\xf4\x90\x80\x80|\xe0\x80\x80|\xf0\x80\x80\x80"),
            "???|??|????|???|????");
  EXPECT_EQ(as_text("\xed\x95"), "??");
}

// Cutting at the bound must not split a character.
TEST(Checked, ATextIsCutAtACharacter) {
  std::string text(kMaxText - 1, 'x');
  EXPECT_EQ(as_text(text + "\xc3\xa9").size(), kMaxText - 1);
  EXPECT_EQ(as_text(text + "yz").size(), kMaxText);
}

}  // namespace
}  // namespace ga
