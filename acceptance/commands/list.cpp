// list: gates, profiles, cases and scenarios, one a line, the name first.
#include <fmt/format.h>

#include <algorithm>

#include "acceptance/commands/access.h"
#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "acceptance/sim/scenarios.h"
#include "benches/cases/case_table.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

using Row = std::pair<std::string, std::string>;

std::string aligned(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.first.size());
  std::string out;
  for (const auto& [name, text] : rows)
    out += fmt::format("{:<{}}  {}\n", name, width, clean(text));
  return out;
}

std::vector<Row> gates_as_me() {
  const Access access = look_around();
  std::vector<Row> rows;
  for (const Gate& gate : all_gates()) rows.emplace_back(gate.id, access_text(access, gate.id));
  return rows;
}

std::vector<Row> gates() {
  std::vector<Row> rows;
  for (const Gate& gate : all_gates()) rows.emplace_back(gate.id, gate.question);
  return rows;
}

Result<std::vector<Row>> profiles() {
  std::vector<Row> rows;
  for (const Embedded& builtin : builtin_profiles()) {
    GA_TRY(const Profile profile, load_profile(std::string(builtin.name), gate_ids()));
    rows.emplace_back(
        builtin.name,
        fmt::format("{} {} {}, GPUs: {}, gates: {}, accepts from level {}", profile.version,
                    to_word(profile.status), to_word(profile.kind), profile.ordered.gpus,
                    profile.required.size(), to_word(profile.accept_level)));
  }
  return rows;
}

std::vector<Row> cases() {
  std::vector<Row> rows;
  for (const CaseInfo& info : all_cases()) {
    std::string parameters;
    for (const CaseParameter& parameter : info.parameters) {
      parameters += fmt::format(" {}={}", parameter.name, parameter.fallback);
    }
    rows.emplace_back(info.id, fmt::format("{}; {}{}", info.description, info.unit, parameters));
  }
  return rows;
}

// The first comment line of a scenario is its description.
std::string first_comment(std::string_view text) {
  if (!text.starts_with('#')) return "";
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::string(line.substr(std::min(line.find_first_not_of("# "), line.size())));
}

std::vector<Row> scenarios() {
  std::vector<Row> rows;
  for (const Embedded& scenario : builtin_scenarios()) {
    rows.emplace_back(scenario.name, first_comment(scenario.text));
  }
  return rows;
}

}  // namespace

int list_command(const std::string& what, bool as_me) {
  if (as_me && what != "gates") {
    return fail(Error(ErrorCode::usage, fmt::format("list: --as-me says nothing about {}", what))
                    .hinted("gpuaccept list gates --as-me"));
  }
  if (what == "gates") return answer(aligned(as_me ? gates_as_me() : gates()));
  if (what == "cases") return answer(aligned(cases()));
  if (what == "scenarios") return answer(aligned(scenarios()));
  const Result<std::vector<Row>> rows = profiles();
  return rows ? answer(aligned(*rows)) : fail(rows.error());
}

}  // namespace ga
