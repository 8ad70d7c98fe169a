// A journal cut anywhere is read up to its last whole record; a journal changed anywhere is not
// believed; a full disk leaves whole records.
#include "acceptance/journal/journal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "acceptance/journal/attempt.h"
#include "reports/model/digest.h"

namespace {
int syncs = 0;  // waits for the disk
}  // namespace

extern "C" {
int __real_fdatasync(int descriptor);
int __wrap_fdatasync(int descriptor) {
  ++syncs;
  return __real_fdatasync(descriptor);
}
}  // extern "C"

namespace ga {
namespace {

OpenEntry opened() {
  OpenEntry entry;
  entry.started = "2026-11-22T07:19:45Z";
  entry.boot_id = "boot";
  entry.programs = {{"gpuaccept", std::string(64, 'a')}};
  entry.profile = {"hgx-h200", "1", std::string(64, 'b')};
  entry.level = "quick";
  entry.worker.simulated = true;
  return entry;
}

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string folder = ::testing::TempDir() + "journal_XXXXXX";
    path_ = std::string(::mkdtemp(folder.data())) + "/journal.jsonl";
  }

  void write_three() {
    auto journal = Journal::create(path_);
    ASSERT_TRUE(journal);
    journal->append(opened(), 1);
    journal->append(SealEntry{"2026-11-22T07:20:45Z"}, 2);
    journal->append(CloseEntry{"rehearsed", "", std::string(64, 'c'), 3}, 3);
    ASSERT_TRUE(journal->sync());
  }

  std::string bytes() const { return *read_file(path_); }
  std::ptrdiff_t lines() const {
    const std::string text = bytes();
    return std::count(text.begin(), text.end(), '\n');
  }
  void put(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }

  std::string path_;
};

TEST_F(JournalTest, AClosedJournalSaysWhatItCameTo) {
  write_three();
  const auto summary = summarize_journal(path_);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->sound) << summary->fault;
  EXPECT_TRUE(summary->closed);
  EXPECT_EQ(summary->records, 3);
  EXPECT_EQ(summary->decision, "rehearsed");
}

TEST_F(JournalTest, EveryPrefixIsReadOrCut) {
  write_three();
  const std::string whole = bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put(whole.substr(0, length));
    const auto end = read_journal(path_, [](const Record&) -> Status { return Ok{}; });
    ASSERT_TRUE(end);
    ASSERT_TRUE(end->sound) << length << ": " << end->fault;
    const auto lines = std::count(whole.begin(), whole.begin() + static_cast<long>(length), '\n');
    ASSERT_EQ(end->records, lines) << length;
    ASSERT_EQ(end->good_bytes + end->torn_bytes, static_cast<std::int64_t>(length));
    ASSERT_FALSE(summarize_journal(path_)->closed) << length;
  }
}

TEST_F(JournalTest, EveryFlippedByteBreaksTheChain) {
  write_three();
  const std::string whole = bytes();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string spoiled = whole;
    spoiled[at] = static_cast<char>(spoiled[at] ^ 0x01);
    put(spoiled);
    const auto summary = summarize_journal(path_);
    ASSERT_TRUE(summary);
    ASSERT_FALSE(summary->sound) << at;
    ASSERT_FALSE(summary->fault.empty());
  }
}

TEST_F(JournalTest, ARecordTakenOutOrSwappedBreaksTheChain) {
  write_three();
  const std::string whole = bytes();
  const std::size_t first = whole.find('\n') + 1;
  const std::size_t second = whole.find('\n', first) + 1;
  put(whole.substr(0, first) + whole.substr(second));
  EXPECT_FALSE(summarize_journal(path_)->sound);
  put(whole.substr(first));
  EXPECT_FALSE(summarize_journal(path_)->sound);
  put(whole + whole.substr(second));
  EXPECT_FALSE(summarize_journal(path_)->sound);
}

TEST_F(JournalTest, NothingIsNoJournal) {
  put("");
  EXPECT_FALSE(summarize_journal(path_)->sound);
  EXPECT_FALSE(summarize_journal(path_ + ".none"));
}

TEST_F(JournalTest, GoesOnAfterATornLine) {
  write_three();
  const std::string whole = bytes();
  const std::size_t second = whole.find('\n', whole.find('\n') + 1) + 1;
  put(whole.substr(0, second) + "{\"n\":2,\"pr");
  auto attempt = Attempt::load(path_);
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->torn_bytes(), 10);
  ASSERT_TRUE(attempt->go_on({.at = "2026-11-22T08:00:00Z", .boot_id = "boot"}, 9));
  const auto again = Attempt::load(path_);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->fold().run().resumed.size(), 1u);
  EXPECT_EQ(summarize_journal(path_)->records, 3);
}

