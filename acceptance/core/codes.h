// Codes: the permanent vocabulary of findings. One row a code; a changed meaning is a new code.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/finding.h"

namespace ga {

enum class Action {
  none,
  return_part,
  reset_and_resoak,
  fix_config,
  fix_site,
  measure_again,
  report_bug
};

struct Code {
  std::string_view id;  // "hbm.bandwidth.below_floor"
  Verdict verdict;
  Blame blame;
  Action action;
  bool rma;                  // whether the vendor usually takes it as a reason for return
  std::string_view message;  // English, one line
  std::string_view message_ko;
  std::string_view next_step;  // English, one line, imperative
  std::string_view next_step_ko;
};

std::span<const Code> all_codes();
const Code* find_code(std::string_view id);

// A finding with verdict, blame and next step from the table. Precondition: the code exists; a test
// walks every code the gates use.
Finding found(std::string_view gate, std::string_view unit_id, std::string_view code,
              std::string reason);
Finding passed(std::string_view gate, std::string_view unit_id, std::string reason);

std::string_view to_word(Action action);

// Texts that are the same for every type of element say <type>: the text for that one.
std::string of_type(std::string_view text, std::string_view type);

}  // namespace ga
