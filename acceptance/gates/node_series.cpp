#include "acceptance/gates/node_series.h"

#include <fmt/format.h>

#include <algorithm>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "benches/stats/order.h"

namespace ga {

Request node_series(const Order& order, std::string_view gate, std::string_view case_id,
                    Params params) {
  Request name;
  name.gate = gate;
  name.case_id = case_id;
  name.unit_id = kNodeUnit;
  name.params = std::move(params);
  name.block_ns = block_length_ns(order.level, false);
  name.phase = Phase::links;
  return name;
}

std::optional<Finding> node_unready(const NodeNeed& need, const Order& order,
                                    const Evidence& evidence) {
  if (order.profile.ordered.gpus < need.gpus) {
    return found(need.gate, kNodeUnit, "profile.incomplete",
                 fmt::format("{} GPUs are ordered, and the gate needs {}",
                             order.profile.ordered.gpus, need.gpus));
  }
  if (need.size <= 0) {
    return found(need.gate, kNodeUnit, "profile.incomplete",
                 fmt::format("the profile has no sizes.{}", need.size_key));
  }
  std::string absent;
  for (const std::string& unit : ordered_units(order.profile)) {
    if (evidence.facts.find(unit) == nullptr) absent += (absent.empty() ? "" : ", ") + unit;
  }
  if (absent.empty()) return std::nullopt;
  return found(
      need.gate, kNodeUnit, "unit.absent",
      fmt::format("{} was ordered; the node reports {} GPUs", absent, evidence.facts.gpus.size()));
}

std::size_t gpus_of(const Order& order) {
  return static_cast<std::size_t>(order.profile.ordered.gpus);
}

std::string pair_unit(std::size_t gpu, std::size_t other) {
  return fmt::format("gpu/{}-gpu/{}", std::min(gpu, other), std::max(gpu, other));
}

bool has_cells(const Measurement& series, const CellForm& form) {
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  const auto is_sound = [&](const std::vector<std::int64_t>& row) {
    if (row.size() != form.width) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool diagonal = form.pairs_of > 0 && i / form.pairs_of == i % form.pairs_of;
      if (diagonal ? row[i] != 0 : row[i] < form.least || row[i] >= kMost) return false;
    }
    return true;
  };
  return series.cells.size() == series.samples.size() &&
         std::all_of(series.cells.begin(), series.cells.end(), is_sound);
}

Finding cells_malformed(const Request& name, const Measurement& series) {
  return found(name.gate, name.unit_id, "series.malformed",
               fmt::format("{}: {} samples, {} rows of cells of {}, or a cell that cannot be",
                           name.case_id, series.samples.size(), series.cells.size(),
                           series.cells.empty() ? 0 : series.cells.front().size()));
}

std::vector<std::int64_t> middle_cells(const Rows& rows, std::size_t from, std::size_t to) {
  to = std::min(to, rows.size());
  if (from >= to) return {};
  std::vector<std::int64_t> middles;
  std::vector<std::int64_t> blocks(to - from);
  for (std::size_t cell = 0; cell < rows[from].size(); ++cell) {
    for (std::size_t i = from; i < to; ++i) blocks[i - from] = rows[i][cell];
    middles.push_back(median(std::span<const std::int64_t>(blocks)).value_or(0));
  }
  return middles;
}

}  // namespace ga
