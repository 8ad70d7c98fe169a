#include "acceptance/core/manifest.h"

#include <gtest/gtest.h>

#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::string_view kCsv = "node,serial\nn1,A1\nn1,A2\nn2,B1\n";
constexpr std::string_view kJson =
    R"({"format":1,"gpus":[{"node":"n1","serial":"A1"},{"node":"n1","serial":"A2"},)"
    R"({"node":"n2","serial":"B1"}]})";

std::string refusal(std::string_view text) {
  const auto manifest = parse_manifest(text, "m");
  if (manifest) return "accepted";
  EXPECT_FALSE(manifest.error().hint().empty()) << text;
  return manifest.error().what();
}

void expect_refused(std::string_view text, std::string_view why) {
  EXPECT_NE(refusal(text).find(why), std::string::npos) << refusal(text) << "\nof: " << text;
}

TEST(Manifest, ReadsBothFormsAlike) {
  for (const std::string_view text : {kCsv, kJson}) {
    const auto manifest = parse_manifest(text, "m");
    ASSERT_TRUE(manifest) << manifest.error().what();
    EXPECT_EQ(manifest->rows, (std::vector<ManifestRow>{{"n1", "A1"}, {"n1", "A2"}, {"n2", "B1"}}));
    EXPECT_EQ(manifest->sha256, sha256_hex(text));
  }
}

TEST(Manifest, TakesLinesAsASpreadsheetEndsThem) {
  const auto manifest = parse_manifest("node,serial\r\nn1,A1\r\nn2,B1", "m");
  ASSERT_TRUE(manifest) << manifest.error().what();
  EXPECT_EQ(manifest->rows.size(), 2u);
  EXPECT_EQ(manifest->rows[0].serial, "A1");
}

TEST(Manifest, NamesTheLineOfWhatItRefusesInCsv) {
  expect_refused("", "m:1: the first line");
  expect_refused("serial,node\nA1,n1\n", "m:1: the first line");
  expect_refused("\xef\xbb\xbfnode,serial\nn1,A1\n", "m:1: the first line");
  expect_refused("node,serial\n", "m: no GPU is listed");
  expect_refused("node,serial\nn1,A1\n\nn1,A2\n", "m:3: not two columns");
  expect_refused("node,serial\nn1\n", "m:2: not two columns");
  expect_refused("node,serial\nn1,A1,8\n", "m:2: not two columns");
  expect_refused("node,serial\n,A1\n", "m:2: the node is empty");
  expect_refused("node,serial\nn1,\n", "m:2: the serial is empty");
  expect_refused("node,serial\nn1,A1\nn1,1.65E+12\n", "m:3: the serial has other characters");
  expect_refused("node,serial\nn1, A1\n", "m:2: the serial has other characters");
  expect_refused("node,serial\nn1,\"A1\"\n", "m:2: the serial has other characters");
  expect_refused("node,serial\nn1,A1\nn1,A1\n", "m:3: the row stands twice, first at m:2");
}

TEST(Manifest, NamesTheFieldOfWhatItRefusesInJson) {
  expect_refused("{", "m: ");
  expect_refused(R"({"format":2,"gpus":[]})", "m: manifest.format: only 1 is known");
  expect_refused(R"({"format":1})", "m: manifest");
  expect_refused(R"({"format":1,"gpus":[]})", "m: no GPU is listed");
  expect_refused(R"({"format":1,"gpus":[{"node":"n1"}]})", "manifest.gpus[0]");
  expect_refused(R"({"format":1,"gpus":[{"node":"n1","serial":7}]})", "manifest.gpus[0]");
  expect_refused(R"({"format":1,"gpus":[{"node":"n1","serial":"A","slot":1}]})",
                 "manifest.gpus[0]");
  expect_refused(R"({"format":1,"gpus":[{"node":"n1","serial":""}]})",
                 "m: manifest.gpus[0]: the serial is empty");
  expect_refused(R"({"format":1,"gpus":[{"node":"n","serial":"A"},{"node":"n","serial":"A"}]})",
                 "the row stands twice, first at m: manifest.gpus[0]");
}

TEST(Manifest, RefusesMoreThanAnyDeliveryHas) {
  std::string many = "node,serial\n";
  for (int i = 0; i < 1025; ++i) many += "n1,S" + std::to_string(i) + "\n";
  expect_refused(many, "m:1026: more than 1024 GPUs of node n1");
  expect_refused(std::string((std::size_t{32} << 20) + 1, 'x'), "more than 32 MiB");
}

TEST(ManifestExcerpt, HoldsTheRowsOfThisNodeAndOfSerialsFoundHere) {
  const auto manifest = parse_manifest("node,serial\nn1,A1\nn2,B1\nn2,B2\nn3,A1\n", "m");
  ASSERT_TRUE(manifest);
  Facts facts;
  facts.node.name = KnownText("n1");
  facts.gpus.resize(2);
  facts.gpus[0].serial = KnownText("A1");
  facts.gpus[1].serial = KnownText("B2");
  const ManifestExcerpt excerpt = excerpt_of(*manifest, facts);
  EXPECT_EQ(excerpt.rows, 4);
  EXPECT_EQ(excerpt.sha256, manifest->sha256);
  EXPECT_EQ(excerpt.entries, (std::vector<ManifestRow>{{"n1", "A1"}, {"n2", "B2"}, {"n3", "A1"}}));
  facts.node.name = KnownText::missing("no name");
  EXPECT_EQ(excerpt_of(*manifest, facts).entries.size(), 3u);
}

}  // namespace
}  // namespace ga
