// The answers of each exerciser, one file each; exercise.cpp puts them together.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/data/exercise.h"

namespace ga {

std::uint64_t integer_word(std::uint64_t key, int thread);
std::uint64_t copy_word(std::uint64_t key, int thread);
// Of a whole block: its threads depend on each other.
std::vector<std::uint64_t> shuffle_words(std::uint64_t key);
std::vector<std::uint64_t> atomic_words(std::uint64_t key);

}  // namespace ga
