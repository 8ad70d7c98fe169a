// The Hopper pipeline's barriers over all interleavings: right as it is, and wrong in each way.
#include <gtest/gtest.h>

#include "kernels/testing/pipeline_model.h"

namespace {

using ga::testing::explore;
using ga::testing::PipelineRules;

TEST(Sm90Protocol, EveryInterleavingOfOneCtaEndsWell) {
  for (const int stages : {2, 3}) {
    for (const int tiles : {1, 2, 3, 5, 7}) {
      const auto found = explore({.stages = stages, .tiles = tiles});
      EXPECT_EQ(found.fault, "") << stages << " stages, " << tiles << " tiles";
      EXPECT_GT(found.states, static_cast<std::size_t>(tiles));
    }
  }
}

TEST(Sm90Protocol, EveryInterleavingOfAPairEndsWell) {
  for (const int tiles : {1, 2, 3, 5}) {
    const auto found = explore({.ctas = 2, .stages = 2, .consumers = 1, .tiles = tiles});
    EXPECT_EQ(found.fault, "") << tiles << " tiles";
  }
  EXPECT_EQ(explore({.ctas = 2, .stages = 2, .consumers = 2, .tiles = 2}).fault, "");
}

// Promoted sums: the products of a stage are waited for before the next ones begin, and the stage
// is given back at once.
TEST(Sm90Protocol, EveryInterleavingOfPromotedSumsEndsWell) {
  for (const int tiles : {1, 2, 3, 5, 7}) {
    PipelineRules rules{.tiles = tiles, .releases_after_next = false, .waits_for_own = true};
    EXPECT_EQ(explore(rules).fault, "") << tiles << " tiles";
    rules.stages = 3;
    EXPECT_EQ(explore(rules).fault, "") << tiles << " tiles";
  }
  for (const int tiles : {1, 2, 3, 5}) {
    const PipelineRules rules{.ctas = 2,
                              .consumers = 1,
                              .tiles = tiles,
                              .releases_after_next = false,
                              .waits_for_own = true};
    EXPECT_EQ(explore(rules).fault, "") << tiles << " tiles";
  }
}

// A stage is given back when the next one is full: with one stage both sides wait.
TEST(Sm90Protocol, FindsThatOneStageIsTooFew) {
  EXPECT_EQ(explore({.stages = 1, .tiles = 2}).fault, "standstill");
}

TEST(Sm90Protocol, FindsAProducerThatWaitsForTheWrongParity) {
  EXPECT_EQ(explore({.producer_takes_other_parity = false}).fault, "standstill");
}

TEST(Sm90Protocol, FindsTooManyExpectedArrivals) {
  EXPECT_EQ(explore({.empty_arrivals_off_by = 1}).fault, "standstill");
}

TEST(Sm90Protocol, FindsTooFewExpectedArrivals) {
  EXPECT_NE(explore({.tiles = 5, .empty_arrivals_off_by = -1}).fault, "");
}

TEST(Sm90Protocol, FindsACopyIntoAStageThatIsRead) {
  EXPECT_EQ(explore({.tiles = 5, .releases_after_next = false}).fault, "overwrites what is read");
}

TEST(Sm90Protocol, FindsMissingWaits) {
  EXPECT_EQ(explore({.waits_full = false}).fault, "multiplies the wrong stage");
  EXPECT_NE(explore({.tiles = 5, .waits_empty = false}).fault, "");
}

TEST(Sm90Protocol, FindsAReleaseThatThePeerDoesNotGet) {
  PipelineRules rules{.ctas = 2, .consumers = 1, .releases_to_all = false};
  EXPECT_EQ(explore(rules).fault, "standstill");
  rules.empty_arrivals_off_by = -1;  // then each waits for its own consumers alone
  EXPECT_NE(explore(rules).fault, "");
}

TEST(Sm90Protocol, FindsACtaThatEndsTooSoon) {
  EXPECT_EQ(explore({.ctas = 2, .consumers = 1, .meets_at_end = false}).fault,
            "arrives at a CTA that has ended");
}

}  // namespace
