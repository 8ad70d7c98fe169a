// Series: is the evidence of one series fit to be judged? Every gate that measures asks this first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/floor.h"
#include "acceptance/core/gate.h"

namespace ga {

struct SeriesNeed {
  Request name;                 // gate, case, unit, params, block length; blocks is not read
  std::string_view unit;        // of the samples
  std::string_view check_kind;  // how the data must have been checked
  std::size_t most_discards = kMaxDiscards;
};

// The series if it is sound so far: all the asked kind, checked, right. Else the finding that says
// why not: wrong data first, since one mismatch fails whatever else happened.
struct SeriesState {
  const Measurement* series = nullptr;
  std::optional<Finding> finding;
};
SeriesState look_at(const SeriesNeed& need, const Evidence& evidence);

// Whether the check found the data wrong; a check of another kind, one that cannot be, or one
// without an answer is not a check.
bool is_checked(const Measurement& series, std::string_view kind);
bool is_wrong(const Measurement& series, std::string_view kind);

// Sixteen hexadecimal digits.
bool is_hash(std::string_view text);

// What a series says of data whose digest the judge computes itself: `answer`. unknown: absent,
// unchecked, a digest that is none, or a worker that held its data to something else.
enum class Answer { unknown, right, wrong };
Answer answer_of(const Measurement* series, std::string_view kind, std::string_view answer);

// data.not_checked: why such a series that is checked is unknown. An empty `answer`: the judge has
// none, and a digest is all that can be asked. Precondition: the series is not wrong.
std::optional<Finding> unanswered(const Request& name, std::string_view kind,
                                  const Evidence& evidence, std::string_view answer);

// "gate case on unit": tile, SM and element of the first mismatch, as far as known.
std::string describe_mismatch(const Measurement& series);

// How a worker ended other than done while it measured this gate and case on this unit.
std::optional<Finding> worker_fault(const Request& name, const Evidence& evidence);

// The same of the unit's warm-up: a crash, or data that were wrong while it ran.
std::optional<Finding> warmup_fault(const Request& name, const Evidence& evidence);

// evidence.incomplete: so many of so many blocks.
Finding incomplete(const Request& name, std::size_t have, std::size_t wanted);

// What is still wanted of a series; nothing if it has enough, or if it cannot become sound because
// too many blocks were discarded.
void ask(std::vector<Request>& requests, Request name, const Evidence& evidence,
         std::size_t wanted);

// The ordered units that the facts know. A unit without facts cannot be measured, so it is not
// asked for; each gate says unit.absent.
std::vector<std::string> present_units(const Order& order, const Evidence& evidence);
std::optional<Finding> unit_absent(std::string_view gate, const std::string& unit_id,
                                   const Evidence& evidence);

// More than half of the ordered GPUs, and more than one: then it is not the GPU's own fault.
bool is_most(const Order& order, std::size_t units);

// fail before not_measured before borderline before pass.
int severity(Verdict verdict);

// 4.01 TB/s, 698.0 TFLOP/s, 1980 MHz, 92.3 %
std::string show_rate(std::int64_t value, std::string_view unit);

}  // namespace ga
