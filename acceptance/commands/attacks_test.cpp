// docs/attacks.md against this program: every attack of the page has a builder here, every builder
// a row there, and verify names the step and the reason of that row.
#include "acceptance/commands/testing/attacks.h"

#include <gtest/gtest.h>

#include <sstream>

#include "reports/model/digest.h"

namespace ga {
namespace {

struct Row {
  std::string step, reason;
};

std::string unquoted(const std::string& cell) {
  const std::size_t from = cell.find('`'), to = cell.rfind('`');
  return from == to ? "" : cell.substr(from + 1, to - from - 1);
}

// | `id` | attack | what others do | `step` | `reason` |
std::map<std::string, Row> rows_of_the_page() {
  std::map<std::string, Row> rows;
  const auto text = read_file(std::string(GA_SOURCE_DIR) + "/docs/attacks.md");
  std::istringstream page(text ? *text : "");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    EXPECT_EQ(cells.size(), 5U) << line;
    if (cells.size() != 5) continue;
    const bool fresh =
        rows.emplace(unquoted(cells[0]), Row{unquoted(cells[3]), unquoted(cells[4])}).second;
    EXPECT_TRUE(fresh) << "twice: " << line;
  }
  return rows;
}

testing::Attacks all_attacks() {
  testing::Attacks all = testing::attacks_on_envelopes();
  for (const auto& more : {testing::attacks_on_payloads(), testing::attacks_on_judgement(),
                           testing::attacks_on_challenges(), testing::attacks_on_work()}) {
    all.insert(more.begin(), more.end());
  }
  return all;
}

TEST(Attacks, BeginWithReportsThatVerify) {
  for (const Report& report : {testing::sound_report(), testing::sound_answer()}) {
    const testing::Refusal refusal = testing::refusal_of_signed(testing::payload_of(report));
    EXPECT_EQ(refusal.step, "") << refusal.why;
  }
}

TEST(Attacks, BeginWithWorkThatPasses) { EXPECT_EQ(testing::refusal_of_sound_work().why, ""); }

TEST(Attacks, AreRefusedAsThePageSays) {
  const auto rows = rows_of_the_page();
  const testing::Attacks attacks = all_attacks();
  for (const auto& [id, attack] : attacks) {
    const testing::Refusal refusal = attack();
    const auto row = rows.find(id);
    if (row == rows.end()) {
      ADD_FAILURE() << "no row in docs/attacks.md: " << id << " | " << refusal.step << " | "
                    << refusal.why;
      continue;
    }
    EXPECT_FALSE(row->second.step.empty() || row->second.reason.empty()) << id;
    EXPECT_EQ(refusal.step, row->second.step) << id << ": " << refusal.why;
    EXPECT_NE(refusal.why.find(row->second.reason), std::string::npos) << id << ": " << refusal.why;
  }
  for (const auto& [id, row] : rows) EXPECT_TRUE(attacks.contains(id)) << "nobody tries " << id;
}

}  // namespace
}  // namespace ga
