#include "acceptance/core/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "acceptance/core/codes.h"

namespace ga {
namespace {

bool is_node_wide(const Finding& finding) { return finding.unit_id == kNodeUnit; }

// What still has to be measured cannot pass, whatever the gate made of the rest.
void hold_back(std::vector<Finding>& findings, const std::vector<Request>& open) {
  for (Finding& finding : findings) {
    if (finding.verdict != Verdict::pass) continue;
    const auto asks = std::find_if(open.begin(), open.end(), [&](const Request& request) {
      return is_node_wide(finding) || request.unit_id == kNodeUnit ||
             request.unit_id == finding.unit_id;
    });
    if (asks == open.end()) continue;
    auto held =
        found(finding.gate, finding.unit_id, "evidence.incomplete",
              fmt::format("{} more blocks of {} were not measured", asks->blocks, asks->case_id));
    held.warn = std::move(finding.warn);
    finding = std::move(held);
  }
}

std::string name_of(const Measurement& series) {
  return fmt::format("{} {} on {}", series.gate, series.case_id, series.unit_id);
}

std::size_t run_length(const Measurement& series) {
  return series.samples.size() + series.discarded.size();
}

// The first `length` blocks of a series as they were run. A part of a series shows no mismatch: its
// check sums up all blocks, and the gate that asked for more had not seen the later ones.
Measurement first_blocks(const Measurement& series, std::size_t length) {
  if (length >= run_length(series)) return series;
  Measurement part = series;
  std::erase_if(part.discarded, [&](const Discard& discard) {
    return discard.index < 0 || static_cast<std::size_t>(discard.index) >= length;
  });
  const std::size_t kept = length - std::min(length, part.discarded.size());
  for (auto* values : {&part.samples, &part.clock_mhz, &part.power_mw, &part.temp_mc,
                       &part.throttle, &part.link_gen, &part.link_width, &part.memory_temp_mc}) {
    values->resize(std::min(values->size(), kept));
  }
  for (Rows* rows : {&part.cells, &part.active_links}) {
    rows->resize(std::min(rows->size(), kept));
  }
  if (part.check) {
    part.check->wrong = 0;
    part.check->got = part.check->expected;
    part.check->first.reset();
    part.check->first_block.reset();
  }
  return part;
}

// Names are unique and belong to gates that the profile requires.
Status check_names(std::span<const Gate> gates, const Order& order, const Evidence& evidence) {
  std::set<std::string> seen;
  for (const Measurement& series : evidence.measurements) {
    std::string key = name_of(series);
    for (const auto& [param, value] : series.params) key += fmt::format(" {}={}", param, value);
    if (!seen.insert(key).second) {
      return Error(ErrorCode::protocol, fmt::format("two series are named {}", key));
    }
    const bool known = std::any_of(gates.begin(), gates.end(),
                                   [&](const Gate& gate) { return gate.id == series.gate; });
    if (!known || !order.asks(series.gate)) {
      return Error(ErrorCode::protocol,
                   fmt::format("{}: no required gate of that name asks", name_of(series)));
    }
  }
  return Ok{};
}

// Hands `request` what the full evidence holds of it. Returns whether anything was new.
Result<bool> grant(const Request& request, const Evidence& full, Evidence& played) {
  const Measurement* source = find_series(full, request);
  if (source == nullptr || request.blocks <= 0) return false;
  if (source->block_ns != request.block_ns) {
    return Error(ErrorCode::protocol,
                 fmt::format("{}: blocks of {} ns, asked for {} ns", name_of(*source),
                             source->block_ns, request.block_ns));
  }
  auto* have = const_cast<Measurement*>(find_series(played, request));
  const std::size_t old = have == nullptr ? 0 : run_length(*have);
  const std::size_t now =
      std::min(run_length(*source), old + static_cast<std::size_t>(request.blocks));
  if (have != nullptr && now == old) return false;
  if (have == nullptr) {
    played.measurements.push_back(first_blocks(*source, now));
  } else {
    *have = first_blocks(*source, now);
  }
  return true;
}

std::string why_not_asked(const Order& order, std::string_view gate) {
  if (gate == kFreshnessGate) return "no challenge asks for it";
  if (order.profile.requires_gate(gate)) {
    return fmt::format("profile {} leaves this gate to level {}", order.profile.name,
                       to_word(gate == kSoakGate ? Level::soak : Level::standard));
  }
  return fmt::format("profile {} does not require this gate", order.profile.name);
}

// A gate that is not asked is not applicable; but level soak without the soak is none.
Finding not_asked(const Order& order, std::string_view gate) {
  if (gate == kSoakGate && order.level == Level::soak) {
    return found(gate, std::string(kNodeUnit), "soak.digest.not_required",
                 "level soak is what this gate measures, and " + why_not_asked(order, gate));
  }
  Finding finding;
  finding.gate = gate;
  finding.unit_id = kNodeUnit;
  finding.verdict = Verdict::not_applicable;
  finding.reason = why_not_asked(order, gate);
  return finding;
}

}  // namespace

std::vector<Request> ask_all(std::span<const Gate> gates, const Order& order,
                             const Evidence& evidence) {
  std::vector<Request> all;
  for (const Gate& gate : gates) {
    if (!order.asks(gate.id)) continue;
    for (Request& request : gate.next(order, evidence)) all.push_back(std::move(request));
  }
  return all;
}

std::vector<Finding> judge_all(std::span<const Gate> gates, const Order& order,
                               const Evidence& evidence) {
  std::vector<Finding> all;
  for (const Gate& gate : gates) {
    if (!order.asks(gate.id)) {
      all.push_back(not_asked(order, gate.id));
      continue;
    }
    std::vector<Finding> findings = gate.judge(order, evidence);
    if (findings.empty()) {
      findings.push_back(found(gate.id, "node", "evidence.incomplete", "the gate gave no finding"));
    }
    hold_back(findings, gate.next(order, evidence));
    for (Finding& finding : findings) all.push_back(std::move(finding));
  }
  return all;
}

bool stops_before_load(std::span<const Finding> findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::fail &&
           (finding.blame == Blame::config || finding.blame == Blame::site);
  });
}

Status check_asked(std::span<const Gate> gates, const Order& order, const Evidence& evidence) {
  GA_CHECK(check_names(gates, order, evidence));
  Evidence played = evidence;
  played.measurements.clear();
  bool moved = true;
  for (int round = 0; moved && round < kMostRounds; ++round) {
    moved = false;
    for (const Request& request : ask_all(gates, order, played)) {
      GA_TRY(const bool granted, grant(request, evidence, played));
      moved = moved || granted;
    }
  }
  for (const Measurement& series : evidence.measurements) {
    Request name;
    name.gate = series.gate;
    name.case_id = series.case_id;
    name.unit_id = series.unit_id;
    name.params = series.params;
    const Measurement* asked = find_series(played, name);
    const std::size_t length = asked == nullptr ? 0 : run_length(*asked);
    // A soak that a restart sent back keeps a wrong series whole, ahead of the others that the play
    // waits for. Nobody gains by wrong blocks.
    if (asked != nullptr && series.check && is_wrong(*series.check)) continue;
    if (asked == nullptr || length < run_length(series)) {
      return Error(ErrorCode::protocol,
                   fmt::format("{}: {} of {} blocks were never asked for", name_of(series),
                               run_length(series) - length, run_length(series)));
    }
  }
  return Ok{};
}

}  // namespace ga
