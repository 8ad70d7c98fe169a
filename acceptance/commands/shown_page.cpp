// What a page shows beside the findings: questions, and the bounds that the floor rule worked out.
//
// The bounds are computed again here, by the rule itself; testing/render_test.py holds them to the
// words of the findings.
#include <algorithm>

#include "acceptance/commands/shown.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/limits.h"
#include "acceptance/core/warmup.h"
#include "acceptance/gates/gates.h"

namespace ga {
namespace {

Request name_of(const Measurement& series) {
  Request name;
  name.gate = series.gate;
  name.case_id = series.case_id;
  name.unit_id = series.unit_id;
  name.params = series.params;
  return name;
}

// The samples as the rule sees them: those of a ceiling are mirrored at it.
std::vector<std::int64_t> judged(const Measurement& series, std::int64_t ceiling) {
  std::vector<std::int64_t> samples = series.samples;
  if (ceiling > 0) {
    for (std::int64_t& sample : samples) sample = mirrored(sample, ceiling);
  }
  return samples;
}

// Where the rule wanted more blocks than there are, the first eleven are what it looked at: so it
// does at quick, and of series that only screen.
FloorJudgement judgement_of(FloorTerms terms, const std::vector<std::int64_t>& samples) {
  const FloorJudgement judgement = judge_floor(terms, samples);
  if (judgement.answer != FloorAnswer::unfinished) return judgement;
  terms.level = Level::quick;
  terms.power_capped = false;
  return judge_floor(terms, samples);
}

ShownSeries held(const Order& order, const Evidence& evidence, const Measurement& series) {
  ShownSeries shown;
  FloorTerms terms;
  const Limit* limit = choose_limit(order, evidence, name_of(series)).limit;
  // A limit of parts of a series is not one of its samples.
  if (!series.cells.empty() && limit != nullptr && !series.gate.starts_with("allreduce.")) {
    limit = nullptr;
  }
  std::int64_t ceiling = 0;
  if (limit != nullptr && limit->unit == series.unit) {
    terms = terms_of(order, *limit);
    ceiling = limit->is_ceiling ? limit->value : 0;
    shown.limit = limit->value;
    shown.gross = ceiling > 0 ? 2 * ceiling - terms.gross : terms.gross;
    shown.is_ceiling = limit->is_ceiling;
    shown.status = to_word(limit->status);
    shown.source = limit->source;
    shown.date = limit->date;
  }
  // What runs at the power cap is measured in operations per second, and nothing else is.
  terms.power_capped = series.unit == "flops";
  terms.settled = warmup_state(evidence, series.unit_id, order.level) != WarmupState::not_settled;
  const FloorJudgement judgement = judgement_of(terms, judged(series, ceiling));
  if (judgement.answer == FloorAnswer::unfinished) return shown;
  shown.low = ceiling > 0 ? mirrored(judgement.high, ceiling) : judgement.low;
  shown.high = ceiling > 0 ? mirrored(judgement.low, ceiling) : judgement.high;
  return shown;
}

}  // namespace

void add_page_details(Shown& shown, const Order& order, const Evidence& evidence) {
  shown.draft_profile = order.profile.status == ProfileStatus::draft;
  for (const Gate& gate : all_gates()) {
    shown.gates[std::string(gate.id)] = {std::string(gate.question), std::string(gate.question_ko)};
  }
  for (const Measurement& series : evidence.measurements) {
    shown.series.push_back(held(order, evidence, series));
  }
}

}  // namespace ga
