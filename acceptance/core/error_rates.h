// Error rates: what the floor rule errs, found by playing simulated GPUs against the rule as
// shipped.
//
// The rule has no formula once blocks resemble each other or a GPU still settles. So it is
// simulated, with the same functions that judge a delivery, and the result is published as
// docs/error-rates.md. Block noise is normal; the rule itself does not assume that.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ga {

// One kind of GPU: how its blocks lie around its true rate.
struct Process {
  std::string_view name;
  double rho = 0;             // correlation of a block with the one before
  double settle_percent = 0;  // how far above the true rate it starts; below, if negative
  double settle_seconds = 0;  // time constant
  bool warmed_up = true;      // whether it settles from the start of the warm-up, or of the blocks
  bool power_capped = true;
};
std::span<const Process> all_processes();

struct Rates {
  std::int64_t trials = 0, passed = 0, failed = 0, at_stage_1 = 0;
  std::int64_t borderline() const { return trials - passed - failed; }
};

// Units whose true rate is `offset_percent` above a calibrated floor, at level standard.
Rates simulate_units(const Process& process, double offset_percent, std::int64_t trials,
                     std::uint64_t seed);

// Healthy nodes of eight GPUs against floors as they are to be calibrated: see the page.
struct NodeRates {
  std::int64_t nodes = 0, failed = 0, not_accepted = 0;
};
NodeRates simulate_nodes(std::int64_t nodes, std::uint64_t seed);

// The page, with its tables.
std::string error_rates_page(std::int64_t trials, std::int64_t nodes, std::uint64_t seed);

}  // namespace ga
