#include "reports/codec/toml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

namespace ga {
namespace {

constexpr std::string_view kSample = R"(name = "x"
count = 3
ratio = 1.5
on = true
list = ["a", "b"]

[limits]
floor = 2

[[step]]
at = 1
[[step]]
at = 2
)";

TomlTable open(std::string_view text) { return *TomlTable::parse(text, "f.toml"); }

std::string complaint(TomlTable& table) {
  const auto status = table.close();
  return status ? "" : status.error().what();
}

// The complaint after `read` on the sample.
std::string refused(const std::function<void(TomlTable&)>& read, std::string_view text = kSample) {
  TomlTable table = open(text);
  read(table);
  EXPECT_FALSE(table.ok());
  return complaint(table);
}

TEST(Toml, ReadsEveryKindAndCloses) {
  TomlTable table = open(kSample);
  EXPECT_EQ(table.text("name"), "x");
  EXPECT_EQ(table.integer("count"), 3);
  EXPECT_EQ(table.number("ratio"), 1.5);
  EXPECT_TRUE(table.flag("on"));
  EXPECT_EQ(table.texts("list"), (std::vector<std::string>{"a", "b"}));
  TomlTable limits = table.table("limits");
  EXPECT_EQ(limits.number("floor"), 2.0);
  std::vector<std::int64_t> at;
  for (TomlTable step : table.tables("step")) at.push_back(step.integer("at"));
  EXPECT_EQ(at, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(complaint(table), "");
}

TEST(Toml, OptionalMembersAreThereOrNot) {
  TomlTable table = open("n = 1\nt = \"x\"\nf = 2.5\nb = false\n");
  EXPECT_EQ(table.optional_integer("n"), 1);
  EXPECT_EQ(table.optional_text("t"), "x");
  EXPECT_EQ(table.optional_number("f"), 2.5);
  EXPECT_EQ(table.optional_flag("b"), false);
  EXPECT_FALSE(table.optional_integer("absent"));
  EXPECT_FALSE(table.optional_text("absent"));
  EXPECT_FALSE(table.optional_number("absent"));
  EXPECT_FALSE(table.optional_flag("absent"));
  EXPECT_TRUE(table.tables("absent").empty());
  EXPECT_EQ(complaint(table), "");
}

TEST(Toml, NamesFileAndLineOfAMissingKey) {
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.text("absent"); }), "f.toml:1: absent: missing");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.table("limits").integer("absent"); }),
            "f.toml:7: absent: missing");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.table("absent"); }), "f.toml:1: absent: missing");
}

TEST(Toml, NamesFileAndLineOfAWrongType) {
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.text("count"); }),
            "f.toml:2: count: must be a string");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.integer("ratio"); }),
            "f.toml:3: ratio: must be an integer");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.number("name"); }),
            "f.toml:1: name: must be a number");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.flag("count"); }),
            "f.toml:2: count: must be true or false");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.texts("name"); }),
            "f.toml:1: name: must be an array of strings");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.table("on"); }), "f.toml:4: on: must be a table");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.tables("limits"); }),
            "f.toml:7: limits: must be an array of tables");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.tables("list"); }),
            "f.toml:5: list: must be an array of tables");
  EXPECT_EQ(refused([](TomlTable& t) { (void)t.optional_integer("name"); }),
            "f.toml:1: name: must be an integer");
}

TEST(Toml, RefusesNumbersThatAreNotFinite) {
  for (const char* text : {"x = nan", "x = -nan", "x = inf", "x = -inf"}) {
    EXPECT_EQ(refused([](TomlTable& t) { (void)t.number("x"); }, text),
              "f.toml:1: x: must be a finite number");
    EXPECT_EQ(refused([](TomlTable& t) { (void)t.optional_number("x"); }, text),
              "f.toml:1: x: must be a finite number");
  }
}

TEST(Toml, NamesAKeyThatNobodyAskedForAnywhere) {
  const auto unknown = [](std::string_view text, const std::function<void(TomlTable&)>& read) {
    TomlTable table = open(text);
    read(table);
    return complaint(table);
  };
  EXPECT_EQ(unknown("a = 1\nb = 2\n", [](TomlTable& t) { (void)t.integer("a"); }),
            "f.toml:2: unknown key 'b'");
  EXPECT_EQ(unknown("[t]\na = 1\n", [](TomlTable& t) { (void)t.table("t"); }),
            "f.toml:2: unknown key 'a'");
  EXPECT_EQ(unknown("[[s]]\n[[s]]\n\na = 1\n", [](TomlTable& t) { (void)t.tables("s"); }),
            "f.toml:4: unknown key 'a'");
  EXPECT_EQ(unknown("\n[t]\n", [](TomlTable&) {}), "f.toml:2: unknown key 't'");
  EXPECT_EQ(unknown("t = {a = {b = 1}}\n", [](TomlTable& t) { (void)t.table("t").table("a"); }),
            "f.toml:1: unknown key 'b'");
}

TEST(Toml, TheFirstComplaintWinsAndReadsGoOn) {
  TomlTable table = open(kSample);
  EXPECT_EQ(table.integer("name"), 0);
  EXPECT_EQ(table.table("absent").integer("more"), 0);
  table.refuse("count", "is too small", "use 4");
  EXPECT_EQ(complaint(table), "f.toml:1: name: must be an integer");
}

