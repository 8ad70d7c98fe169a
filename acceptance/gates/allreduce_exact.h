// Exact sums over all GPUs: what the gate measures, and who is accused where a sum is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"

namespace ga {

// algorithm 1: one-shot, 2: two-shot, 3: NVLS. type 0: bf16, 1: fp16, 2: fp32.
struct ExactSum {
  std::int64_t algorithm = 1, type = 0;
};
inline constexpr std::int64_t kOneShot = 1, kNvls = 3;

// At quick bf16 alone.
std::vector<ExactSum> exact_sums(Level level);
Request exact_series(const Order& order, const ExactSum& sum);
std::string to_words(const ExactSum& sum);

// What the gate is judged by. no_multicast: a worker was refused it; that exit is not in
// `evidence`.
struct ExactCase {
  const Order& order;
  const Evidence& evidence;
  bool no_multicast = false;
};

// How many wrong elements each GPU found of each other, [finder * n + maker], the most of a block;
// empty where the cells cannot be that.
std::vector<std::int64_t> wrong_cells(const Order& order, const Measurement& series);

// One series that is not wrong: sound and complete, or why not.
Finding judge_exact_sum(const ExactCase& at, const ExactSum& sum);

// Whoever is accused; empty where no sum is wrong.
std::vector<Finding> wrong_sums(const ExactCase& at);

}  // namespace ga
