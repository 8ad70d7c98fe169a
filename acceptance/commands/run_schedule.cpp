#include "acceptance/commands/run_schedule.h"

#include <algorithm>

namespace ga {
namespace {

// The parameters but for phase_percent, which only places a GPU among the others in a rhythm.
Params without_place(Params params) {
  params.erase("phase_percent");
  return params;
}

// Requests for the same blocks on several units.
struct Column {
  std::vector<Request> requests;

  bool fits(const Request& request) const {
    const Request& first = requests.front();
    const bool same = first.gate == request.gate && first.case_id == request.case_id &&
                      without_place(first.params) == without_place(request.params) &&
                      first.block_ns == request.block_ns && first.placement == request.placement;
    return same && std::none_of(requests.begin(), requests.end(), [&](const Request& other) {
             return other.unit_id == request.unit_id;
           });
  }
};

std::vector<Column> columns_of(std::span<const Request> asked, Phase phase) {
  std::vector<Column> columns;
  for (const Request& request : asked) {
    if (request.phase != phase || request.blocks < 1) continue;
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [&](const Column& known) { return known.fits(request); });
    if (column == columns.end()) {
      columns.push_back({{request}});
    } else {
      column->requests.push_back(request);
    }
  }
  return columns;
}

void add_steps(const Column& column, std::vector<Request> now, std::vector<Step>& steps) {
  if (now.empty()) return;
  if (column.requests.front().placement == Placement::together) {
    steps.push_back({std::move(now)});
    return;
  }
  for (Request& request : now) steps.push_back({{std::move(request)}});
}

}  // namespace

Phase earliest_phase(std::span<const Request> asked) {
  Phase phase = asked.front().phase;
  for (const Request& request : asked) phase = std::min(phase, request.phase);
  return phase;
}

std::vector<Step> schedule(std::span<const Request> asked, Phase phase) {
  const std::vector<Column> columns = columns_of(asked, phase);
  std::vector<Step> steps;
  if (phase != Phase::steady && phase != Phase::links) {
    for (const Column& column : columns) add_steps(column, column.requests, steps);
    return steps;
  }
  bool more = true;
  for (std::int64_t round = 0; more; ++round) {
    more = false;
    for (const Column& column : columns) {
      std::vector<Request> now;
      for (Request request : column.requests) {
        if (request.blocks <= round) continue;
        request.blocks = 1;
        now.push_back(std::move(request));
      }
      more = more || !now.empty();
      add_steps(column, std::move(now), steps);
    }
  }
  return steps;
}

}  // namespace ga
