// JSON that other programs write: a management controller, journald. Read leniently, because its
// form is not ours to choose, and bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "reports/codec/json.h"

namespace ga {

// As our own values: a number that is no integer of ours is its decimal text, a null member or
// element is left out, of a key that comes twice the last counts. Depth at most 32.
Result<Json> parse_foreign_json(std::string_view text);

// A number in thousandths, rounded: 23.5 -> 23500. Nothing for what is no number, or beyond
// +-2^53 thousandths.
std::optional<std::int64_t> thousandths_of(const Json& value);

}  // namespace ga
