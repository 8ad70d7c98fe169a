#include "acceptance/commands/shown.h"

#include "acceptance/core/codes.h"

namespace ga {

Shown shown_of(const Profile& profile, const Decision& decision, std::vector<Finding> findings,
               std::string judged_by) {
  Shown shown;
  shown.decision = decision.word;
  shown.cause = decision.cause;
  shown.judged_by = std::move(judged_by);
  for (const Limit& limit : profile.limits) {
    shown.limits.push_back({limit.gate, limit.case_id, limit.value, limit.unit, "", 0,
                            std::string(to_word(limit.status))});
  }
  for (const Ratio& ratio : profile.ratios) {
    shown.limits.push_back({ratio.gate, ratio.case_id, 0, "", ratio.of_case, ratio.min_ppm,
                            std::string(to_word(ratio.status))});
  }
  for (const Finding& finding : findings) {
    const Code* code = find_code(finding.code);
    if (code == nullptr) continue;
    shown.codes[finding.code] = {std::string(code->message_ko), std::string(code->next_step_ko),
                                 std::string(to_word(code->action)), code->rma};
  }
  shown.findings = std::move(findings);
  return shown;
}

}  // namespace ga
