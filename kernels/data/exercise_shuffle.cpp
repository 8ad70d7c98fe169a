// The answers of exercise.shuffle: a warp as an array of 32 lanes.
#include "kernels/data/exercise_shuffle.h"

#include <algorithm>
#include <array>
#include <functional>

#include "kernels/data/exercise_parts.h"

namespace ga {
namespace {

constexpr int kLanes = 32;
using Lanes = std::array<ShuffleInput, kLanes>;
using U32 = std::uint32_t;
using S32 = std::int32_t;

// Lanes are in segments of `width`. Who would read outside of its own keeps its value; an exclusive
// or may reach into an earlier segment.
struct Segment {
  int first, last;
};
Segment segment_of(int lane, U32 width) {
  const int w = static_cast<int>(width);
  return {lane / w * w, lane / w * w + w - 1};
}

int up_from(int lane, const ShuffleRound& r) {
  const int from = lane - static_cast<int>(r.delta);
  return from >= segment_of(lane, r.width).first ? from : lane;
}
int down_from(int lane, const ShuffleRound& r) {
  const int from = lane + static_cast<int>(r.delta);
  return from <= segment_of(lane, r.width).last ? from : lane;
}
int xor_from(int lane, const ShuffleRound& r) {
  const int from = lane ^ static_cast<int>(r.mask);
  return from <= segment_of(lane, r.width).last ? from : lane;
}
int index_from(int lane, const ShuffleRound& r, U32 source) {
  return segment_of(lane, r.width).first + static_cast<int>(source % r.width);
}

template <class Say>
U32 mask_of(const Lanes& lanes, Say&& say) {
  U32 mask = 0;
  for (int i = 0; i < kLanes; ++i) {
    if (say(lanes[static_cast<std::size_t>(i)])) mask |= U32{1} << i;
  }
  return mask;
}

template <class T, class Give, class Join>
T reduce(const Lanes& lanes, Give&& give, Join&& join) {
  T sum = static_cast<T>(give(lanes[0]));
  for (int i = 1; i < kLanes; ++i) {
    sum = join(sum, static_cast<T>(give(lanes[static_cast<std::size_t>(i)])));
  }
  return sum;
}

U32 v0(const ShuffleInput& in) { return low_half(in.x); }
U32 v1(const ShuffleInput& in) { return high_half(in.x); }

std::uint64_t fold_moves(const Lanes& lanes, int lane, const ShuffleRound& r, std::uint64_t sum) {
  const auto at = [&](int from) { return lanes[static_cast<std::size_t>(from)]; };
  const U32 source = at(lane).source;
  sum = exercise_fold(sum, v0(at(up_from(lane, r))), v1(at(down_from(lane, r))));
  return exercise_fold(sum, v0(at(xor_from(lane, r))), v1(at(index_from(lane, r, source))));
}

std::uint64_t fold_votes(const Lanes& lanes, int lane, std::uint64_t sum) {
  const ShuffleInput& mine = lanes[static_cast<std::size_t>(lane)];
  const U32 often = mask_of(lanes, [](const ShuffleInput& in) { return in.often; });
  const bool any = mask_of(lanes, [](const ShuffleInput& in) { return in.rare; }) != 0;
  const bool all = mask_of(lanes, [](const ShuffleInput& in) { return in.mostly; }) == ~U32{0};
  sum = exercise_fold(sum, often, (any ? 1u : 0u) | (all ? 2u : 0u));
  const U32 few = mask_of(
      lanes, [&](const ShuffleInput& in) { return few_values(in.x) == few_values(mine.x); });
  const U32 wide = mask_of(lanes, [&](const ShuffleInput& in) {
    return few_wide_values(in.x) == few_wide_values(mine.x);
  });
  const U32 same = mask_of(
      lanes, [&](const ShuffleInput& in) { return in.nearly_same == lanes[0].nearly_same; });
  sum = exercise_fold(sum, few, wide);
  return exercise_fold(sum, same == ~U32{0} ? same : 0, same == ~U32{0} ? 1u : 0u);
}

std::uint64_t fold_sums(const Lanes& lanes, const ShuffleRound& r, std::uint64_t sum) {
  const auto low = [](auto a, auto b) { return std::min(a, b); };
  const auto high = [](auto a, auto b) { return std::max(a, b); };
  sum = exercise_fold(sum, reduce<U32>(lanes, v0, std::plus<>()),
                      reduce<U32>(lanes, v1, std::bit_xor<>()));
  sum = exercise_fold(sum, reduce<U32>(lanes, v0, low), reduce<U32>(lanes, v0, high));
  sum = exercise_fold(sum, as_unsigned(reduce<S32>(lanes, v1, low)),
                      as_unsigned(reduce<S32>(lanes, v1, high)));
  return exercise_fold(
      sum,
      reduce<U32>(
          lanes, [&](const auto& in) { return v0(in) | r.bits; }, std::bit_and<>()),
      reduce<U32>(
          lanes, [&](const auto& in) { return v0(in) & r.bits; }, std::bit_or<>()));
}

}  // namespace

std::vector<std::uint64_t> shuffle_words(std::uint64_t key) {
  std::vector<std::uint64_t> words(kExerciseThreads, 0);
  for (int warp = 0; warp < kExerciseThreads / kLanes; ++warp) {
    for (int round = 0; round < kExerciseRounds; ++round) {
      const ShuffleRound r = shuffle_round(key, round, warp);
      Lanes lanes;
      for (int lane = 0; lane < kLanes; ++lane) {
        lanes[static_cast<std::size_t>(lane)] = shuffle_input(key, round, kLanes * warp + lane, r);
      }
      for (int lane = 0; lane < kLanes; ++lane) {
        std::uint64_t& word = words[static_cast<std::size_t>(kLanes * warp + lane)];
        word = fold_moves(lanes, lane, r, word);
        word = fold_votes(lanes, lane, word);
        word = fold_sums(lanes, r, word);
      }
    }
  }
  return words;
}

}  // namespace ga