TEST(Toml, ACallersComplaintCarriesItsRemedy) {
  TomlTable table = open(kSample);
  table.refuse("count", "is too small", "use 4");
  const auto status = table.close();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().what(), "f.toml:2: count: is too small");
  EXPECT_EQ(status.error().hint(), "use 4");
}

TEST(Toml, NamesTheLineOfASyntaxError) {
  for (const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{
           {"a = 1\nb = \n", "f.toml:2: "},
           {"a = 1\na = 2\n", "f.toml:2: "},
           {"\n\n[t\n", "f.toml:3: "},
           {"a = \"\xff\"\n", "f.toml:1: "},
           {"a = 99999999999999999999\n", "f.toml:1: "}}) {
    const auto table = TomlTable::parse(text, "f.toml");
    ASSERT_FALSE(table) << text;
    EXPECT_TRUE(table.error().what().starts_with(place)) << table.error().what();
  }
}

TEST(Toml, RefusesWhatIsTooLargeOrHoldsANul) {
  EXPECT_FALSE(TomlTable::parse(std::string((1 << 20) + 1, '#'), "f.toml"));
  EXPECT_TRUE(TomlTable::parse(std::string(1 << 20, '#'), "f.toml"));
  EXPECT_FALSE(TomlTable::parse(std::string_view("a = 1\0", 6), "f.toml"));
}

// toml++ 3.3 answers with undefined behaviour where it meets such a character.
TEST(Toml, CharactersOutsideAsciiStandInStringsAndCommentsOnly) {
  for (const auto& [text, line] :
       std::vector<std::pair<std::string, int>>{{"é = 1\n", 1},
                                                {"a = é\n", 1},
                                                {"# é\na = 1\n노드 = 1\n", 3},
                                                {"a = 'é'é\n", 1},
                                                {"a = \"\"\"\n\né\"\"\"é\n", 3},
                                                {"a = 394!'é\n", 1},
                                                {"a = 50%\n", 1}}) {
    const auto table = TomlTable::parse(text, "f.toml");
    ASSERT_FALSE(table) << text;
    EXPECT_TRUE(table.error().what().starts_with(fmt::format("f.toml:{}: ", line)))
        << text << table.error().what();
    EXPECT_NE(table.error().hint().find("only in strings"), std::string::npos);
  }
  for (const auto& [text, value] :
       std::vector<std::pair<std::string, std::string>>{{"a = '50 % é' # é%", "50 % é"},
                                                        {"a = \"%41 %é\\u00e9\"", "%41 %éé"},
                                                        {"a = '''\né'é'''", "é'é"}}) {
    EXPECT_EQ(open(text).text("a"), value);
  }
  TomlTable table = open("\"한 %\" = 1\n");
  ASSERT_EQ(table.keys(), std::vector<std::string>{"한 %"});
  EXPECT_TRUE(table.has("한 %"));
  EXPECT_EQ(complaint(table), "f.toml:1: unknown key '한 %'");
  EXPECT_EQ(table.integer("한 %"), 1);
}

TEST(Toml, AKeyWithAnEscapeIsTheSameKey) {
  TomlTable table = open("\"\\u00e9\" = 1\n");
  ASSERT_EQ(table.keys(), std::vector<std::string>{"é"});
  EXPECT_TRUE(table.has("é"));
  EXPECT_EQ(table.where("é"), "f.toml:1");
  EXPECT_EQ(table.integer("é"), 1);
  EXPECT_EQ(complaint(table), "");
  TomlTable mixed = open("\"\\u00e9%\" = 1\n");
  EXPECT_EQ(mixed.integer("é%"), 1);
  EXPECT_EQ(complaint(mixed), "");
  TomlTable twice = open("\"é\" = 1\n\"\\u00e9\" = 2\n");
  EXPECT_EQ(twice.integer("é"), 1);
  EXPECT_EQ(complaint(twice), "f.toml:2: unknown key 'é'");
}

// Such an escape could not be told from a character of the document written in ASCII.
TEST(Toml, RefusesAnEscapeForThePercentSign) {
  for (const std::string text : {"a = \"\\u0025e9\"", "a = 1\nb = \"\\U00000025\""}) {
    const auto table = TomlTable::parse(text, "f.toml");
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error().hint(), "write the character itself");
  }
}

// A hostile file must not exhaust the stack.
TEST(Toml, RefusesNestingWithoutEnd) {
  std::string keys = "a";
  for (int i = 0; i < 200'000; ++i) keys += ".a";
  EXPECT_FALSE(TomlTable::parse(keys + " = 1", "f.toml"));
  EXPECT_FALSE(TomlTable::parse("[" + keys + "]", "f.toml"));
  EXPECT_FALSE(TomlTable::parse("a = " + std::string(200'000, '['), "f.toml"));
  std::string tables = "a = ";
  for (int i = 0; i < 100'000; ++i) tables += "{a=";
  EXPECT_FALSE(TomlTable::parse(tables, "f.toml"));
}

}  // namespace
}  // namespace ga
