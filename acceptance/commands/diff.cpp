// diff: what two reports say differently: decision, findings, facts, medians. Or what two
// judgements of a report do, each written by `verify --json`.
#include <optional>
#include <string>
#include <vector>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/difference.h"
#include "acceptance/commands/input.h"
#include "acceptance/commands/judgement.h"

namespace ga {
namespace {

// The judgement in the file; nothing where it is anything else.
Result<std::optional<Judgement>> read_judgement(const std::string& path) {
  GA_TRY(const std::string bytes, read_envelope_file(path));
  const Result<Json> json = parse_json(bytes);
  if (!json) return std::optional<Judgement>();  // read_unverified() says what it is not
  auto judgement = judgement_from_json(*json);
  if (!judgement) return std::move(judgement).error().with(path);
  return judgement;
}

int diff_reports(const std::vector<std::string>& paths) {
  std::vector<Report> reports;
  for (const std::string& path : paths) {
    auto file = read_unverified(path);
    if (!file) return fail_on_report(file.error());
    reports.push_back(std::move(file->report));
  }
  note("signatures were not checked and nothing was judged again; gpuaccept verify does both");
  return answer(difference_text(reports[0], reports[1]));
}

}  // namespace

int diff_command(const std::string& a, const std::string& b) {
  const auto first = read_judgement(a), second = read_judgement(b);
  for (const auto* read : {&first, &second}) {
    if (!*read) return fail_on_report(read->error());
  }
  if (first->has_value() != second->has_value()) {
    return fail(Error(ErrorCode::usage, "diff: one file is a report and the other a judgement")
                    .hinted("compare two reports, or two outputs of gpuaccept verify --json"));
  }
  if (!first->has_value()) return diff_reports({a, b});
  return answer(difference_text(**first, **second));
}

}  // namespace ga
