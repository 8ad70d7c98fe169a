// Reading one [[fault]] of a scenario, and what the reader of the whole file shares with it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acceptance/sim/faults.h"
#include "reports/codec/toml.h"

namespace ga {

// Complaints stay in the table, see TomlTable::close().
Fault read_fault(TomlTable& table, int gpus);

// A number within [low, high].
double number_within(TomlTable& table, std::string_view key, double low, double high);
std::string one_of(TomlTable& table, std::string_view key, std::span<const std::string_view> words);

// "gpu/3" as 3, "node" as -1; nothing when it is neither or lies outside the node.
std::optional<int> unit_index(std::string_view unit, int gpus);

}  // namespace ga
