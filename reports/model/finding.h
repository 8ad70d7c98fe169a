// Finding: the answer of one gate about one part, and the words it is made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ga {

// borderline: measured, and not decided. not_measured: absent, late, unreadable, or not a number.
// not_applicable comes only from the profile (what was ordered), never from what a machine reports.
enum class Verdict { pass, fail, borderline, not_measured, not_applicable };

// Who has to act. gpu, node and host are hardware; config and site are mended and run again;
// suite is a defect of this program.
enum class Blame { none, gpu, node, host, config, site, suite };

struct Finding {
  std::string gate;     // "hbm.bandwidth"
  std::string unit_id;  // "node", "gpu/3"; renderings add slot and UUID from the facts
  Verdict verdict = Verdict::not_measured;
  std::string code;  // "hbm.bandwidth.below_floor", permanent; empty on a pass
  Blame blame = Blame::none;
  std::string reason;             // one sentence with the number and the limit
  std::string next_step;          // what the operator does now; empty on a pass
  std::vector<std::string> warn;  // never changes the verdict, always printed

  friend bool operator==(const Finding&, const Finding&) = default;
};

std::string_view to_word(Verdict verdict);
std::string_view to_word(Blame blame);
std::optional<Verdict> verdict_from_word(std::string_view word);
std::optional<Blame> blame_from_word(std::string_view word);

}  // namespace ga
