// One round of exercise.integer: every kind of integer instruction, on the operations that `Ops`
// offers. The kernel's are instructions, the host's plain C++: the program is one, the arithmetic
// is not.
#pragma once

#include <cstdint>

#include "kernels/data/exercise.h"

namespace ga {

struct IntegerInput {
  std::uint64_t x, y, z;
};

GA_HOST_DEVICE std::uint32_t low_half(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
GA_HOST_DEVICE std::uint32_t high_half(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32);
}
GA_HOST_DEVICE std::int32_t as_signed(std::uint32_t x) { return static_cast<std::int32_t>(x); }
GA_HOST_DEVICE std::uint32_t as_unsigned(std::int32_t x) { return static_cast<std::uint32_t>(x); }

template <class Ops>
GA_EXERCISE std::uint64_t integer_products(const IntegerInput& in, std::uint64_t sum) {
  const std::uint32_t a = low_half(in.x), b = high_half(in.x), c = low_half(in.y);
  sum = exercise_fold(sum, Ops::mad(a, b, c), Ops::mul_high(a, b));
  sum = exercise_fold(sum, as_unsigned(Ops::mul_high_signed(as_signed(a), as_signed(c))),
                      Ops::sad(a, b, c));
  sum = exercise_fold(sum, Ops::mul_wide(in.x, in.y));
  sum = exercise_fold(sum, Ops::mul_wide_high(in.x, in.y));
  sum = exercise_fold(sum, as_unsigned(Ops::dp4a_signed(as_signed(a), as_signed(b), as_signed(c))),
                      Ops::dp4a(a, b, c));
  return exercise_fold(sum, Ops::dp2a_low(a, b, c), Ops::dp2a_high(a, b, c));
}

template <class Ops>
GA_EXERCISE std::uint64_t integer_bits(const IntegerInput& in, std::uint64_t sum) {
  const std::uint32_t a = low_half(in.x), b = high_half(in.x), c = low_half(in.y);
  const std::uint32_t by = high_half(in.y) & 31u;
  const std::uint32_t few = a >> by;  // as many leading zeros as there are
  sum = exercise_fold(sum, Ops::funnel_left(a, b, by), Ops::funnel_right(a, b, by));
  sum = exercise_fold(sum, Ops::shift_left(a, by), Ops::shift_right(b, by));
  sum = exercise_fold(sum, as_unsigned(Ops::shift_right_signed(as_signed(c), by)), Ops::reverse(a));
  sum = exercise_fold(sum, Ops::count(a), Ops::leading_zeros(few));
  sum = exercise_fold(sum, Ops::find_high(few), Ops::find_high_signed(~few));
  sum = exercise_fold(sum, Ops::xor3(a, b, c), Ops::majority(a, b, c));
  sum = exercise_fold(sum, Ops::select_bits(a, b, c), Ops::permute(a, b, c & 0x7777u));
  return exercise_fold(sum, Ops::extract(a, by, 7), Ops::insert(a, b, by, 7));
}

template <class Ops>
GA_EXERCISE std::uint64_t integer_order(const IntegerInput& in, std::uint64_t sum) {
  const std::uint32_t a = low_half(in.x), b = high_half(in.x);
  // Never zero: what a division by it gives is no one's business.
  const std::uint32_t divisor = (low_half(in.z) >> (high_half(in.z) & 31u)) | 1u;
  const std::uint64_t wide = (in.z >> (high_half(in.y) & 63u)) | 1u;
  sum = exercise_fold(sum, Ops::smaller(a, b), Ops::larger(a, b));
  sum = exercise_fold(sum, as_unsigned(Ops::smaller_signed(as_signed(a), as_signed(b))),
                      as_unsigned(Ops::larger_signed(as_signed(a), as_signed(b))));
  sum = exercise_fold(sum, Ops::divide(a, divisor), Ops::remainder(a, divisor));
  // The one quotient that an int32 does not hold is -2^31 / -1; the divisor is positive here.
  const std::int32_t positive = as_signed(divisor >> 1 | 1u);
  sum = exercise_fold(sum, as_unsigned(Ops::divide_signed(as_signed(a), positive)),
                      as_unsigned(Ops::remainder_signed(as_signed(a), positive)));
  sum = exercise_fold(sum, Ops::divide_wide(in.x, wide));
  return exercise_fold(sum, Ops::carry_add(in.x, in.y));
}

template <class Ops>
GA_EXERCISE std::uint64_t integer_round(std::uint64_t key, int round, int thread,
                                        std::uint64_t sum) {
  const IntegerInput in{exercise_input(key, round, thread, 0),
                        exercise_input(key, round, thread, 1),
                        exercise_input(key, round, thread, 2)};
  sum = integer_products<Ops>(in, sum);
  sum = integer_bits<Ops>(in, sum);
  return integer_order<Ops>(in, sum);
}

}  // namespace ga
