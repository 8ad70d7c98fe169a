#include "acceptance/gates/gemm_speed.h"

#include <algorithm>
#include <string>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/series.h"

namespace ga {
namespace {

constexpr std::string_view kLibrary = "gemm.bf16.cublaslt";

// The series that a gate times of its own kernel, which has the gate's name.
const Measurement* series_of(const SpeedGate& gate, std::string_view id, const Order& order,
                             const Evidence& evidence, const std::string& unit) {
  Request name = series_name(gate, order, id, unit);
  name.gate = id;
  return find_series(evidence, name);
}

struct Votes {
  std::size_t units = 0, wrong = 0, right = 0;
};

Votes votes_of(const SpeedGate& gate, std::string_view id, const Order& order,
               const Evidence& evidence) {
  Votes votes;
  for (const std::string& unit : ordered_units(order.profile)) {
    ++votes.units;
    const Measurement* series = series_of(gate, id, order, evidence, unit);
    if (series == nullptr || !is_checked(*series, gate.check_kind)) continue;
    if (is_wrong(*series, gate.check_kind)) {
      ++votes.wrong;
    } else if (!series->samples.empty()) {
      ++votes.right;
    }
  }
  return votes;
}

bool is_accused(std::string_view id, const Votes& accused, const Votes& witness) {
  const std::size_t least = id == kLibrary ? 2 : 1;
  return accused.units >= least && accused.wrong == accused.units && witness.right == witness.units;
}

}  // namespace

Params gemm_params(const Sizes& sizes) {
  if (sizes.gemm_n <= 0) return {};
  return {{"m", sizes.gemm_n}, {"n", sizes.gemm_n}, {"k", sizes.gemm_n}};
}

std::vector<Finding> judge_gemm_speed(const SpeedGate& gate, const GemmWitness& witness,
                                      const Order& order, const Evidence& evidence) {
  auto findings = judge_speed(gate, order, evidence);
  const Votes own = votes_of(gate, gate.id, order, evidence);
  const Votes other = votes_of(gate, witness.other, order, evidence);
  std::string_view code;
  if (is_accused(gate.id, own, other)) code = witness.accused;
  if (is_accused(witness.other, other, own)) code = witness.accused_other;
  if (code.empty()) return findings;
  for (Finding& finding : findings) {
    const bool of_data =
        finding.code == std::string(gate.id) + ".wrong_data" || finding.code == "warmup.wrong_data";
    if (!of_data) continue;
    finding = found(gate.id, finding.unit_id, code, std::move(finding.reason));
  }
  return findings;
}

}  // namespace ga
