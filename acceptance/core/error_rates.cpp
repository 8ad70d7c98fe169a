#include "acceptance/core/error_rates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "acceptance/core/floor.h"
#include "acceptance/core/warmup.h"

namespace ga {
namespace {

constexpr double kTwoPi = 6.283185307179586;
constexpr double kBlockPercent = 0.5;  // block to block, as in the measured node
constexpr std::int64_t kFloor = 1'000'000'000'000;
// A round of level standard: three GEMM series of 3 s, two of memory and two of PCIe of 1 s. What
// stage 2 adds to one gate comes without the others in between.
constexpr double kRoundSeconds = 13;
constexpr double kBlockSeconds = 3;
constexpr double kWarmupSeconds = 300;
// From 30 to 65 degrees, read in whole degrees.
constexpr double kColdC = 30;
constexpr double kRiseC = 35;

// Box-Muller on the standard's own generator: the same numbers with every standard library.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : bits_(seed) {}
  double operator()() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = kTwoPi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  // In (0, 1].
  double uniform() { return (static_cast<double>(bits_() >> 11) + 1) * 0x1.0p-53; }

  std::mt19937_64 bits_;
  double spare_ = 0;
  bool has_spare_ = false;
};

std::int64_t sample_of(double percent) {
  return static_cast<std::int64_t>(std::llround(static_cast<double>(kFloor) * (1 + percent / 100)));
}

double block_time(std::size_t block) {
  const auto i = static_cast<double>(block);
  const auto first = static_cast<double>(kStage1Blocks);
  if (block < kStage1Blocks) return i * kRoundSeconds;
  return first * kRoundSeconds + (i - first) * kBlockSeconds;
}

double settling(const Process& process, double seconds) {
  if (process.settle_seconds <= 0) return 0;
  const double since = process.warmed_up ? kWarmupSeconds + seconds : seconds;
  return process.settle_percent * std::exp(-since / process.settle_seconds);
}

// What the warm-up rule says of a GPU that heats up with the same time constant.
bool looks_settled(const Process& process) {
  if (process.settle_seconds <= 0 || !process.warmed_up) return true;
  Warmup warmup{"gpu/0", 0, {}};
  for (int second = 0; second < static_cast<int>(kWarmupSeconds); ++second) {
    const double rise = kRiseC * (1 - std::exp(-second / process.settle_seconds));
    warmup.temp_mc.push_back(std::llround(kColdC + rise) * 1000);
  }
  Evidence evidence;
  evidence.warmup.push_back(std::move(warmup));
  return warmup_state(evidence, "gpu/0", Level::standard) == WarmupState::settled;
}

std::vector<std::int64_t> draw_blocks(const Process& process, double offset_percent,
                                      Normal& normal) {
  std::vector<std::int64_t> samples;
  const double fresh = std::sqrt(1 - process.rho * process.rho);
  double noise = normal();
  for (std::size_t i = 0; i < kStage2Blocks; ++i) {
    const double percent = offset_percent + settling(process, block_time(i));
    samples.push_back(sample_of(percent + kBlockPercent * noise));
    noise = process.rho * noise + fresh * normal();
  }
  return samples;
}

// One kind of series of a healthy node; figures in percent.
struct Series {
  double floor;             // below the median of healthy units
  double unit, run, block;  // spreads between units, between runs of one unit, between blocks
  int of_a_kind;            // how many such series a GPU has; they share the unit's own offset
  bool power_capped;
};
// Between units: B200 at the cap 1.5 %; memory below 1 %, here a third of it, because its clock is
// fixed; PCIe 0.10 of 55.4 GB/s over eight. Floors: 6.5 % below the fleet's median for what is
// power capped, 2 % for memory, 3 % for PCIe.
constexpr std::array<Series, 3> kHealthy{{{-6.5, 1.5, 0.5, 0.5, 2, true},
                                          {-2.0, 0.33, 0.15, 0.2, 2, false},
                                          {-3.0, 0.2, 0.15, 0.2, 2, false}}};
constexpr int kGpus = 8;

FloorAnswer judge_series(const Series& series, double unit_offset, Normal& normal) {
  FloorTerms terms;
  terms.floor = kFloor;
  terms.gross = kFloor / 100 * 85;
  terms.power_capped = series.power_capped;
  const double offset = -series.floor + unit_offset + series.run * normal();
  std::vector<std::int64_t> samples;
  while (samples.size() < blocks_wanted(terms, samples)) {
    samples.push_back(sample_of(offset + series.block * normal()));
  }
  return judge_floor(terms, samples).answer;
}

constexpr std::array<Process, 13> kProcesses{{
    {"independent", 0, 0, 0, true, true},
    {"independent, not power-capped", 0, 0, 0, true, false},
    {"correlated 0.3", 0.3, 0, 0, true, true},
    {"correlated 0.6", 0.6, 0, 0, true, true},
    {"correlated 0.9", 0.9, 0, 0, true, true},
    {"settling +3 %, 40 s", 0, 3, 40, true, true},
    {"settling +5 %, 120 s", 0, 5, 120, true, true},
    {"settling -3 %, 40 s", 0, -3, 40, true, true},
    {"settling -5 %, 120 s", 0, -5, 120, true, true},
    {"unwarmed +3 %, 40 s", 0, 3, 40, false, true},
    {"unwarmed +5 %, 120 s", 0, 5, 120, false, true},
    {"unwarmed -3 %, 40 s", 0, -3, 40, false, true},
    {"unwarmed -5 %, 120 s", 0, -5, 120, false, true},
}};

}  // namespace

std::span<const Process> all_processes() { return kProcesses; }

Rates simulate_units(const Process& process, double offset_percent, std::int64_t trials,
                     std::uint64_t seed) {
  FloorTerms terms;
  terms.floor = kFloor;
  terms.gross = kFloor / 100 * 85;
  terms.power_capped = process.power_capped;
  terms.settled = looks_settled(process);
  Normal normal(seed);
  Rates rates;
  for (; rates.trials < trials; ++rates.trials) {
    const auto samples = draw_blocks(process, offset_percent, normal);
    const auto answer = judge_floor(terms, samples).answer;
    if (answer == FloorAnswer::met) ++rates.passed;
    if (answer == FloorAnswer::below_floor || answer == FloorAnswer::below_gross) ++rates.failed;
    if (blocks_wanted(terms, samples) == kStage1Blocks) ++rates.at_stage_1;
  }
  return rates;
}

NodeRates simulate_nodes(std::int64_t nodes, std::uint64_t seed) {
  Normal normal(seed);
  NodeRates rates;
  for (; rates.nodes < nodes; ++rates.nodes) {
    bool failed = false;
    bool open = false;
    for (int gpu = 0; gpu < kGpus; ++gpu) {
      for (const Series& series : kHealthy) {
        const double unit_offset = series.unit * normal();
        for (int i = 0; i < series.of_a_kind; ++i) {
          const auto answer = judge_series(series, unit_offset, normal);
          failed =
              failed || answer == FloorAnswer::below_floor || answer == FloorAnswer::below_gross;
          open = open || answer != FloorAnswer::met;
        }
      }
    }
    if (failed) ++rates.failed;
    if (open) ++rates.not_accepted;
  }
  return rates;
}

}  // namespace ga
