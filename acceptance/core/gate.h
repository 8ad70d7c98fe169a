// Gate: one question about a delivered node, as two pure functions of (order, evidence).
//
// next() says what is still to be measured, judge() answers from what was. Neither knows how
// measuring is done: the run asks them, and so does a verifier who holds nothing but the report.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/profile.h"
#include "reports/model/report.h"

namespace ga {

// What was ordered, and how deeply it is to be looked at.
struct Order {
  const Profile& profile;
  Level level = Level::standard;
  std::string nonce = {};  // of the challenge; empty: there is none

  // Whether the profile requires the gate, at this level; kFreshnessGate a challenge alone asks,
  // kSoakGate level soak alone.
  bool asks(std::string_view gate) const;
};

inline constexpr std::string_view kFreshnessGate = "identity.freshness";
inline constexpr std::string_view kSoakGate = "soak.digest";

// The order in which requests run. A phase starts when no gate asks for an earlier one. Before
// steady the run warms every GPU up once, by time. memory, pulses: one after the other on all GPUs.
// links: of the whole node, one after the other. soak: in the order they are asked for, a cycle at
// a time.
enum class Phase { cold_exact, screen, steady, memory, links, pulses, soak, hot_exact };

// The unit of a series that spans the GPUs.
inline constexpr std::string_view kNodeUnit = "node";

// together: on all units at the same time. alone: with every other GPU idle.
enum class Placement { together, alone };

// Blocks still wanted for one series. A series is named by (gate, case_id, unit_id, params): asking
// again extends it, and never starts it anew.
struct Request {
  std::string gate, case_id, unit_id;
  Params params;
  std::int64_t blocks = 0;
  std::int64_t block_ns = 0;
  Phase phase = Phase::steady;
  Placement placement = Placement::together;
  friend bool operator==(const Request&, const Request&) = default;
};

struct Gate {
  std::string_view id;        // permanent: "hbm.bandwidth"
  std::string_view question;  // one sentence, English
  std::string_view question_ko;
  std::vector<Request> (*next)(const Order&, const Evidence&);  // empty: done. Bounded.
  // One finding for each unit the profile orders, or one for the node. Never empty.
  std::vector<Finding> (*judge)(const Order&, const Evidence&);
};

// The series of that name, or null.
const Measurement* find_series(const Evidence& evidence, const Request& name);

// "gpu/0" ... for the number of GPUs that was ordered, present or not.
std::vector<std::string> ordered_units(const Profile& profile);

}  // namespace ga
