// The nearest of several names: what someone who mistyped one probably meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ga {

// Letters to insert, drop, change or swap with their neighbour until one is the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// At most `most` of `names`, nearest first; a name that contains `wanted` counts as near.
std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& names,
                                 std::size_t most);

}  // namespace ga
