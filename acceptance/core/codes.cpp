#include "acceptance/core/codes.h"

#include <algorithm>
#include <utility>

#include "acceptance/core/codes_table.h"

namespace ga {

std::span<const Code> all_codes() {
  static const std::vector<Code> table = [] {
    std::vector<Code> codes;
    for (const auto family : {evidence_codes(), configuration_codes(), health_codes(), host_codes(),
                              link_codes(), event_counter_codes(), event_part_codes(),
                              event_log_codes(), speed_codes(), compute_codes(), copy_codes(),
                              sum_codes(), memory_codes(), exercise_codes(), power_codes()}) {
      codes.insert(codes.end(), family.begin(), family.end());
    }
    return codes;
  }();
  return table;
}

const Code* find_code(std::string_view id) {
  const auto codes = all_codes();
  const auto at =
      std::find_if(codes.begin(), codes.end(), [&](const Code& code) { return code.id == id; });
  return at == codes.end() ? nullptr : &*at;
}

Finding found(std::string_view gate, std::string_view unit_id, std::string_view code,
              std::string reason) {
  Finding finding;
  finding.gate = gate;
  finding.unit_id = unit_id;
  finding.code = code;
  finding.reason = std::move(reason);
  // A code that is not in the table is our own mistake, and still never a pass.
  finding.verdict = Verdict::not_measured;
  finding.blame = Blame::suite;
  finding.next_step = "report this as a bug: the code is not in the table";
  if (const Code* row = find_code(code)) {
    finding.verdict = row->verdict;
    finding.blame = row->blame;
    finding.next_step = row->next_step;
  }
  return finding;
}

Finding passed(std::string_view gate, std::string_view unit_id, std::string reason) {
  Finding finding;
  finding.gate = gate;
  finding.unit_id = unit_id;
  finding.verdict = Verdict::pass;
  finding.reason = std::move(reason);
  return finding;
}

std::string_view to_word(Action action) {
  switch (action) {
    case Action::none:
      return "none";
    case Action::return_part:
      return "return";
    case Action::reset_and_resoak:
      return "reset and re-soak";
    case Action::fix_config:
      return "fix configuration";
    case Action::fix_site:
      return "fix site";
    case Action::measure_again:
      return "measure again";
    case Action::report_bug:
      return "report a bug";
  }
  return "none";
}

}  // namespace ga