TEST_F(JournalTest, RefusesToOverwrite) {
  write_three();
  EXPECT_FALSE(Journal::create(path_));
}

TEST_F(JournalTest, AFolderThatCannotBeWrittenIsNamed) {
  const auto journal = Journal::create("/proc/no/journal.jsonl");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().what().find("/proc/no"), std::string::npos);
}

TEST_F(JournalTest, AWrongWordIsOnDiskAtOnceAndARightOneWhenWritten) {
  auto attempt = Attempt::begin(path_, opened(), 1);
  ASSERT_TRUE(attempt);
  AskEntry ask{.ask = 1, .worker = "load gpu/3", .purpose = Purpose::warmup};
  ask.request.id = 1;
  ask.request.verb = Verb::case_;
  ask.request.case_id = "memory.copy";
  ASSERT_TRUE(attempt->record(ask, 2));
  Check check{.kind = "exact", .expected = "aa", .got = "aa"};
  const int synced = syncs;
  ASSERT_TRUE(attempt->record(EventEntry{1, {1, 0, 5, CheckEvent{0, check}}}, 3));
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(syncs, synced);
  check.got = "ab";
  ASSERT_TRUE(attempt->record(EventEntry{1, {1, 1, 6, CheckEvent{1, check}}}, 4));
  EXPECT_EQ(lines(), 4);
  EXPECT_EQ(syncs, synced + 1) << "a power cut takes what was only written";
}

// Each block is right by itself, and there is one right word: the series is wrong.
TEST_F(JournalTest, BlocksThatDisagreeAreOnDiskAtOnceAndSoIsWhatGpusAreComparedBy) {
  auto attempt = Attempt::begin(path_, opened(), 1);
  ASSERT_TRUE(attempt);
  AskEntry ask{.ask = 1, .worker = "load gpu/3", .purpose = Purpose::series};
  ask.gate = "exercise.exact";
  ask.unit_id = "gpu/3";
  ask.request.id = 1;
  ask.request.verb = Verb::case_;
  ask.request.blocks = 2;
  std::int64_t seq = 0;
  const auto answer = [&](std::int64_t of, std::int64_t block, const Check& check) {
    const SampleEvent sample{.block = block, .unit = "ns", .value = 1};
    EXPECT_TRUE(attempt->record(EventEntry{of, {of, seq++, 5, sample}}, 3));
    EXPECT_TRUE(attempt->record(EventEntry{of, {of, seq++, 5, CheckEvent{block, check}}}, 3));
  };
  ask.request.case_id = "exercise.l2";
  ASSERT_TRUE(attempt->record(ask, 2));
  const int synced = syncs;
  answer(1, 0, {.kind = "exact", .expected = "aa", .got = "aa"});
  EXPECT_EQ(syncs, synced);
  answer(1, 1, {.kind = "exact", .expected = "bb", .got = "bb"});
  EXPECT_EQ(syncs, synced + 1);
  ask.ask = ask.request.id = 2;
  ask.request.case_id = "exercise.special";
  ASSERT_TRUE(attempt->record(ask, 4));
  answer(2, 0, {.kind = "reference", .expected = "", .got = "cc"});
  EXPECT_EQ(syncs, synced + 2);
}

// A file size limit fails like a full disk: some bytes of a write, then none.
TEST_F(JournalTest, AFullDiskLeavesWholeRecords) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto journal = Journal::create(path_);
  ASSERT_TRUE(journal);
  journal->append(opened(), 1);
  ASSERT_TRUE(journal->sync());
  const auto size = static_cast<rlim_t>(bytes().size());
  const rlimit tight{.rlim_cur = size + 100, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  journal->append(SealEntry{"2026-11-22T07:20:45Z"}, 2);
  const Status written = journal->sync();
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().hint().find("--resume"), std::string::npos);
  EXPECT_EQ(bytes().size(), size);
  EXPECT_TRUE(summarize_journal(path_)->sound);
  journal->append(SealEntry{"2026-11-22T07:20:45Z"}, 3);
  EXPECT_FALSE(journal->sync()) << "after an error nothing may be written again";
  EXPECT_EQ(bytes().size(), size);
}

}  // namespace
}  // namespace ga
