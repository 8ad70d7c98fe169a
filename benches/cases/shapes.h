// The GEMM shapes of a comparison: squares and layers of transformers, or those of a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

struct NamedShape {
  std::string name;
  std::int64_t m = 0, n = 0, k = 0;
  friend bool operator==(const NamedShape&, const NamedShape&) = default;
};

std::vector<NamedShape> default_shapes();

// One shape a line: "m n k" or "m n k name"; what follows a # is a comment. `file` is only named in
// complaints, with the line.
Result<std::vector<NamedShape>> parse_shapes(std::string_view text, const std::string& file);

}  // namespace ga
