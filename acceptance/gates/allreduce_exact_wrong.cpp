// Who is accused where a sum over all GPUs is wrong: a part of the node, or our kernel.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "acceptance/core/codes.h"
#include "acceptance/gates/allreduce_exact.h"
#include "acceptance/gates/locate.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"

namespace ga {
namespace {

constexpr std::string_view kId = "allreduce.exact", kKind = "exact";

bool is_any(const std::vector<std::int64_t>& cells) {
  return std::any_of(cells.begin(), cells.end(), [](std::int64_t x) { return x > 0; });
}

struct Wrong {
  ExactSum sum;
  const Measurement* series;
  std::vector<std::int64_t> cells;  // empty where they cannot be read
};

// One counted element is enough, whichever of the two counts says so.
std::vector<Wrong> all_wrong(const ExactCase& at) {
  std::vector<Wrong> wrong;
  for (const ExactSum& sum : exact_sums(at.order.level)) {
    const Measurement* series = find_series(at.evidence, exact_series(at.order, sum));
    if (series == nullptr) continue;
    Wrong one{sum, series, wrong_cells(at.order, *series)};
    if (is_wrong(*series, kKind) || is_any(one.cells)) wrong.push_back(std::move(one));
  }
  return wrong;
}

// Wrong on every GPU and in every GPU's part; of one-shot there are only the own parts.
bool is_everywhere(const Wrong& wrong, std::size_t n) {
  if (wrong.cells.empty()) return false;
  const Square square{wrong.cells, n};
  for (std::size_t i = 0; i < n; ++i) {
    bool finds = false, made = false;
    for (std::size_t other = 0; other < n; ++other) {
      finds = finds || square.at(i, other) > 0;
      made = made || square.at(other, i) > 0;
    }
    if (!finds || !made) return false;
  }
  return true;
}

// Whether NCCL's sums in the switches were checked, and right.
bool nccl_sums_rightly(const Evidence& evidence) {
  bool right = false;
  for (const Measurement& series : evidence.measurements) {
    if (series.case_id != "allreduce.nccl_nvls" || !is_checked(series, kKind)) continue;
    if (series.check->wrong > 0) return false;
    right = right || !series.samples.empty();
  }
  return right;
}

// One algorithm is wrong everywhere, and the others were measured and are right everywhere. What
// the switches sum is only our kernel's fault where they sum rightly for NCCL.
bool accuses_kernel(const ExactCase& at, const std::vector<Wrong>& wrong) {
  const std::int64_t algorithm = wrong.front().sum.algorithm;
  for (const Wrong& one : wrong) {
    if (one.sum.algorithm != algorithm || !is_everywhere(one, gpus_of(at.order))) return false;
  }
  for (const ExactSum& sum : exact_sums(at.order.level)) {
    if (sum.algorithm == algorithm || (sum.algorithm == kNvls && at.no_multicast)) continue;
    if (judge_exact_sum(at, sum).verdict != Verdict::pass) return false;
  }
  return algorithm != kNvls || nccl_sums_rightly(at.evidence);
}

// The unit that a suspect names; "node" where it names no part.
std::string unit_of(const Suspect& suspect) {
  if (suspect.part == Part::pair) return pair_unit(suspect.gpu, suspect.other);
  if (suspect.part == Part::node || suspect.part == Part::fabric) return std::string(kNodeUnit);
  return fmt::format("gpu/{}", suspect.gpu);
}

// Where to look, by the algorithms whose parts have a maker; else the node.
std::set<std::string> guilty_units(const Order& order, const std::vector<Wrong>& wrong) {
  std::vector<std::int64_t> cells;
  for (const Wrong& one : wrong) {
    if (one.sum.algorithm == kOneShot || one.cells.empty()) continue;
    if (cells.empty()) cells.resize(one.cells.size(), 0);
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = std::max(cells[i], one.cells[i]);
  }
  std::set<std::string> units;
  if (is_any(cells)) {
    for (const Suspect& one : locate_wrong({cells, gpus_of(order)})) units.insert(unit_of(one));
  }
  if (units.empty()) units.insert(std::string(kNodeUnit));
  return units;
}

// "one-shot bf16: 3 wrong ...; found on gpu/1"
std::string text_of(const Order& order, const Wrong& wrong) {
  std::string text = fmt::format("{} {}", to_words(wrong.sum), describe_mismatch(*wrong.series));
  std::string where;
  const std::size_t n = gpus_of(order);
  for (std::size_t gpu = 0; !wrong.cells.empty() && gpu < n; ++gpu) {
    const auto row = wrong.cells.begin() + static_cast<std::ptrdiff_t>(gpu * n);
    if (std::all_of(row, row + static_cast<std::ptrdiff_t>(n), [](auto x) { return x == 0; })) {
      continue;
    }
    where += fmt::format("{}gpu/{}", where.empty() ? "; found on " : ", ", gpu);
  }
  return text + where;
}

}  // namespace

std::vector<Finding> wrong_sums(const ExactCase& at) {
  const std::vector<Wrong> wrong = all_wrong(at);
  if (wrong.empty()) return {};
  std::string reason;
  for (const Wrong& one : wrong) reason += (reason.empty() ? "" : "; ") + text_of(at.order, one);
  if (accuses_kernel(at, wrong)) {
    return {found(kId, kNodeUnit, "allreduce.exact.kernel_wrong", reason)};
  }
  std::vector<Finding> findings;
  for (const std::string& unit : guilty_units(at.order, wrong)) {
    const bool is_gpu = unit.starts_with("gpu/") && unit.find('-') == std::string::npos;
    findings.push_back(
        found(kId, unit, is_gpu ? "allreduce.exact.wrong_data" : "allreduce.exact.wrong_somewhere",
              reason));
  }
  return findings;
}

}  // namespace ga
