// The shapes of a comparison: of GEMM squares and layers of transformers, or those of a file; of
// attention those of models.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/data/attention_shape.h"
#include "reports/model/result.h"

namespace ga {

struct NamedShape {
  std::string name;
  std::int64_t m = 0, n = 0, k = 0;
  friend bool operator==(const NamedShape&, const NamedShape&) = default;
};

std::vector<NamedShape> default_shapes();

struct NamedAttention {
  std::string name;  // "h32-kv8 d128 causal 8k"
  AttentionShape shape;
};

// kAttentionTokens in each: long sequences few at a time. Lengths from 1k to 32k, dim 64 and 128,
// causal and full, most with grouped heads.
inline constexpr std::int64_t kAttentionTokens = 32768;
std::vector<NamedAttention> default_attentions(ElementType type);

// One shape a line: "m n k" or "m n k name"; what follows a # is a comment. `file` is only named in
// complaints, with the line.
Result<std::vector<NamedShape>> parse_shapes(std::string_view text, const std::string& file);

}  // namespace ga
