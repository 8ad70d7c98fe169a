// No other bytes than the ones that were sealed open: every flipped bit at every position of a
// small report, every truncation, insertions and deletions; with GA_SOAK=1 also every other value,
// and one random change at every position of a full one. Each case goes through the reader that
// `verify` uses, and is counted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

#include "reports/codec/testing/random_report.h"
#include "reports/seal/sealed_report.h"

namespace ga {
namespace {

using Clock = std::chrono::steady_clock;

struct Tally {
  std::atomic<std::int64_t> refused{0}, opened{0};
};

class Bytes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { key_ = *SigningKey::generate(); }

  // Calls change(bytes, position, tally) for every position, on two threads with a copy each.
  static void for_each_position(
      const std::string& sealed,
      const std::function<void(std::string&, std::size_t, const std::function<void()>&)>& change,
      const std::string& what) {
    const std::vector<PublicKey> trusted{key_.public_key()};
    ASSERT_TRUE(open_report(sealed, trusted));
    const auto begin = Clock::now();
    Tally tally;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      std::string bytes = sealed;
      const std::function<void()> attempt = [&] {
        open_report(bytes, trusted) ? ++tally.opened : ++tally.refused;
      };
      for (std::size_t at = next++; at < sealed.size(); at = next++) change(bytes, at, attempt);
    };
    std::thread second(work);
    work();
    second.join();
    const std::chrono::duration<double> spent = Clock::now() - begin;
    fmt::print("{}: {} bytes, {} cases, {} refused, {} opened, {:.1f} s\n", what, sealed.size(),
               tally.refused + tally.opened, tally.refused.load(), tally.opened.load(),
               spent.count());
    EXPECT_EQ(tally.opened, 0);
    EXPECT_GE(tally.refused, static_cast<std::int64_t>(sealed.size()));
  }

  static SigningKey key_;
};
SigningKey Bytes::key_;

void every_flipped_bit(std::string& bytes, std::size_t at, const std::function<void()>& attempt) {
  const char kept = bytes[at];
  for (int bit = 0; bit < 8; ++bit) {
    bytes[at] = static_cast<char>(static_cast<unsigned char>(kept) ^ (1 << bit));
    attempt();
  }
  bytes[at] = kept;
}

void every_other_value(std::string& bytes, std::size_t at, const std::function<void()>& attempt) {
  const char kept = bytes[at];
  for (int step = 1; step < 256; ++step) {
    bytes[at] = static_cast<char>(static_cast<unsigned char>(kept) + step);
    attempt();
  }
  bytes[at] = kept;
}

void one_random_value(std::string& bytes, std::size_t at, const std::function<void()>& attempt) {
  std::minstd_rand random(static_cast<unsigned>(at) + 1);
  random.discard(3);
  const char kept = bytes[at];
  const auto step = static_cast<int>(1 + random() % 255);
  bytes[at] = static_cast<char>(static_cast<unsigned char>(kept) + step);
  attempt();
  bytes[at] = kept;
}

TEST_F(Bytes, EveryFlippedBitAtEveryPositionIsRefused) {
  const std::string sealed = *seal_report(testing::bare_report(), key_);
  for_each_position(sealed, every_flipped_bit, "every flipped bit");
}

TEST_F(Bytes, EveryOtherValueAtEveryPositionIsRefused) {
  if (std::getenv("GA_SOAK") == nullptr) GTEST_SKIP() << "runs with GA_SOAK=1: half a minute";
  const std::string sealed = *seal_report(testing::bare_report(), key_);
  ASSERT_LE(sealed.size(), 8000U);
  for_each_position(sealed, every_other_value, "every other value");
}

TEST_F(Bytes, EveryOtherValueAtEveryPositionOfAGpuReportIsRefused) {
  if (std::getenv("GA_SOAK") == nullptr) GTEST_SKIP() << "runs with GA_SOAK=1: it takes a minute";
  const std::string sealed = *seal_report(testing::small_report(), key_);
  for_each_position(sealed, every_other_value, "every other value, one GPU");
}

TEST_F(Bytes, OneRandomChangeAtEveryPositionIsRefused) {
  const std::string sealed = *seal_report(testing::small_report(), key_);
  for_each_position(sealed, one_random_value, "one random change, one GPU");
}

TEST_F(Bytes, EveryTruncationAndDeletionIsRefused) {
  const std::string sealed = *seal_report(testing::small_report(), key_);
  for_each_position(
      sealed,
      [&sealed](std::string& bytes, std::size_t at, const std::function<void()>& attempt) {
        bytes.assign(sealed, 0, at);
        attempt();
        bytes.append(sealed, at + 1);  // all but this byte
        attempt();
        bytes.assign(sealed, at == 0 ? 1 : at);  // without its beginning
        attempt();
        bytes = sealed;
      },
      "truncations and deletions");
}

// Every value inserted at each seventeenth position, and the ones that might pass at all of them.
TEST_F(Bytes, EveryInsertionIsRefused) {
  const std::string sealed = *seal_report(testing::small_report(), key_);
  for_each_position(
      sealed,
      [&sealed](std::string& bytes, std::size_t at, const std::function<void()>& attempt) {
        constexpr std::string_view kLikely(" \n\t\r\0=A\\\"", 9);
        for (int value = 0; value < 256; ++value) {
          const char c = static_cast<char>(value);
          if (at % 17 != 0 && kLikely.find(c) == std::string_view::npos) continue;
          bytes.insert(at, 1, c);
          attempt();
          bytes.erase(at, 1);
        }
        if (at + 1 == sealed.size()) {
          bytes += '\n';
          attempt();
          bytes.pop_back();
        }
      },
      "insertions");
}

TEST_F(Bytes, OneRandomChangeAtEveryPositionOfAFullReportIsRefused) {
  if (std::getenv("GA_SOAK") == nullptr) GTEST_SKIP() << "runs with GA_SOAK=1: it takes minutes";
  const std::string sealed = *seal_report(testing::full_report(), key_);
  for_each_position(sealed, one_random_value, "one random change, full");
}

TEST_F(Bytes, OpeningAFullReportIsQuick) {
  const std::string sealed = *seal_report(testing::full_report(), key_);
  const std::vector<PublicKey> trusted{key_.public_key()};
  std::vector<double> ms;
  for (int i = 0; i < 11; ++i) {
    const auto begin = Clock::now();
    ASSERT_TRUE(open_report(sealed, trusted));
    ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::sort(ms.begin(), ms.end());
  fmt::print("opening {} bytes: median {:.2f} ms\n", sealed.size(), ms[5]);
  EXPECT_LT(ms[0], 2000.0);
}

}  // namespace
}  // namespace ga
