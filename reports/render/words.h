// The words of the text rendering in each language.
#pragma once

#include <string>
#include <string_view>

#include "reports/model/finding.h"
#include "reports/render/render.h"

namespace ga {

struct Words {
  std::string_view title, decision, cause, judged_by, level, profile, report_id, signature;
  std::string_view not_checked, signed_by, ephemeral, claimed_differs;
  std::string_view findings, none, code, blame, why, next_step, rma, warnings;
  std::string_view verdicts, numbers, legend, floor, ceiling, ratio_floor, worst, no_floor,
      no_samples;
  std::string_view corruption, excluded, not_excluded;
  std::string_view node_facts, slot, serial, per_gpu, absent;
  std::string_view node_name, driver, kernel, part, pci_device, memory, power_limit, max_clock;
  std::string_view run, started, ended, attempt, boot, resumed, interrupted, worker, real_worker,
      simulated, injected, not_real, suite, libraries, algorithms, worker_exits, binding;
  std::string_view proves, limits_of_proof;
  std::string_view proof_signature, proof_unchecked, proof_ephemeral, proof_root,
      proof_self_declared, proof_challenged, proof_l0, proof_l1, proof_recompute;
};

const Words& words_of(Language language);

// "REJECTED", or "불합격 (rejected)": the permanent word is always there.
std::string decision_label(std::string_view decision, Language language);
// What the decision means for whoever reads it.
std::string_view decision_meaning(std::string_view decision, std::string_view cause,
                                  Language language);
std::string cause_label(std::string_view cause, Language language);
std::string_view verdict_label(Verdict verdict, Language language);
std::string_view blame_label(Blame blame, Language language);

// At most 6 columns, for a table.
std::string_view verdict_cell(Verdict verdict, Language language);

}  // namespace ga
