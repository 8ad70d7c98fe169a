#include "acceptance/gates/series.h"

#include <fmt/format.h>

#include <algorithm>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"

namespace ga {
namespace {

// Beyond any machine there will be while this program lives: 1 PB/s, 1 EFLOP/s, 100 GHz, a quarter
// of an hour, and more launches than nanoseconds in a block.
std::int64_t impossible_from(std::string_view unit) {
  if (unit == "bytes_per_s") return 1'000'000'000'000'000;
  if (unit == "flops") return 1'000'000'000'000'000'000;
  if (unit == "mhz") return 100'000;
  if (unit == "ns") return 1'000'000'000'000;
  return 1'000'000'000'000;
}

bool has_word(std::string_view text, std::string_view word) {
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t space = std::min(text.find(' ', from), text.size());
    if (text.substr(from, space - from) == word) return true;
    from = space + 1;
  }
  return false;
}

bool is_closed_reason(const Discard& discard) {
  return discard.reason == "no_clock_reading" || discard.reason == "interrupted";
}

bool bad_discards(const Measurement& series, std::size_t most) {
  return series.discarded.size() > most ||
         !std::all_of(series.discarded.begin(), series.discarded.end(), is_closed_reason);
}

bool fits(const Rows& rows, std::size_t samples) {
  return rows.empty() ||
         (rows.size() == samples && std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
            return row.size() == rows.front().size();
          }));
}

// One reading of each kind for each sample, in the unit and of the block length asked for.
bool is_well_formed(const Measurement& series, const SeriesNeed& need) {
  const std::size_t n = series.samples.size();
  return series.unit == need.unit && series.block_ns == need.name.block_ns &&
         series.clock_mhz.size() == n && series.power_mw.size() == n &&
         series.temp_mc.size() == n && series.throttle.size() == n &&
         (series.link_gen.empty() || series.link_gen.size() == n) &&
         series.link_width.size() == series.link_gen.size() &&
         (series.memory_temp_mc.empty() || series.memory_temp_mc.size() == n) &&
         fits(series.cells, n) && fits(series.active_links, n);
}

bool is_possible(const Measurement& series) {
  const std::int64_t limit = impossible_from(series.unit);
  const auto good = [&](std::int64_t x) { return x > 0 && x < limit; };
  // A kept block has a clock reading: without one it is discarded.
  const auto clocked = [](std::int64_t mhz) { return mhz > 0 && mhz < 100'000; };
  const auto known = [](std::int64_t x) { return x >= 0; };
  return std::all_of(series.samples.begin(), series.samples.end(), good) &&
         std::all_of(series.clock_mhz.begin(), series.clock_mhz.end(), clocked) &&
         std::all_of(series.throttle.begin(), series.throttle.end(), known);
}

Finding finding_of(const Request& name, std::string_view code, std::string reason) {
  return found(name.gate, name.unit_id, code, std::move(reason));
}

Finding fault_finding(const Request& name, const WorkerExit& exit) {
  const std::string reason = fmt::format("{} in {}: {}", exit.how, exit.request, exit.detail);
  if (exit.detail.starts_with("data.wrong")) return finding_of(name, "warmup.wrong_data", reason);
  if (exit.detail.starts_with("library.missing")) {
    return finding_of(name, "worker.library_missing", reason);
  }
  return finding_of(name, exit.how == "protocol" ? "worker.protocol" : "worker.fault", reason);
}

// Why a unit was left alone: the last that its worker did wrong.
std::string last_fault(const Request& name, const Evidence& evidence) {
  std::string text;
  for (const WorkerExit& exit : evidence.exits) {
    if (exit.how == "done" || !has_word(exit.worker, name.unit_id)) continue;
    text =
        fmt::format("; its worker ended before: {} in {}: {}", exit.how, exit.request, exit.detail);
  }
  return text;
}

}  // namespace

bool is_checked(const Measurement& series, std::string_view kind) {
  return series.check && series.check->kind == kind && series.check->wrong >= 0 &&
         !is_unanswered(*series.check);
}

