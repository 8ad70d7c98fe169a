// Are the units that no product of matrices touches right, cold and hot?
//
// Evidence: six exercisers on every SM: special functions, shuffles and reductions, atomics,
// integers, asynchronous copies, traffic in the L2; each launch held to the digest that is computed
// here from the seed, the special functions to their documented error; and the digest of what was
// computed, which all GPUs of the node must have alike, since all are given the same data.
// Limit: none: one wrong answer fails. False pass: units that no exerciser reaches, which
// docs/coverage.md names; on a single GPU a special function that is wrong within its documented
// error. False fail: a wrong exerciser: where none is right, none is accused.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"
#include "kernels/data/exercise.h"

namespace ga {
namespace {

constexpr std::string_view kId = "exercise.exact";
constexpr std::array<std::int64_t, 2> kCorners{0, 1};  // cold, hot

struct Exerciser {
  std::string_view case_id, kind;
};
constexpr std::array kExercisers{
    Exerciser{"exercise.special", "reference"}, Exerciser{"exercise.shuffle", "exact"},
    Exerciser{"exercise.atomic", "exact"},      Exerciser{"exercise.integer", "exact"},
    Exerciser{"exercise.copy", "exact"},        Exerciser{"exercise.l2", "exact"}};

// Short, so that all six add three seconds to a corner of level standard.
constexpr std::int64_t kBlockNs = 500'000'000, kSoakBlockNs = 3'000'000'000;

Request series_of(const Order& order, const Exerciser& exercise, const std::string& unit,
                  std::int64_t hot) {
  Request name;
  name.gate = kId;
  name.case_id = exercise.case_id;
  name.unit_id = unit;
  name.params = {{"hot", hot}, {"seed", node_seed(order, kId, {})}};
  name.block_ns = order.level == Level::soak ? kSoakBlockNs : kBlockNs;
  name.phase = hot != 0 ? Phase::hot_exact : Phase::cold_exact;
  return name;
}

// What the digest must be, whatever the worker expects; empty where only the GPUs' vote can tell.
std::string answer_to(const Order& order, const Exerciser& exercise) {
  thread_local std::map<std::pair<std::string_view, std::int64_t>, std::string> known;
  const std::int64_t seed = node_seed(order, kId, {});
  const auto [place, fresh] = known.try_emplace({exercise.case_id, seed});
  if (fresh) place->second = exercise_answer(exercise.case_id, static_cast<std::uint64_t>(seed));
  return place->second;
}

Answer answer_of(const Order& order, const Exerciser& exercise, const Measurement* series) {
  const std::string answer = answer_to(order, exercise);
  if (!answer.empty()) return answer_of(series, exercise.kind, answer);
  if (series == nullptr || !is_checked(*series, exercise.kind)) return Answer::unknown;
  if (is_wrong(*series, exercise.kind)) return Answer::wrong;
  const bool answers = !series->samples.empty() && is_hash(series->check->got);
  return answers ? Answer::right : Answer::unknown;
}

// What the node says of one exerciser.
struct Votes {
  bool right_anywhere = false;  // so that it is qualified, and a wrong answer the GPU's
  std::map<std::string, std::string> digest;  // by unit that answered: "" where its corners differ
  std::string majority;                       // of the ordered GPUs; "" where there is none
  bool agree = true;
};

Votes votes_of(const Order& order, const Evidence& evidence, const Exerciser& exercise) {
  Votes votes;
  std::map<std::string, std::size_t> count;
  for (const std::string& unit : ordered_units(order.profile)) {
    std::vector<std::string> corners;
    for (const std::int64_t hot : kCorners) {
      const auto* series = find_series(evidence, series_of(order, exercise, unit, hot));
      if (answer_of(order, exercise, series) != Answer::right) continue;
      votes.right_anywhere = true;
      corners.push_back(series->check->got);
    }
    if (corners.empty()) continue;
    const std::string vote = corners.front() == corners.back() ? corners.front() : "";
    votes.digest[unit] = vote;
    if (!vote.empty()) ++count[vote];
  }
  for (const auto& [unit, vote] : votes.digest) {
    votes.agree = votes.agree && !vote.empty() && vote == votes.digest.begin()->second;
  }
  for (const auto& [digest, units] : count) {
    if (is_most(order, units)) votes.majority = digest;
  }
  return votes;
}

std::string_view corner_of(std::int64_t hot) { return hot != 0 ? "hot" : "cold"; }

// One series that was found wrong.
Finding wrong_answer(const Votes& votes, const std::string& unit, std::int64_t hot,
                     const Measurement& series, const std::string& answer) {
  std::string text = fmt::format("{}: {}; digest '{}'", corner_of(hot), describe_mismatch(series),
                                 series.check->got);
  if (!answer.empty()) text += fmt::format(", must be '{}'", answer);
  const std::string_view code =
      votes.right_anywhere ? "exercise.exact.wrong_data" : "exercise.exact.unqualified";
  return found(kId, unit, code, std::move(text));
}

// A unit whose digest is not the others', while each answer alone looks right.
std::optional<Finding> outvoted(const Order& order, const Votes& votes, const std::string& unit,
                                const Exerciser& exercise) {
  const auto mine = votes.digest.find(unit);
  if (votes.agree || mine == votes.digest.end()) return std::nullopt;
  if (!votes.majority.empty() && mine->second == votes.majority) return std::nullopt;
  const std::string said =
      mine->second.empty() ? "cold and hot differ" : fmt::format("digest '{}'", mine->second);
  if (votes.majority.empty()) {
    return found(kId, unit, "exercise.exact.no_majority",
                 fmt::format("{}: {}, and no digest is that of most of {} GPUs", exercise.case_id,
                             said, order.profile.ordered.gpus));
  }
  return found(kId, unit, "exercise.exact.outvoted",
               fmt::format("{}: {}; most GPUs have '{}'", exercise.case_id, said, votes.majority));
}

struct Corner {
  Finding finding;
  std::int64_t launches = 0;
};

Corner judge_corner(const Order& order, const Evidence& evidence, const Exerciser& exercise,
                    const Request& name) {
  const std::string answer = answer_to(order, exercise);
  if (auto open = unanswered(name, exercise.kind, evidence, answer)) return {std::move(*open)};
  auto state = look_at({name, "launches", exercise.kind}, evidence);
  if (state.finding) return {std::move(*state.finding)};
  std::int64_t launches = 0;  // cannot overflow: look_at bounds each sample, a report their number
  for (const std::int64_t count : state.series->samples) launches += count;
  if (launches < order.profile.sizes.exact_launches) {
    return {found(kId, name.unit_id, "exercise.exact.too_few_launches",
                  fmt::format("{}, {}: {} launches, {} ordered", exercise.case_id,
                              corner_of(name.params.at("hot")), launches,
                              order.profile.sizes.exact_launches))};
  }
  return {passed(kId, name.unit_id, ""), launches};
}

// No wrong answer in n launches excludes, at 95 %, a rate above 3 / n.
std::string passed_text(std::int64_t least) {
  return fmt::format(
      "six exercisers, cold and hot, at least {} launches each, so fewer than {:.1e} of launches "
      "are wrong (95 %)",
      least, 3.0 / static_cast<double>(std::max<std::int64_t>(1, least)));
}

using AllVotes = std::array<Votes, kExercisers.size()>;

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit,
                   const AllVotes& votes) {
  if (auto absent = unit_absent(kId, unit, evidence)) return std::move(*absent);
  std::vector<Finding> all;
  std::int64_t least = 0;
  for (std::size_t i = 0; i < kExercisers.size(); ++i) {
    const Exerciser& exercise = kExercisers[i];
    for (const std::int64_t hot : kCorners) {
      const Request name = series_of(order, exercise, unit, hot);
      const Measurement* series = find_series(evidence, name);
      if (answer_of(order, exercise, series) == Answer::wrong) {
        all.push_back(wrong_answer(votes[i], unit, hot, *series, answer_to(order, exercise)));
        continue;
      }
      Corner corner = judge_corner(order, evidence, exercise, name);
      least = all.empty() ? corner.launches : std::min(least, corner.launches);
      all.push_back(std::move(corner.finding));
    }
    if (auto finding = outvoted(order, votes[i], unit, exercise)) {
      all.push_back(std::move(*finding));
    }
  }
  Finding finding = worst_of(std::move(all));
  if (finding.verdict == Verdict::pass) finding.reason = passed_text(least);
  return finding;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  for (const std::string& unit : present_units(order, evidence)) {
    for (const Exerciser& exercise : kExercisers) {
      for (const std::int64_t hot : kCorners) {
        ask(requests, series_of(order, exercise, unit, hot), evidence, 1);
      }
    }
  }
  return requests;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  AllVotes votes;
  for (std::size_t i = 0; i < kExercisers.size(); ++i) {
    votes[i] = votes_of(order, evidence, kExercisers[i]);
  }
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    findings.push_back(judge_unit(order, evidence, unit, votes));
  }
  return findings;
}

}  // namespace

const Gate kExerciseExact{kId, "Are the units that no product of matrices touches right?",
                          "행렬 곱이 사용하지 않는 연산 장치들의 계산 결과가 모두 맞습니까?", next,
                          judge};

}  // namespace ga
