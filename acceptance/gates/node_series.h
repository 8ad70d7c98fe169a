// Series of the whole node: what the gates that span its GPUs share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

// The name of one series, but for its blocks.
Request node_series(const Order& order, std::string_view gate, std::string_view case_id,
                    Params params);

// What such a gate needs of the order: a size of the profile, and GPUs to span.
struct NodeNeed {
  std::string_view gate;
  std::int64_t size = 0;
  std::string_view size_key;  // its name in the profile, for the complaint
  std::int64_t gpus = 2;      // at least
};

// Why nothing can be asked: too few GPUs ordered, no size, or a GPU absent. The finding is on the
// node.
std::optional<Finding> node_unready(const NodeNeed& need, const Order& order,
                                    const Evidence& evidence);

// How many GPUs the series is of.
std::size_t gpus_of(const Order& order);

// "gpu/1-gpu/4"
std::string pair_unit(std::size_t gpu, std::size_t other);

// Whether every kept block has so many cells, none below `least` or beyond any machine. Of the
// squares [from * n + to] of `pairs_of` GPUs the diagonal must be 0; 0: they are no such squares.
struct CellForm {
  std::size_t width = 0;
  std::int64_t least = 0;
  std::size_t pairs_of = 0;
};
bool has_cells(const Measurement& series, const CellForm& form);

// series.malformed of a series whose cells are not as they must be.
Finding cells_malformed(const Request& name, const Measurement& series);

// The middle of each cell over the rows from .. to; empty where there are none. Precondition: all
// rows are of one width.
std::vector<std::int64_t> middle_cells(const Rows& rows, std::size_t from, std::size_t to);

}  // namespace ga