bool is_hash(std::string_view text) {
  constexpr std::size_t kDigits = 16;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Answer answer_of(const Measurement* series, std::string_view kind, std::string_view answer) {
  if (series == nullptr || !is_checked(*series, kind)) return Answer::unknown;
  const Check& check = *series->check;
  if (check.wrong > 0) return Answer::wrong;
  if (!is_hash(check.got)) return Answer::unknown;
  if (check.got != answer) return Answer::wrong;
  return series->samples.empty() || check.expected != answer ? Answer::unknown : Answer::right;
}

std::optional<Finding> unanswered(const Request& name, std::string_view kind,
                                  const Evidence& evidence, std::string_view answer) {
  const Measurement* series = find_series(evidence, name);
  if (series == nullptr || !is_checked(*series, kind)) return std::nullopt;
  const Check& check = *series->check;
  if (!is_hash(check.got)) {
    return finding_of(
        name, "data.not_checked",
        fmt::format("{}: '{}' is no digest of 16 hexadecimal digits", name.case_id, check.got));
  }
  if (answer.empty() || check.expected == answer) return std::nullopt;
  return finding_of(name, "data.not_checked",
                    fmt::format("{}: the worker held its data to '{}', and right is '{}'",
                                name.case_id, check.expected, answer));
}

bool is_wrong(const Measurement& series, std::string_view kind) {
  return is_checked(series, kind) && is_wrong(*series.check);
}

std::string describe_mismatch(const Measurement& series) {
  const Check& check = *series.check;
  std::string text = fmt::format("{}: {} wrong", series.case_id, check.wrong);
  // Nobody counted, and yet the words differ.
  if (check.wrong == 0 && is_wrong(check)) {
    text += fmt::format(", and yet '{}' where '{}' was expected", check.got, check.expected);
  }
  if (!check.first) return text;
  const FirstMismatch& first = *check.first;
  text += fmt::format("; first at element {}", first.element);
  if (first.tile >= 0) text += fmt::format(", tile {}", first.tile);
  if (first.sm >= 0) text += fmt::format(", SM {}", first.sm);
  return text +
         fmt::format(": expected {}, got {}, xor {}", first.expected, first.got, first.xor_bits);
}

std::optional<Finding> worker_fault(const Request& name, const Evidence& evidence) {
  for (const WorkerExit& exit : evidence.exits) {
    if (exit.how == "done" || !has_word(exit.worker, name.unit_id)) continue;
    if (has_word(exit.request, name.gate) && has_word(exit.request, name.case_id)) {
      return fault_finding(name, exit);
    }
  }
  return std::nullopt;
}

std::optional<Finding> warmup_fault(const Request& name, const Evidence& evidence) {
  for (const WorkerExit& exit : evidence.exits) {
    if (exit.how == "done" || !has_word(exit.worker, name.unit_id)) continue;
    if (has_word(exit.request, "warmup")) return fault_finding(name, exit);
  }
  return std::nullopt;
}

Finding incomplete(const Request& name, std::size_t have, std::size_t wanted) {
  return finding_of(name, "evidence.incomplete",
                    fmt::format("{}: {} of {} blocks", name.case_id, have, wanted));
}

SeriesState look_at(const SeriesNeed& need, const Evidence& evidence) {
  const Request& name = need.name;
  const Measurement* series = find_series(evidence, name);
  if (series != nullptr && is_wrong(*series, need.check_kind)) {
    return {series, finding_of(name, name.gate + ".wrong_data", describe_mismatch(*series))};
  }
  if (auto fault = worker_fault(name, evidence)) return {series, std::move(fault)};
  if (series == nullptr || series->samples.empty()) {
    return {series, finding_of(name, "series.absent",
                               name.case_id + " has no blocks" + last_fault(name, evidence))};
  }
  if (!is_well_formed(*series, need)) {
    return {series, finding_of(name, "series.malformed",
                               fmt::format("{} in {}: {} samples, {} clocks, blocks of {} ns",
                                           name.case_id, series->unit, series->samples.size(),
                                           series->clock_mhz.size(), series->block_ns))};
  }
  if (!is_checked(*series, need.check_kind)) {
    std::string got = series->check ? "checked as '" + series->check->kind + "'" : "unchecked";
    if (series->check && is_unanswered(*series->check)) got += " without an answer";
    return {series,
            finding_of(name, "data.not_checked",
                       fmt::format("{} is {}, needs '{}'", name.case_id, got, need.check_kind))};
  }
  if (!is_possible(*series)) {
    return {series, finding_of(name, "series.impossible",
                               fmt::format("{}: a value is zero, negative or beyond any machine",
                                           name.case_id))};
  }
  if (bad_discards(*series, need.most_discards)) {
    return {series, finding_of(name, "series.discards",
                               fmt::format("{}: {} blocks discarded, {} allowed", name.case_id,
                                           series->discarded.size(), need.most_discards))};
  }
  return {series, std::nullopt};
}

void ask(std::vector<Request>& requests, Request name, const Evidence& evidence,
         std::size_t wanted) {
  const Measurement* series = find_series(evidence, name);
  const std::size_t have = series == nullptr ? 0 : series->samples.size();
  if (have >= wanted) return;
  if (series != nullptr && series->discarded.size() > kMaxDiscards) return;
  name.blocks = static_cast<std::int64_t>(wanted - have);
  requests.push_back(std::move(name));
}

std::vector<std::string> present_units(const Order& order, const Evidence& evidence) {
  std::vector<std::string> units = ordered_units(order.profile);
  std::erase_if(units,
                [&](const std::string& unit) { return evidence.facts.find(unit) == nullptr; });
  return units;
}

std::optional<Finding> unit_absent(std::string_view gate, const std::string& unit_id,
                                   const Evidence& evidence) {
  if (evidence.facts.find(unit_id) != nullptr) return std::nullopt;
  return found(
      gate, unit_id, "unit.absent",
      fmt::format("{} was ordered; the node reports {} GPUs", unit_id, evidence.facts.gpus.size()));
}

bool is_most(const Order& order, std::size_t units) {
  return units > 1 && static_cast<std::int64_t>(units * 2) > order.profile.ordered.gpus;
}

int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return 3;
    case Verdict::not_measured:
      return 2;
    case Verdict::borderline:
      return 1;
    case Verdict::pass:
    case Verdict::not_applicable:
      return 0;
  }
  return 2;
}

std::string show_rate(std::int64_t value, std::string_view unit) {
  const auto x = static_cast<double>(value);
  if (unit == "bytes_per_s") return fmt::format("{:.1f} GB/s", x / 1e9);
  if (unit == "flops") return fmt::format("{:.1f} TFLOP/s", x / 1e12);
  if (unit == "ppm") return fmt::format("{:.1f} %", x / 1e4);
  if (unit == "mhz") return fmt::format("{} MHz", value);
  constexpr std::int64_t kShortNs = 1000;
  if (unit == "ns" && value < kShortNs) return fmt::format("{} ns", value);
  if (unit == "ns") return fmt::format("{:.2f} us", x / 1e3);
  return fmt::format("{} {}", value, unit);
}

}  // namespace ga
