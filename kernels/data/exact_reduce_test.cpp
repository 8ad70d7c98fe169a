// Data of the all-reduce: in range, of both signs, and exact in every type and order.
#include "kernels/data/exact_reduce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "kernels/data/hash_term.h"

namespace {

using ga::ElementType;

constexpr std::array kTypes{ElementType::bf16, ElementType::fp16, ElementType::fp32};

TEST(ExactReduce, ElementsByHand) {
  const std::uint64_t word = 0xFF'1F'20'00'3F'05'C0'21;  // rank 0 is the last byte
  const int expected[] = {-2, 1, 6, -32, 1, -1, 32, -32};
  for (int rank = 0; rank < 8; ++rank) {
    EXPECT_EQ(ga::exact_reduce_element(word, rank), expected[rank]) << rank;
  }
  EXPECT_EQ(ga::exact_reduce_sum(word, 3), 5);
  EXPECT_EQ(ga::exact_reduce_sum(word, 8), -27);
  EXPECT_EQ(ga::exact_reduce_bits(-27, ElementType::fp32), 0xC1D80000u);
  EXPECT_EQ(ga::exact_reduce_bits(1, ElementType::bf16), 0x3F80u);
  EXPECT_EQ(ga::exact_reduce_bits(-2, ElementType::fp16), 0xC000u);
}

// Every value of every rank comes, none is zero, and signs are even.
TEST(ExactReduce, EveryRankHasAllValuesOfBothSignsAndNoZero) {
  const std::uint64_t key = ga::exact_reduce_key(5);
  for (int rank = 0; rank < ga::kExactReduceMostRanks; ++rank) {
    std::set<int> seen;
    int negative = 0;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      const int x = ga::exact_reduce_element(ga::pattern_word(key, i), rank);
      seen.insert(x);
      negative += x < 0 ? 1 : 0;
    }
    EXPECT_EQ(seen.size(), 64u);
    EXPECT_EQ(*seen.begin(), -32);
    EXPECT_EQ(seen.count(0), 0u);
    EXPECT_NEAR(negative, 2000, 130);  // four standard errors
  }
}

// All that any order of adding can meet: every integer up to 256.
TEST(ExactReduce, EveryPartialSumIsExactInEveryType) {
  for (int sum = -256; sum <= 256; ++sum) {
    for (const ElementType type : kTypes) {
      alignas(8) unsigned char data[8] = {};
      const std::uint32_t bits = ga::exact_reduce_bits(sum, type);
      std::copy_n(reinterpret_cast<const unsigned char*>(&bits), ga::element_bytes(type), data);
      ASSERT_EQ(ga::element(data, 0, type), sum);
    }
  }
}

TEST(ExactReduce, SeedsDiffer) {
  EXPECT_NE(ga::exact_reduce_key(1), ga::exact_reduce_key(2));
  EXPECT_NE(ga::exact_reduce_hash({1, 8, 100}), ga::exact_reduce_hash({2, 8, 100}));
  EXPECT_NE(ga::exact_reduce_hash({1, 8, 100}), ga::exact_reduce_hash({1, 7, 100}));
}

// Of five elements in bf16: four in a word, one in a word padded with zeros.
TEST(ExactReduce, HashByHand) {
  const std::uint64_t key = ga::exact_reduce_key(3);
  std::uint64_t words[2] = {};
  for (std::size_t i = 0; i < 5; ++i) {
    const int sum = ga::exact_reduce_sum(ga::pattern_word(key, i), 8);
    words[i / 4] |= std::uint64_t{ga::exact_reduce_bits(sum, ElementType::bf16)} << (16 * (i % 4));
  }
  EXPECT_EQ(ga::exact_reduce_hash({3, 8, 5, ElementType::bf16}),
            ga::hash_start(10) + ga::hash_term(words[0], 0) + ga::hash_term(words[1], 1));
}

}  // namespace
