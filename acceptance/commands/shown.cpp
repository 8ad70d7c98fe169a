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
    // That floor is one of the near NUMA nodes, and the samples are those of the slowest.
    if (limit.case_id == "pcie.numa") continue;
    shown.limits.push_back({limit.gate, limit.case_id, limit.value, limit.unit, "", 0,
                            std::string(to_word(limit.status)), limit.is_ceiling, limit.key.bytes});
  }
  for (const Ratio& ratio : profile.ratios) {
    // Sums have a ratio at their large size alone.
    const bool is_sum = ratio.case_id.starts_with("allreduce.");
    shown.limits.push_back({ratio.gate, ratio.case_id, 0, "", ratio.of_case, ratio.min_ppm,
                            std::string(to_word(ratio.status)), false,
                            is_sum ? profile.sizes.allreduce_bytes : 0});
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
