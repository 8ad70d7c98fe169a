// The one catalogue of messages: the words of the text rendering and of the page.
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

  // Of the page alone.
  std::string_view skip, contents, banner_simulated, banner_injected, banner_not_real,
      self_declared, challenged, draft_profile, about, who, what, when, where, signer, signer_key,
      duration, minutes, hours, gpus, index, identity_level, level_l0, level_l1, level_l2, level_l3,
      reached, class_a, class_b, class_c, class_d, gate, node_column, grid_note, question,
      part_column, reason_column, blocks, median, bounds, margin, strip_note, limit_line,
      gross_line, limit_source, strip_label, no_findings, no_warnings, passes, passes_note,
      conditions, conditions_note, clock, power, temperature, chart_label, links, links_note,
      p2p_one, p2p_all, by_sms, by_copy_engine, from_to, numa_alone, numa_together, numa_to,
      numa_from, limit_column, series_column, no_numbers, versions, programs, digest, file, verify,
      verify_note, verify_id, verify_alone, no_report_id, footer, act_first, version, proof;
};

extern const Words kEnglish, kKorean;
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
