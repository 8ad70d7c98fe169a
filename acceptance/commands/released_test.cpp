// Every sample in reports/golden/released against this program: what was once written must go on
// being read. A new version of a format brings a folder of its own, and no old one goes.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>

#include "acceptance/core/manifest.h"
#include "acceptance/core/profile.h"
#include "acceptance/gates/gates.h"
#include "acceptance/journal/journal.h"
#include "acceptance/sim/scenario.h"
#include "acceptance/wire/message.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/seal/challenge.h"
#include "reports/seal/sealed_report.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(GA_SOURCE_DIR) + "/reports/golden/";

std::vector<PublicKey> test_key() { return *load_trusted(kGolden + "test-key.pub.pem"); }

template <class T>
Status done(const Result<T>& read) {
  if (!read) return read.error();
  return Ok{};
}

Status read_wire(const std::string& text) {
  std::size_t lines = 0;
  for (std::size_t from = 0, to = 0; (to = text.find('\n', from)) != text.npos; from = to + 1) {
    const std::string line = text.substr(from, to - from);
    GA_CHECK(line.find("\"verb\":") == line.npos ? done(decode_event(line))
                                                 : done(decode_request(line)));
    ++lines;
  }
  if (lines == 0) return Error(ErrorCode::parse, "no line");
  return Ok{};
}

// "Closed", because half a journal is sound too.
Status read_closed_journal(const std::string& path) {
  GA_TRY(const JournalSummary summary, summarize_journal(path));
  if (summary.sound && summary.closed) return Ok{};
  return Error(ErrorCode::parse, "not sound and closed: " + summary.fault);
}

using Reader = std::function<Status(const std::string& path, const std::string& bytes)>;

// The versions that this program writes or takes. "format-version", as the folders are called.
const std::map<std::string, Reader> kReaders{
    {"report-1",
     [](const auto&, const auto& bytes) { return done(open_report(bytes, test_key())); }},
    {"challenge-1",
     [](const auto&, const auto& bytes) { return done(open_challenge(bytes, test_key())); }},
    {"wire-1", [](const auto&, const auto& bytes) { return read_wire(bytes); }},
    {"journal-1", [](const auto& path, const auto&) { return read_closed_journal(path); }},
    {"profile-1", [](const auto& path,
                     const auto& bytes) { return done(parse_profile(bytes, path, gate_ids())); }},
    {"scenario-1",
     [](const auto& path, const auto& bytes) { return done(parse_scenario(bytes, path)); }},
    {"manifest-1",
     [](const auto& path, const auto& bytes) { return done(parse_manifest(bytes, path)); }},
};

TEST(Released, EverySampleIsStillRead) {
  std::map<std::string, int> samples;
  for (const fs::directory_entry& folder : fs::directory_iterator(kGolden + "released")) {
    const std::string format = folder.path().filename().string();
    const auto reader = kReaders.find(format);
    ASSERT_NE(reader, kReaders.end()) << "nothing reads " << format;
    for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
      const std::string path = file.path().string();
      const Status read = reader->second(path, *read_file(path));
      EXPECT_TRUE(read) << path << ": " << read.error().str();
      ++samples[format];
    }
  }
  for (const auto& [format, reader] : kReaders) EXPECT_GT(samples[format], 0) << format;
}

// A version that is raised without a sample of the new one would leave the list as it is.
TEST(Released, TheVersionsOfTodayAreAmongThem) {
  EXPECT_TRUE(kReaders.contains("report-" + std::to_string(kReportSchema)));
  EXPECT_TRUE(kReaders.contains("wire-" + std::to_string(kWireVersion)));
  EXPECT_TRUE(kReaders.contains("challenge-" +
                                std::string(kChallengeType.substr(kChallengeType.rfind(':') + 1))));
}

}  // namespace
}  // namespace ga
