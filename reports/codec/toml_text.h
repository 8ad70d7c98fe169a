// What toml++ must not be given: its lexer has undefined behaviour or recursion without end there.
#pragma once

#include <optional>
#include <string_view>

namespace ga {

struct TomlTrouble {
  int line = 0;  // from 1
  std::string_view what, remedy;
};

// The first place in `text` that must not be parsed:
//  - more than 128 dots in one line with nothing between them that ends a key: the nesting of
//    dotted keys has no bound in toml++;
//  - a byte outside ASCII in neither a comment nor a string: toml++ 3.3 reaches code marked
//    unreachable when it asks whether such a character is white space. TOML allows none there.
std::optional<TomlTrouble> toml_trouble(std::string_view text);

}  // namespace ga
