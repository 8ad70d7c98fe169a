#include "acceptance/gates/locate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ga {
namespace {

constexpr std::int64_t kRate = 380'000'000'000;

class Locate : public ::testing::Test {
 protected:
  void make(std::size_t gpus, std::int64_t value = kRate) {
    n = gpus;
    cells.assign(n * n, value);
  }
  std::int64_t& at(std::size_t from, std::size_t to) { return cells[from * n + to]; }
  void lower(std::size_t from, std::size_t to, std::int64_t percent) {
    at(from, to) = at(from, to) / 100 * (100 - percent);
  }
  void lower_row(std::size_t gpu, std::int64_t percent) {
    for (std::size_t i = 0; i < n; ++i) lower(gpu, i, percent);
  }
  void lower_column(std::size_t gpu, std::int64_t percent) {
    for (std::size_t i = 0; i < n; ++i) lower(i, gpu, percent);
  }
  std::vector<Suspect> low() const { return locate_low({cells, n}, terms); }
  std::vector<Suspect> wrong() const { return locate_wrong({cells, n}); }
  static std::string words(const std::vector<Suspect>& suspects) {
    constexpr const char* kNames[] = {"egress", "ingress", "gpu", "pair", "fabric", "node"};
    std::string text;
    for (const Suspect& one : suspects) {
      text += std::string(text.empty() ? "" : ", ") + kNames[static_cast<int>(one.part)];
      if (one.part <= Part::pair) text += " " + std::to_string(one.gpu);
      if (one.part == Part::pair) text += "-" + std::to_string(one.other);
    }
    return text;
  }

