// SHA-256, as 32 bytes or as lower-case hexadecimal of 64 characters.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "reports/model/result.h"

namespace ga {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
std::string hex_of(const Digest& digest);
std::string sha256_hex(std::string_view bytes);

// Of a file's bytes, read in pieces; an io error names the path.
Result<std::string> sha256_file(const std::string& path);

// The whole file. Refuses more than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit = std::size_t{16} << 20);

}  // namespace ga
