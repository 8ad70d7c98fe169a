// A TOML document in ASCII and back. toml++ 3.3 has undefined behaviour where it asks whether a
// character outside ASCII is white space, so it is given none.
#pragma once

#include <string>
#include <string_view>

#include "reports/model/result.h"

namespace ga {

// Refuses, naming `file` and the line:
//  - what is no UTF-8, and a NUL byte;
//  - '%' written as an escape, which could not be told from those below;
//  - more than 128 dots in a line with nothing between them that ends a key: the nesting of dotted
//    keys has no bound in toml++.
Status check_toml_text(std::string_view text, const std::string& file);

// The same document, or a key of it, with each byte outside ASCII, and '%', as '%' and two
// hexadecimal digits; lines stay where they are.
std::string toml_to_ascii(std::string_view text);

// A key, a value or a message of such a document as it was meant.
std::string toml_from_ascii(std::string_view text);

}  // namespace ga
