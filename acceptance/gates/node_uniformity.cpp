// Is a GPU slower than the other GPUs of its node by more than sound GPUs differ?
//
// Evidence: every complete, checked series of a speed that another gate measured on each GPU, of
// the cases for which the profile says how far a fleet lies apart. Limit: the node's median less
// three such deviations, and at least 2.5 %: below both it warns. It never fails and holds nothing:
// among eight sound GPUs one always is the slowest. False pass: a node whose GPUs are all slow,
// which the floors see. False fail: none.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "node.uniformity";
constexpr std::size_t kLeastGpus = 3;              // a median of two is either of them
constexpr double kSigmas = 3, kLeastPpm = 25'000;  // design: verdicts

// One question to all GPUs: the middle of each one's blocks.
struct Compared {
  std::string case_id, unit;
  double sigma_ppm = 0;
  std::map<std::string, double> middles;  // by GPU
};

const Spread* find_spread(const Profile& profile, const std::string& case_id) {
  for (const Spread& spread : profile.spreads) {
    if (spread.case_id == case_id) return &spread;
  }
  return nullptr;
}

bool is_speed(const std::string& unit) {
  return unit == "bytes_per_s" || unit == "flops" || unit == "ns";
}

bool is_sound(const Measurement& series, const Evidence& evidence) {
  Request name;
  name.gate = series.gate;
  name.case_id = series.case_id;
  name.unit_id = series.unit_id;
  name.params = series.params;
  name.block_ns = series.block_ns;
  if (!series.check || series.samples.size() < kStage1Blocks) return false;
  return !look_at({name, series.unit, series.check->kind}, evidence).finding;
}

std::vector<Compared> compared(const Order& order, const Evidence& evidence) {
  std::map<std::tuple<std::string, std::string, Params>, Compared> all;
  for (const Measurement& series : evidence.measurements) {
    const Spread* spread = find_spread(order.profile, series.case_id);
    // A repeat alone has no siblings.
    if (spread == nullptr || series.unit_id == kNodeUnit || !is_speed(series.unit) ||
        series.params.count("alone") > 0 || !is_sound(series, evidence)) {
      continue;
    }
    Compared& one = all[{series.gate, series.case_id, series.params}];
    one.case_id = series.case_id;
    one.unit = series.unit;
    one.sigma_ppm = static_cast<double>(spread->sigma_ppm);
    one.middles[series.unit_id] =
        static_cast<double>(median(std::span<const std::int64_t>(series.samples)).value_or(0));
  }
  std::vector<Compared> enough;
  for (auto& [name, one] : all) {
    if (one.middles.size() >= kLeastGpus) enough.push_back(std::move(one));
  }
  return enough;
}

// Why the GPU is outside; empty if it is not.
std::string outside(const Compared& one, double own) {
  std::vector<double> values;
  for (const auto& [unit, middle] : one.middles) values.push_back(middle);
  const double node = median(std::span<const double>(values)).value_or(0);
  if (!(node > 0)) return "";
  const double slower = (one.unit == "ns" ? own - node : node - own) / node * 1e6;  // ppm
  if (slower < kSigmas * one.sigma_ppm || slower < kLeastPpm) return "";
  return fmt::format("{}: {} is {:.1f} % slower than the node's median of {}, {:.1f} deviations",
                     one.case_id, show_rate(std::llround(own), one.unit), slower / 1e4,
                     show_rate(std::llround(node), one.unit), slower / one.sigma_ppm);
}

Finding judge_unit(const std::string& unit, const std::vector<Compared>& all) {
  std::size_t count = 0;
  Finding finding = passed(kId, unit, "");
  for (const Compared& one : all) {
    const auto own = one.middles.find(unit);
    if (own == one.middles.end()) continue;
    ++count;
    if (std::string text = outside(one, own->second); !text.empty()) {
      finding.warn.push_back(std::move(text));
    }
  }
  if (count == 0) {
    return found(
        kId, unit, "node.uniformity.no_series",
        fmt::format("no complete, checked series of it and {} other GPUs", kLeastGpus - 1));
  }
  finding.reason = fmt::format("{} of {} series within {:.0f} deviations or {:.1f} % of the node",
                               count - finding.warn.size(), count, kSigmas, kLeastPpm / 1e4);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto all = compared(order, evidence);
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    if (order.profile.spreads.empty()) {
      findings.push_back(found(kId, unit, "profile.incomplete", "the profile has no [[spread]]"));
    } else if (auto absent = unit_absent(kId, unit, evidence)) {
      findings.push_back(std::move(*absent));
    } else {
      findings.push_back(judge_unit(unit, all));
    }
  }
  return findings;
}

}  // namespace

const Gate kNodeUniformity{kId, "Is a GPU slower than its siblings by more than sound ones differ?",
                           "정상 편차를 넘어 같은 노드의 다른 GPU보다 느린 GPU가 있습니까?",
                           next_nothing, judge};

}  // namespace ga
