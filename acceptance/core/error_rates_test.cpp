#include "acceptance/core/error_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

namespace ga {
namespace {

constexpr std::int64_t kTrials = 4'000;
constexpr std::uint64_t kSeed = 7;

// Five standard deviations of a share of `trials`, in percent, and a little for a share of zero.
double margin(double percent, std::int64_t trials) {
  const double p = percent / 100;
  return 500 * std::sqrt(p * (1 - p) / static_cast<double>(trials)) + 0.15;
}

double percent(std::int64_t count) {
  return 100.0 * static_cast<double>(count) / static_cast<double>(kTrials);
}

TEST(ErrorRates, AtTheFloorAtMostTwoPointSevenPercentPassOrFail) {
  const Rates rates = simulate_units(all_processes()[0], 0, 20'000, kSeed);
  const double most = 2.7 + 300 * std::sqrt(0.027 * 0.973 / 20'000);
  EXPECT_LE(100.0 * static_cast<double>(rates.passed) / 20'000, most);
  EXPECT_LE(100.0 * static_cast<double>(rates.failed) / 20'000, most);
  EXPECT_GT(rates.borderline(), 18'000);
}

TEST(ErrorRates, OnePercentFromTheFloorTheAnswerIsRight) {
  const Rates below = simulate_units(all_processes()[0], -1, kTrials, kSeed);
  const Rates above = simulate_units(all_processes()[0], 1, kTrials, kSeed);
  EXPECT_EQ(below.passed, 0);
  EXPECT_GE(percent(below.failed), 99.5);
  EXPECT_EQ(above.failed, 0);
  EXPECT_GE(percent(above.passed), 99.5);
}

// "| independent | 0.00 | 2.310 | ..." as published.
struct Row {
  std::string name;
  double offset = 0, passed = 0, failed = 0;
};

std::vector<Row> published_rows() {
  std::ifstream file(GA_SOURCE_DIR "/docs/error-rates.md");
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string cell;
    std::vector<std::string> found;
    while (std::getline(cells, cell, '|')) found.push_back(cell);
    if (found.size() != 7 || found[2].find('.') == std::string::npos) continue;
    const std::string& name = found[1];
    if (name.size() < 3) continue;
    rows.push_back({name.substr(1, name.size() - 2), std::stod(found[2]), std::stod(found[3]),
                    std::stod(found[4])});
  }
  return rows;
}

TEST(ErrorRates, ThePublishedTableIsStillTrue) {
  std::size_t compared = 0;
  for (const Row& row : published_rows()) {
    if (row.offset != 0 && std::abs(row.offset) != 0.5) continue;
    for (const Process& process : all_processes()) {
      if (process.name != row.name) continue;
      ++compared;
      const Rates rates = simulate_units(process, row.offset, kTrials, kSeed);
      EXPECT_NEAR(percent(rates.passed), row.passed, margin(row.passed, kTrials))
          << row.name << " " << row.offset;
      EXPECT_NEAR(percent(rates.failed), row.failed, margin(row.failed, kTrials))
          << row.name << " " << row.offset;
    }
  }
  EXPECT_EQ(compared, all_processes().size() * 3);
}

TEST(ErrorRates, AHealthyNodeIsRarelyFailedOrHeld) {
  const NodeRates rates = simulate_nodes(1'000, kSeed);
  EXPECT_LE(rates.failed, 2 + 6);          // 0.2 %, and what chance may add
  EXPECT_LE(rates.not_accepted, 10 + 12);  // 1 %
}

TEST(ErrorRates, TheSameSeedGivesTheSamePage) {
  EXPECT_EQ(error_rates_page(20, 5, 1), error_rates_page(20, 5, 1));
  EXPECT_NE(error_rates_page(20, 5, 1), error_rates_page(20, 5, 2));
}

}  // namespace
}  // namespace ga
