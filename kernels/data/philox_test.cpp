// Philox against the vectors that its authors publish with Random123 (kat_vectors, philox 4x32 10).
#include "kernels/data/philox.h"

#include <gtest/gtest.h>

namespace {

// The published vectors give all four counter words; ours are the low three, the fourth is zero, so
// the general rounds are written out here once more, plainly, and tied to ours below.
struct Block {
  std::uint32_t word[4];
};

Block philox_general(Block c, std::uint32_t k0, std::uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c.word[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c.word[2];
    c = {{static_cast<std::uint32_t>(p1 >> 32) ^ c.word[1] ^ k0, static_cast<std::uint32_t>(p1),
          static_cast<std::uint32_t>(p0 >> 32) ^ c.word[3] ^ k1, static_cast<std::uint32_t>(p0)}};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

void expect_words(const std::uint32_t (&got)[4], const std::uint32_t (&expected)[4]) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(got[i], expected[i]) << "word " << i;
}

TEST(Philox, MatchesThePublishedVectorOfZeros) {
  expect_words(ga::philox(0, 0, 0).word, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST(Philox, GeneralRoundsMatchAllPublishedVectors) {
  const std::uint32_t ones = 0xffffffff;
  expect_words(philox_general({{0, 0, 0, 0}}, 0, 0).word,
               {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  expect_words(philox_general({{ones, ones, ones, ones}}, ones, ones).word,
               {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  expect_words(
      philox_general({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0)
          .word,
      {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST(Philox, IsTheGeneralRoundsWithTheFourthWordZero) {
  const std::uint64_t key = 0x299f31d0a4093822;
  const std::uint64_t counter = 0x85a308d3243f6a88;
  expect_words(
      ga::philox(key, counter, 0x13198a2e).word,
      philox_general({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0}}, 0xa4093822, 0x299f31d0).word);
}

TEST(Philox, WordPicksTheLaneOfItsBlock) {
  for (std::uint64_t index = 0; index < 64; ++index) {
    EXPECT_EQ(ga::philox_word(5, index, 3), ga::philox(5, index / 4, 3).word[index % 4]);
  }
}

}  // namespace
