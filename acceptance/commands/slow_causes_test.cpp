// docs/slow-causes.md is what the code yields, and no cause is told as another.
#include "acceptance/commands/slow_causes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace ga {
namespace {

constexpr int kTrials = 10;

TEST(SlowCauses, ThePageIsWhatTheCodeYields) {
  std::ifstream file(GA_SOURCE_DIR "/docs/slow-causes.md");
  std::stringstream committed;
  committed << file.rdbuf();
  const std::string page = slow_causes_page(kTrials);
  if (committed.str() == page) return;
  const std::string written = ::testing::TempDir() + "slow-causes.md";
  std::ofstream(written) << page;
  FAIL() << "cp " << written << " " << GA_SOURCE_DIR << "/docs/slow-causes.md";
}

// Counted from the page, so that the nodes are played once.
TEST(SlowCauses, NoCauseIsToldAsAnother) {
  std::ifstream file(GA_SOURCE_DIR "/docs/slow-causes.md");
  std::size_t rows = 0;
  int slow = 0;
  for (std::string line; std::getline(file, line);) {
    for (const PlacedCause& cause : placed_causes()) {
      const std::string start = "| " + std::string(cause.words) + " |";
      if (!line.starts_with(start)) continue;
      ++rows;
      std::istringstream cells(line.substr(start.size()));
      Answers answers;
      char bar = 0;
      double severity = 0;
      cells >> severity >> bar >> answers.not_slow;
      int sum = answers.not_slow;
      for (int& count : answers.named) {
        cells >> bar >> count;
        sum += count;
      }
      EXPECT_EQ(sum, kTrials) << line;
      EXPECT_EQ(answers.wrong(cause.right), 0) << line;
      slow += answers.of(cause.right);
    }
  }
  EXPECT_EQ(rows, 2 * (1 + 4 * (placed_causes().size() - 1)));
  EXPECT_GT(slow, 200) << "the table must not be vacuous";
}

}  // namespace
}  // namespace ga
