// Judgement: findings of all gates, and the one function that turns them into a decision.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

// Of asking, until no gate asks for more: one for each cycle of a soak of 72 h, and as many again
// for units that lag behind. Gates that need more do not converge.
inline constexpr int kMostRounds = 300;

// Everything any gate still asks for, in gate order, for required gates only.
std::vector<Request> ask_all(std::span<const Gate> gates, const Order& order,
                             const Evidence& evidence);

// Findings of every gate, in gate order. A gate the profile does not require gives one
// not_applicable; a gate that still asks for something cannot pass: evidence.incomplete.
std::vector<Finding> judge_all(std::span<const Gate> gates, const Order& order,
                               const Evidence& evidence);

// After the read-only gates: true if configuration or site is wrong, so that nothing is loaded.
// Depends on facts and the counters before only.
bool stops_before_load(std::span<const Finding> findings);

// Plays the evidence back from nothing, giving next() only what it asked for. An error names the
// first series or block that nobody ever asked for.
Status check_asked(std::span<const Gate> gates, const Order& order, const Evidence& evidence);

struct Decision {
  std::string word;   // accepted screened passed rehearsed rejected inconclusive
  std::string cause;  // hardware, config, site; interrupted, not_measured, borderline; or empty
  friend bool operator==(const Decision&, const Decision&) = default;
};

// What a decision depends on beside the findings.
struct Standing {
  bool real_worker = false;
  bool injected = false;
  bool challenged = false;
  bool interrupted = false;  // the run was closed by a signal: names the cause, nothing else
};

Decision decide(const Order& order, const Standing& standing, std::span<const Finding> findings);

// 0 accepted, screened, passed; 1 rejected for hardware; 5 rejected for config or site; 3 the rest.
int exit_code(const Decision& decision);

// Whether `word` is at least `required`: accepted > screened > rehearsed, passed > rehearsed.
bool reaches(std::string_view word, std::string_view required);

}  // namespace ga
