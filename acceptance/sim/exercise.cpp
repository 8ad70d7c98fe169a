#include "acceptance/sim/exercise.h"

#include <fmt/format.h>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/noise.h"
#include "kernels/data/exercise.h"

namespace ga {
namespace {

// What an exerciser without a fault comes to: the same on every GPU, cold and hot. Special
// functions are not computed.
std::string right_digest(const Scenario& scenario, const BlockName& name) {
  const auto seed = static_cast<std::uint64_t>(param(name.params, "seed"));
  if (std::string answer = exercise_answer(name.case_id, seed); !answer.empty()) return answer;
  Params common = name.params;
  common.erase("hot");
  const std::string what = series_of("node", name.case_id, common) + " digest";
  return fmt::format("{:08x}{:08x}", noise_word({scenario.seed, what, 0}),
                     noise_word({scenario.seed, what, 1}));
}

std::string other_than(std::string digest) {
  digest.back() = digest.back() == '0' ? '1' : '0';
  return digest;
}

// An injection spoils the output of every case, and names none.
bool is_of(const Fault& fault, const BlockName& name) {
  const bool of_case = fault.kind == FaultKind::exercise_wrong &&
                       (fault.exercise.empty() || name.case_id.ends_with("." + fault.exercise));
  return of_case && (fault.gpu < 0 || fault.gpu == name.gpu) && name.load_s >= fault.at_s;
}

}  // namespace

Check exercise_check(const Scenario& scenario, const BlockName& name, std::int64_t launches) {
  const bool special = name.case_id == "exercise.special";
  const std::string right = right_digest(scenario, name);
  Check check{
      .kind = special ? "reference" : "exact", .expected = special ? "" : right, .got = right};
  if (special && scenario.fault(FaultKind::special_differs, name.gpu, name.load_s) != nullptr) {
    check.got = other_than(right);
  }
  for (const Fault& fault : scenario.faults) {
    if (!is_of(fault, name)) continue;
    const std::int64_t wrong =
        spoiled_launches(scenario, series_of(name), name.index, fault.severity, launches);
    if (wrong == 0) continue;
    check.wrong = wrong;
    check.got = other_than(right);
    check.first = wrong_word(scenario, series_of(name), name.index, 1 << 20);
    check.first->sm = fault.sm;
    break;
  }
  return check;
}

}  // namespace ga
