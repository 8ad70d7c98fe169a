#include "acceptance/sim/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/noise.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr std::int64_t kWordBytes = 8;
constexpr double kGib = 0x1p30;

bool is_walk(const BlockName& name) { return name.case_id == "memory.pattern"; }

FirstMismatch mismatch(std::int64_t element, std::uint64_t expected, std::uint64_t got) {
  const auto hex = [](std::uint64_t word) { return fmt::format("{:016x}", word); };
  return {.element = element,
          .expected = hex(expected),
          .got = hex(got),
          .xor_bits = hex(expected ^ got)};
}

// Every word that reaches that far is written with the bit clear sooner or later.
void add_stuck(const Scenario& scenario, const BlockName& name, std::int64_t launches,
               Check& check) {
  const double gib = severity(scenario, FaultKind::memory_stuck, name);
  const auto byte = static_cast<std::int64_t>(gib * kGib);
  if (!(gib > 0) || byte >= param(name.params, "bytes") || check.wrong > 0) return;
  const std::uint32_t noise = noise_word({scenario.seed, "stuck", 0});
  const std::uint64_t bit = std::uint64_t{1} << (40 + noise % 24);  // of no address
  const bool own_address = is_walk(name) && param(name.params, "test") == 0;
  const std::uint64_t other = (std::uint64_t{noise} * 0x9e3779b97f4a7c15u) & ~bit;
  const std::uint64_t word = own_address ? static_cast<std::uint64_t>(byte) : other;
  check.wrong = launches;
  check.first = mismatch(byte / kWordBytes, word, word | bit);
}

// Two words are one, and hold what was written to the later.
void add_alias(const Scenario& scenario, const BlockName& name, std::int64_t launches,
               Check& check) {
  const double line = severity(scenario, FaultKind::memory_alias, name);
  if (!(line > 0) || !is_walk(name) || param(name.params, "test") != 0 || check.wrong > 0) return;
  const std::int64_t bytes = param(name.params, "bytes");
  const std::int64_t apart = std::int64_t{1} << std::llround(line);
  if (apart >= bytes) return;
  constexpr std::int64_t kMost = 1'000'000;  // keeps the product small
  check.wrong = std::min(launches, kMost) * std::min(apart, bytes - apart) / kWordBytes;
  check.first = mismatch(0, 0, static_cast<std::uint64_t>(apart));
}

}  // namespace

std::int64_t hold_s(const BlockName& name) {
  return is_walk(name) ? param(name.params, "hold_s") : 0;
}

Check memory_check(const Scenario& scenario, const BlockName& name, std::int64_t launches) {
  const bool pcie = copies_over_pcie(name.case_id);
  Check check{
      .kind = name.case_id == "memory.chase" ? "exact" : "pattern", .expected = "", .got = ""};
  double words =
      severity(scenario, pcie ? FaultKind::pcie_corrupt : FaultKind::memory_corrupt, name);
  // The bits that fade are held at the value that they lose by the complement alone.
  if (hold_s(name) > 0 && param(name.params, "flip") == 1)
    words += severity(scenario, FaultKind::memory_fades, name);
  if (words > 0) {
    check.wrong = std::llround(words);
    check.first = wrong_word(scenario, series_of(name), name.index, param(name.params, "bytes"));
  }
  if (pcie) return check;
  add_stuck(scenario, name, launches, check);
  add_alias(scenario, name, launches, check);
  return check;
}

std::int64_t memory_reading_mc(const Scenario& scenario, const BlockName& name, const Die& die,
                               const Heat& heat) {
  const double hotter = kMemoryHotterC + severity(scenario, FaultKind::memory_hot, name);
  return 1000 * std::llround(temperature_c(die, heat) + hotter);
}

}  // namespace ga
