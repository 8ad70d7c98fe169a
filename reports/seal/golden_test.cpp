// The sealed sample in reports/golden against this program: the file must go on opening, and its
// payload must go on being what we write. `reports_seal_golden_test --update` makes it anew.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "reports/codec/report_codec.h"
#include "reports/codec/testing/random_report.h"
#include "reports/model/digest.h"
#include "reports/seal/identity.h"
#include "reports/seal/sealed_report.h"
#include "reports/seal/testing/test_key.h"

namespace ga {
namespace {

bool update = false;

const std::string kFolder = std::string(GA_SOURCE_DIR) + "/reports/golden/";

std::string golden(const std::string& name, const std::string& text) {
  if (update) std::ofstream(kFolder + name, std::ios::binary) << text;
  const auto found = read_file(kFolder + name);
  return found ? *found : found.error().what();
}

Report sample() {
  Report report = testing::small_report();
  report.subject = subjects_of(report.evidence.facts);
  return report;
}

const SigningKey& key() {
  static const SigningKey made = *SigningKey::from_pem(testing::kTestKeyPem);
  return made;
}

TEST(SealGolden, ThePayloadForPeopleIsUnchanged) {
  const std::string text = dump_pretty(report_to_json(sample()));
  EXPECT_EQ(golden("sealed.payload.json", text), text)
      << "a changed format needs a new schema number; run with --update if it is meant";
}

TEST(SealGolden, ThePublicHalfOfTheTestKeyIsUnchanged) {
  const std::string text = key().public_key().pem();
  EXPECT_EQ(golden("test-key.pub.pem", text), text);
}

// A signature is another one each time, so the file itself is opened, and never written again.
TEST(SealGolden, TheSealedFileOpensAndHoldsThatPayload) {
  const std::string bytes = golden("sealed.dsse.json", *seal_report(sample(), key()));
  const std::vector<PublicKey> trusted = *load_trusted(kFolder + "test-key.pub.pem");
  const auto opened = open_report(bytes, trusted);
  ASSERT_TRUE(opened) << opened.error().str();
  EXPECT_EQ(opened->report, sample());
  EXPECT_EQ(opened->payload, *report_to_payload(sample()));
}

// docs/report-format.md is what strangers write a verifier from: every key must stand in it.
void expect_documented(const Json& json, const std::string& page) {
  if (json.is_array()) {
    for (const Json& element : json.as_array()) expect_documented(element, page);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.as_object()) {
    const bool known = page.find("`" + key + "`") != std::string::npos ||  // in a table
                       page.find("\"" + key + "\"") != std::string::npos ||
                       page.find(key + ",") != std::string::npos ||  // in a list {a, b}
                       page.find(key + "}") != std::string::npos ||
                       page.find("{" + key + ":") != std::string::npos;
    EXPECT_TRUE(known || key == "k" || key == "m" || key == "n") << key << " is not documented";
    expect_documented(value, page);
  }
}

TEST(SealGolden, TheFormatsPageNamesEveryKey) {
  const auto page = read_file(std::string(GA_SOURCE_DIR) + "/docs/report-format.md");
  ASSERT_TRUE(page) << page.error().str();
  Report report = testing::full_report();
  report.evidence.measurements[0].check->first = FirstMismatch{};
  report.evidence.measurements[0].check->openings = {Opening{}};
  report.evidence.measurements[0].discarded = {{0, "interrupted"}};
  report.suite.libraries = {Library{}};
  report.challenge = ChallengeRef{};
  report.run.resumed = {Resumed{}};
  report.telemetry.gaps = {TelemetryGap{}};
  report.evidence.log = {LogEvent{}};
  expect_documented(report_to_json(report), *page);
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ga::update = argc > 1 && std::string(argv[1]) == "--update";
  return RUN_ALL_TESTS();
}