  std::size_t n = 0;
  std::vector<std::int64_t> cells;
  LocateTerms terms{.switches = 4, .expected = 0};
};

TEST_F(Locate, ARowIsEgressAColumnIsIngressAndBothAreTheGpu) {
  make(8);
  EXPECT_EQ(words(low()), "");
  lower_row(3, 6);
  EXPECT_EQ(words(low()), "egress 3");
  EXPECT_NEAR(static_cast<double>(low()[0].lost_ppm), 60'000, 2);
  lower_column(5, 30);
  EXPECT_EQ(words(low()), "egress 3, ingress 5");
  make(8);
  lower_row(3, 6);
  lower_column(3, 6);
  EXPECT_EQ(words(low()), "gpu 3");
}

TEST_F(Locate, ASingleCellIsAPair) {
  make(8);
  lower(6, 2, 20);
  EXPECT_EQ(words(low()), "pair 2-6");
  lower(2, 6, 20);
  EXPECT_EQ(words(low()), "pair 2-6");
  lower(1, 4, 20);
  EXPECT_EQ(words(low()), "pair 1-4, pair 2-6");
  lower(0, 7, 20);
  EXPECT_EQ(words(low()), "node");
}

TEST_F(Locate, OneLinkOfEighteenIsFoundAndTwoPercentAreNot) {
  make(8);
  for (std::size_t i = 0; i < n; ++i) at(2, i) = kRate / 18 * 17;
  EXPECT_EQ(words(low()), "egress 2");
  make(8);
  lower_row(2, 2);
  EXPECT_EQ(words(low()), "");
}

TEST_F(Locate, SeveralGpusLowByTheShareOfASwitchAreTheSwitch) {
  make(8);
  for (const std::size_t gpu : {1u, 4u, 6u}) {
    for (std::size_t i = 0; i < n; ++i) at(gpu, i) = at(i, gpu) = kRate / 4 * 3;
  }
  EXPECT_EQ(words(low()), "fabric");
  terms.switches = 2;  // a quarter is the share of no switch there
  EXPECT_EQ(words(low()), "gpu 1, gpu 4, gpu 6");
  make(8);
  lower_row(1, 25);
  lower_column(1, 25);
  terms.switches = 4;
  EXPECT_EQ(words(low()), "gpu 1") << "one alone is itself";
}

TEST_F(Locate, AllAlikeIsTheNodeAndOnlyAnExpectationCanTell) {
  make(8, kRate / 4 * 3);
  EXPECT_EQ(words(low()), "");
  terms.expected = kRate;
  EXPECT_EQ(words(low()), "fabric");
  make(8, kRate / 8 * 7);  // low by the share of no switch: a floor may say so
  EXPECT_EQ(words(low()), "");
}

TEST_F(Locate, MostGpusAreNotEachAtFault) {
  make(8);
  for (const std::size_t gpu : {0u, 1u, 2u, 3u, 4u}) lower_row(gpu, 12);
  EXPECT_EQ(words(low()), "node");
  make(8, kRate / 10 * 9);
  at(0, 1) = at(1, 0) = kRate;  // a few far above all others
  EXPECT_EQ(words(low()), "node");
}

TEST_F(Locate, TwoGpusOfTwoAreAPairAndNoGpusAreNothing) {
  make(2);
  lower(0, 1, 50);
  EXPECT_EQ(words(low()), "pair 0-1");
  make(0);
  EXPECT_EQ(words(low()), "");
  make(1);
  EXPECT_EQ(words(low()), "");
  make(8, 0);
  EXPECT_EQ(words(low()), "");
}

TEST_F(Locate, RatesFarApartAreJudgedToo) {
  make(4, 1);
  at(0, 1) = std::int64_t{1} << 49;
  EXPECT_EQ(words(low()), "node");
  terms.expected = 1;
  make(4, std::int64_t{1} << 49);
  EXPECT_EQ(words(low()), "");
}

TEST_F(Locate, WrongSumsNameTheirMakerOrWhereTheyAreFound) {
  make(8, 0);
  EXPECT_EQ(words(wrong()), "");
  for (std::size_t i = 0; i < n; ++i) at(i, 5) = 1;
  EXPECT_EQ(words(wrong()), "egress 5");
  at(3, 5) = 0;  // rare errors need not be seen everywhere
  EXPECT_EQ(words(wrong()), "egress 5");
  make(8, 0);
  at(2, 1) = at(2, 7) = 9;
  EXPECT_EQ(words(wrong()), "ingress 2");
  make(8, 0);
  at(4, 1) = 1;
  EXPECT_EQ(words(wrong()), "pair 1-4");
  make(8, 0);
  at(4, 4) = 1;
  EXPECT_EQ(words(wrong()), "gpu 4");
}

TEST_F(Locate, WrongSumsOfTwoPartsOrOfAll) {
  make(8, 0);
  for (std::size_t i = 0; i < n; ++i) at(i, 5) = at(i, 2) = 1;
  EXPECT_EQ(words(wrong()), "egress 2, egress 5");
  make(8, 7);
  EXPECT_EQ(words(wrong()), "node");
  make(8, 0);
  for (std::size_t i = 0; i < n; ++i) at(i, i) = 1;
  EXPECT_EQ(words(wrong()), "node");
}

// Random faults, measured as a gate measures: the median of eleven blocks of 1 % noise each.
class LocateAny : public Locate {
 protected:
  struct Fault {
    Part part = Part::node;
    std::size_t gpu = 0, other = 0;
    double left = 1;
  };

  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

  Fault any_fault() {
    constexpr Part kParts[] = {Part::egress, Part::ingress, Part::gpu, Part::pair, Part::fabric};
    Fault fault{kParts[below(5)], below(n), 0, 1 - uniform(0.02, 0.6)};
    fault.other = (fault.gpu + 1 + below(n - 1)) % n;
    if (fault.part == Part::fabric) fault.left = 1 - 1.0 / static_cast<double>(terms.switches);
    return fault;
  }
  static bool touches(const Fault& fault, std::size_t from, std::size_t to) {
    switch (fault.part) {
      case Part::egress:
        return from == fault.gpu;
      case Part::ingress:
        return to == fault.gpu;
      case Part::gpu:
        return from == fault.gpu || to == fault.gpu;
      case Part::pair:
        return std::minmax(from, to) == std::minmax(fault.gpu, fault.other);
      case Part::fabric:
      case Part::node:
        break;
    }
    return true;
  }
  // What a worker would measure. A slow part holds a copy up: the slowest of them counts, or each.
  void measure(const std::vector<Fault>& faults, double spread, bool product) {
    std::normal_distribution<double> noise(1, 0.01);
    make(n);
    for (std::size_t i = 0; i < n * n; ++i) {
      double share = 1;
      for (const Fault& fault : faults) {
        if (!touches(fault, i / n, i % n)) continue;
        share = product ? share * fault.left : std::min(share, fault.left);
      }
      share *= uniform(1 - spread, 1 + spread);
      double blocks[11];
      for (double& block : blocks) block = share * noise(random_);
      std::nth_element(blocks, blocks + 5, blocks + 11);
      cells[i] = static_cast<std::int64_t>(blocks[5] * static_cast<double>(kRate));
    }
  }
  // Whether the suspect accuses a GPU alone that has no fault of that kind.
  static bool accuses_innocent(const Suspect& one, const std::vector<Fault>& faults) {
    if (one.part == Part::node || one.part == Part::fabric) return false;
    return std::none_of(faults.begin(), faults.end(), [&](const Fault& fault) {
      const bool sends = fault.gpu == one.gpu && fault.part != Part::ingress;
      const bool receives = fault.gpu == one.gpu && fault.part != Part::egress;
      const bool whole = fault.part != Part::pair && fault.part != Part::fabric;
      switch (one.part) {
        case Part::egress:
          return whole && sends;
        case Part::ingress:
          return whole && receives;
        case Part::gpu:
          return whole && fault.gpu == one.gpu;
        default:
          break;
      }
      // A pair is right if it holds a part that is at fault.
      const auto holds = [&](std::size_t gpu) { return gpu == one.gpu || gpu == one.other; };
      return fault.part == Part::pair ? holds(fault.gpu) && holds(fault.other)
                                      : fault.part == Part::fabric || holds(fault.gpu);
    });
  }

  std::mt19937_64 random_{20261129};
};

TEST_F(LocateAny, NeverAccusesAnInnocentPartAlone) {
  std::size_t named = 0, trials = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    n = trial % 4 == 0 ? 4 : 8;
    terms.switches = trial % 3 == 0 ? 2 : 4;
    std::vector<Fault> faults{any_fault()};
    if (trial % 2 == 0) faults.push_back(any_fault());
    measure(faults, trial % 5 == 0 ? 0.01 : 0, trial % 7 < 3);
    for (const Suspect& one : low()) {
      ASSERT_FALSE(accuses_innocent(one, faults))
          << words(low()) << " in trial " << trial << " of " << n << " GPUs";
      named += one.part != Part::node ? 1 : 0;
    }
    trials += faults.size();
  }
  EXPECT_GT(named * 2, trials) << "one that names nobody would pass, too";
}

TEST_F(LocateAny, NamesASingleFaultOfFivePercentAndMore) {
  n = 8;
  terms.expected = kRate;
  for (int trial = 0; trial < 1500; ++trial) {
    Fault fault = any_fault();
    fault.left = std::min(fault.left, fault.part == Part::pair ? 0.92 : 0.945);
    measure({fault}, 0, false);
    const auto found = low();
    ASSERT_EQ(found.size(), 1u) << words(found);
    EXPECT_EQ(found[0].part, fault.part) << words(found);
    if (fault.part == Part::pair) {
      EXPECT_EQ(std::minmax(found[0].gpu, found[0].other), std::minmax(fault.gpu, fault.other));
    } else if (fault.part != Part::fabric) {
      EXPECT_EQ(found[0].gpu, fault.gpu);
    }
  }
}

TEST_F(LocateAny, ASoundNodeNamesNothing) {
  for (int trial = 0; trial < 1500; ++trial) {
    n = trial % 2 == 0 ? 8 : 4;
    measure({}, 0.015, false);
    ASSERT_EQ(words(low()), "") << trial;
  }
}

}  // namespace
}  // namespace ga
