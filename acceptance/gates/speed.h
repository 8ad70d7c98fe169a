// Speed: the part that all floor gates share. A gate names its cases and what they are measured in;
// what they are held to comes from the profile, and the floor rule decides
// (acceptance/core/floor.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

struct SpeedGate {
  std::string_view id;
  std::span<const std::string_view> cases;
  std::string_view unit;        // of the samples
  std::string_view check_kind;  // how the data must have been checked
  bool power_capped = false;    // long blocks, warm-up, trend rule
  bool explained = false;       // whether clock, power and heat may carry the blame
  bool solo_repeat = false;     // the series of all GPUs only screens; one alone decides
  bool ratios = true;           // whether the profile's ratios are of this gate's series
  bool ratio_holds = false;  // where a ratio does not decide: a low one is borderline, no warning
  // The size of the case as params; empty where the profile has none.
  Params (*params)(const Sizes&) = nullptr;
  std::string_view size_key;  // its name in the profile, for the complaint
};

// The name of one series of the gate: everything of the request but its blocks.
Request series_name(const SpeedGate& gate, const Order& order, std::string_view case_id,
                    const std::string& unit_id);

// Blocks that one case on one unit wants, the series of its ratio included.
void ask_case(std::vector<Request>& requests, const SpeedGate& gate, const Order& order,
              const Evidence& evidence, const Request& name);

// One case on one unit, judged. low: the evidence is sound and complete, and not at its floor.
struct CaseResult {
  Finding finding;
  bool low = false;
};
CaseResult judge_case(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                      const Request& name);

std::vector<Request> next_speed(const SpeedGate& gate, const Order& order,
                                const Evidence& evidence);
std::vector<Finding> judge_speed(const SpeedGate& gate, const Order& order,
                                 const Evidence& evidence);

// Whether the complete samples of the series do not meet a floor that decides. Looks at the samples
// alone: what next() asks must not depend on how a worker ended later.
bool falls_short(const SpeedGate& gate, const Order& order, const Evidence& evidence,
                 const Request& name);

// What the gate cannot ask for, because the profile lacks the size; else nothing.
std::optional<Finding> size_missing(const SpeedGate& gate, const Order& order,
                                    const std::string& unit_id);

// The worst of the findings about one unit, with the warnings of all and the reasons of a pass
// joined. Precondition: not empty.
Finding worst_of(std::vector<Finding> findings);

}  // namespace ga
