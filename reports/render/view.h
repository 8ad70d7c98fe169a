// What every rendering says, before any layout: which findings go together, what a series is called
// and held to, how the run ended. Text and HTML say the same because both ask here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/render/render.h"
#include "reports/render/words.h"

namespace ga {

struct View {
  const Report& report;
  const Shown& shown;
  Language language;
};

// GPUs by number, everything else before them by name.
bool unit_before(const std::string& a, const std::string& b);
// "node", "gpu/0" ...: the units of the report and of the findings, in that order.
std::vector<std::string> units_of(const View& view);
// "gpu/3 (PCI 0000:5d:00.0, GPU-41f0..., serial 165...)": the part as a field engineer finds it.
std::string part_name_of(const View& view, const std::string& unit_id);

// Findings.
std::vector<std::string> gates_of(const Shown& shown);
// 0 is a fault of the hardware, 4 a pass: hardware before what the operator can mend, and a defect
// of this suite last.
int rank_of(const Finding& finding);
// How bad a verdict is, 0 the worst.
int rank_of(Verdict verdict);
// Verdict of a gate on a unit: the worst, where a gate gave several.
std::optional<Verdict> verdict_of(const Shown& shown, std::string_view gate,
                                  const std::string& unit);
using Group = std::vector<const Finding*>;
// Those that are no pass, worst first; what differs only by unit and reason is one group.
std::vector<Group> groups_of(const std::vector<Finding>& findings);
std::string joined(const Group& group);
// The reasons of a group, without the unit's own name; units that share a reason share its line.
std::vector<std::pair<std::string, Group>> reasons_of(const Group& group);
// In the language of the page where the code table has it.
std::string next_step_of(const View& view, const Finding& finding);
// "gate: text" of each warning, with the units that it is of.
std::vector<std::pair<std::string, std::string>> warnings_of(const std::vector<Finding>& findings);
// Level L1 is claimed only where the gate that compares the sources passed.
bool sources_agree(const Shown& shown);

// Series.
using SeriesGroup = std::vector<const Measurement*>;
// One case of one gate and size, its units in order.
std::vector<SeriesGroup> series_of(const Report& report);
// "hbm.bandwidth memory.copy", and " bytes=8589934592" that tells it from its like.
std::string case_name(const Measurement& series);
std::string params_text(const Params& params);
const ShownLimit* limit_of(const Shown& shown, const Measurement& series);
// "floor 4100.0 (calibrated)".
std::string limit_text(const View& view, const Measurement& series);
// The floor of this series in its unit, where one can be named.
std::optional<std::int64_t> floor_of(const View& view, const Measurement& series);
// "11", or "11-30" where some units were measured longer.
std::string counts_text(const SeriesGroup& units);
// The unit that stands nearest to its limit, or furthest on its wrong side: "gpu/1 -26.6 %".
std::string worst_text(const View& view, const SeriesGroup& units);

// Wrong in none of n launches: a rate p would have shown itself with 95 % where (1 - p)^n = 0.05,
// p = 3.0 / n (the rule of three).
inline constexpr std::int64_t kRuleOfThree = 3;
struct Exposure {
  std::int64_t launches = 0;       // of computations whose every bit was checked
  std::vector<std::string> wrong;  // cases
};
Exposure exposure_of(const Evidence& evidence, const std::string& unit);

// The run.
std::string worker_text(const WorkerInfo& worker, const Words& words);
std::string signature_text(const View& view);
// What a library chose for each case, said once where all GPUs ran the same.
std::vector<std::string> algorithms_of(const std::vector<Measurement>& measurements);
// Workers that ended otherwise than done, each way once.
std::vector<std::string> failed_exits_of(const std::vector<WorkerExit>& exits);

}  // namespace ga
