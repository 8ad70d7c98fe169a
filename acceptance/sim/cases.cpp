#include "acceptance/sim/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/compute.h"
#include "acceptance/sim/fresh.h"
#include "acceptance/sim/noise.h"
#include "acceptance/sim/physics.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr double kSettlingS = 40;       // of slow_settling
constexpr double kLightLaunchNs = 1e6;  // assumed

bool is_exact(std::string_view case_id) { return case_id.ends_with(".exact"); }
bool is_pcie(std::string_view case_id) { return case_id.starts_with("pcie."); }
bool is_memory(std::string_view case_id) { return case_id.starts_with("memory."); }

bool hits(const Fault& fault, const ComputeCase& of) {
  if (fault.kind == FaultKind::attention_wrong && !of.attention) return false;
  if (fault.path == FaultPath::own && !of.own) return false;
  if (fault.path == FaultPath::vendor && of.own) return false;
  return fault.type.empty() || fault.type == of.type->name;
}

// The share of a computation's rate that its type loses.
double slow_type(const Scenario& scenario, const BlockName& name) {
  const auto compute = compute_case(name.case_id);
  if (!compute) return 0;
  for (const Fault& fault : scenario.faults) {
    const bool here = fault.gpu < 0 || fault.gpu == name.gpu;
    if (fault.kind == FaultKind::slow_type && here && name.load_s >= fault.at_s &&
        hits(fault, *compute)) {
      return fault.severity;
    }
  }
  return 0;
}

// The rate with everything that is not clock, power or heat.
double noisy_rate(const Scenario& scenario, const Die& die, const BlockName& name,
                  const Operating& operating) {
  const Part& part = scenario.part;
  double rate = rate_of(part, die, name.case_id, operating);
  if (name.case_id == "clock.light") return rate;
  const double lost = starved(scenario, name);
  if (lost > 0 && computes(name.case_id)) {
    const double capped =
        operate(part, die, load_of(part, name.case_id), part.sw_limit_c - 20).clock_mhz;
    rate = rate_of(part, die, name.case_id, {.clock_mhz = capped});
  }
  rate *= (1 - lost) * (1 - name.slowed) * (1 - slow_type(scenario, name));
  double sigma = part.block_gemm;
  if (is_memory(name.case_id)) sigma = part.block_memory;
  if (is_pcie(name.case_id)) sigma = part.block_pcie;
  sigma = std::hypot(sigma, severity(scenario, FaultKind::noisy_blocks, name));
  const auto index = static_cast<std::uint64_t>(name.index);
  rate *= 1 + sigma * noise_normal({scenario.seed, series_of(name), index});
  if (computes(name.case_id)) {
    const double settling = severity(scenario, FaultKind::slow_settling, name);
    rate *= 1 - settling * std::exp(-age_s(name) / kSettlingS);
  }
  return std::max(1.0, rate);
}

double work_of_launch(const BlockName& name) {
  if (const auto compute = compute_case(name.case_id)) return launch_flops(*compute, name.params);
  return static_cast<double>(param(name.params, "bytes"));
}

struct DataFault {
  FaultKind kind;
  Damage damage;
};
constexpr DataFault kDataFaults[] = {{FaultKind::bit_flip, Damage::bit_flip},
                                     {FaultKind::zero_tile, Damage::zero_tile},
                                     {FaultKind::nan, Damage::nan},
                                     {FaultKind::attention_wrong, Damage::bit_flip}};

std::optional<Spoiled> spoiled_output(const Scenario& scenario, const BlockName& name,
                                      const ComputeCase& of, std::int64_t launches,
                                      double clock_mhz) {
  for (const DataFault& data : kDataFaults) {
    for (const Fault& fault : scenario.faults) {
      if (fault.kind != data.kind || (fault.gpu >= 0 && fault.gpu != name.gpu)) continue;
      if (name.load_s < fault.at_s) continue;
      if (!hits(fault, of) || clock_mhz < fault.least_mhz) continue;
      const std::int64_t count =
          spoiled_launches(scenario, series_of(name), name.index, fault.severity, launches);
      if (count == 0) continue;
      const auto index = static_cast<std::uint64_t>(name.index);
      const std::uint32_t place = noise_word({scenario.seed, series_of(name) + " place", index});
      constexpr int kLowBit = 12, kBits = 10;  // of the mantissa
      const OutputShape shape = output_of(of, name.params);
      return Spoiled{.damage = data.damage,
                     .row = place % shape.rows,
                     .col = (place >> 8) % shape.cols,
                     .bit = kLowBit + static_cast<int>(place % kBits),
                     .launches = count,
                     .sm = fault.sm};
    }
  }
  return std::nullopt;
}

// A deterministic kernel gives the same bits on every GPU, so the word knows no unit.
std::string output_word(const Scenario& scenario, const BlockName& name) {
  BlockName common = name;
  common.gpu = 0;
  const std::string what = series_of(common) + " output";
  return fmt::format("{:08x}{:08x}", noise_word({scenario.seed, what, 0}),
                     noise_word({scenario.seed, what, 1}));
}

// An element of the output with so many bits, and what a NaN is in it.
struct OutputWord {
  int bits = 32;
  std::uint64_t nan = 0x7fc00000;
};
OutputWord word_of(ElementType out) {
  if (out == ElementType::bf16) return {16, 0x7fc0};
  if (out == ElementType::fp16) return {16, 0x7e00};
  if (out == ElementType::fp64) return {64, 0x7ff8000000000000};
  return {};
}

Check random_check(const Scenario& scenario, const BlockName& name, const ComputeCase& of,
                   const std::optional<Spoiled>& spoiled) {
  const std::string right = output_word(scenario, name);
  Check check{.kind = of.attention ? "reference" : "checksum", .expected = right, .got = right};
  if (!spoiled) return check;
  const std::int64_t elements = spoiled->damage == Damage::zero_tile ? 64 : 1;
  check.wrong = elements * spoiled->launches;
  check.got = right.substr(8) + right.substr(0, 8);
  if (check.got == check.expected) check.got[0] = check.got[0] == '0' ? '1' : '0';
  // What the words were is not computed.
  const OutputWord word = word_of(of.type->out);
  const auto element = spoiled->row * output_of(of, name.params).cols + spoiled->col;
  const std::uint64_t noise =
      noise_word({scenario.seed, name.case_id, static_cast<std::uint64_t>(element)});
  // Its upper half: neither zero nor a NaN.
  const std::uint64_t was = (1 + noise % 0x3fff) << (word.bits - 16);
  std::uint64_t got = was ^ (std::uint64_t{1} << (spoiled->bit % word.bits));
  if (spoiled->damage == Damage::zero_tile) got = 0;
  if (spoiled->damage == Damage::nan) got = word.nan;
  const auto hex = [&](std::uint64_t bits) { return fmt::format("{:0{}x}", bits, word.bits / 4); };
  FirstMismatch first;
  first.element = element;
  first.expected = hex(was);
  first.got = hex(got);
  first.xor_bits = hex(was ^ got);
  check.first = first;
  return check;
}

Check pattern_check(const Scenario& scenario, const BlockName& name) {
  const FaultKind kind =
      is_pcie(name.case_id) ? FaultKind::pcie_corrupt : FaultKind::memory_corrupt;
  Check check{.kind = "pattern", .expected = "", .got = ""};
  const double words = severity(scenario, kind, name);
  if (!(words > 0)) return check;
  check.wrong = std::llround(words);
  check.first = wrong_word(scenario, series_of(name), name.index, param(name.params, "bytes"));
  return check;
}

Check check_of(const Scenario& scenario, const BlockName& name, std::int64_t launches,
               double clock_mhz, ExactWorkshop& workshop) {
  if (name.case_id == "clock.light") return {.kind = "exact", .expected = "", .got = ""};
  const auto compute = compute_case(name.case_id);
  if (!compute) return pattern_check(scenario, name);
  const auto spoiled = spoiled_output(scenario, name, *compute, launches, clock_mhz);
  if (!compute->exact) return random_check(scenario, name, *compute, spoiled);
  const auto seed = static_cast<std::uint64_t>(param(name.params, "seed"));
  if (compute->attention) {
    return workshop.check(ExactAttention{attention_shape(name.params), seed}, spoiled);
  }
  return workshop.check(ExactGemm{param(name.params, "m"), param(name.params, "n"),
                                  param(name.params, "k"), seed, compute->type->in},
                        spoiled);
}

// TEMPORARY: the cases of memory and power are simulated by somebody else's commit.
std::optional<BlockName> stand_in(const BlockName& name) {
  BlockName known = name;
  if (name.case_id == "memory.pattern") {
    known.case_id = "memory.copy";
    known.params = {{"bytes", param(name.params, "bytes")}};
  } else if (name.case_id == "power.mixed" || name.case_id == "power.pulse") {
    const std::int64_t n = param(name.params, "n");
    known.case_id = "gemm.bf16.cublaslt";
    known.params = {{"m", n}, {"n", n}, {"k", n}};
  } else {
    return std::nullopt;
  }
  return known;
}

}  // namespace

SimulatedBlock simulate_block(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop) {
  if (const auto known = stand_in(name)) {  // TEMPORARY
    SimulatedBlock block = simulate_block(scenario, *known, workshop);
    block.sample.unit = std::string(find_case(name.case_id)->unit);
    if (block.sample.unit == "launches") block.sample.value = *block.check.check.launches;
    if (const std::int64_t hold_s = param(name.params, "hold_s"); hold_s > 0) {
      block.check.check.launches = 1;
    }
    return block;
  }
  if (name.case_id == kFreshCase) return simulate_fresh(scenario, name, workshop);
  const Die die = die_of(scenario, name.gpu, name.load_s);
  const Moment moment = moment_of(scenario, die, name);
  const double rate = noisy_rate(scenario, die, name, moment.operating);
  const double launch_ns =
      name.case_id == "clock.light" ? kLightLaunchNs : work_of_launch(name) / rate * kNsPerS;
  const double wanted = std::ceil(static_cast<double>(name.block_ns) / launch_ns);
  const auto launches = static_cast<std::int64_t>(std::clamp(wanted, 1.0, 1e12));
  SimulatedBlock block;
  SampleEvent& sample = block.sample;
  sample.block = name.index;
  const CaseInfo* info = find_case(name.case_id);
  sample.unit = info == nullptr ? "" : std::string(info->unit);
  sample.value = is_exact(name.case_id) ? launches : std::llround(rate);
  sample.elapsed_ns = std::llround(static_cast<double>(launches) * std::max(1.0, launch_ns));
  sample.power_mw = power_reading_mw(scenario, name, moment.operating.power_w);
  sample.temp_mc = temperature_reading_mc(die, moment.heat);
  sample.throttle = moment.operating.reasons;
  sample.clock_mhz = clock_reading(scenario, name, moment.operating.clock_mhz);
  if (copies_over_pcie(name.case_id)) {
    sample.link_gen = link_gen_reading(scenario, name);
    sample.link_width = die.link_width;
  }
  if (static_cast<double>(name.index) < severity(scenario, FaultKind::clock_unreadable, name)) {
    sample.clock_mhz = 0;
    sample.discard = "no_clock_reading";
  }
  const double clock_mhz = moment.operating.clock_mhz;
  block.check = {.block = name.index,
                 .check = check_of(scenario, name, launches, clock_mhz, workshop)};
  block.check.check.launches = launches;
  block.spent = spent_in(die, moment.operating, sample.elapsed_ns);
  return block;
}

std::int64_t device_bytes(std::string_view case_id, const Params& params) {
  if (const auto compute = compute_case(case_id)) return device_bytes(*compute, params);
  const std::int64_t bytes = param(params, "bytes");
  if (case_id == "memory.triad") return 3 * bytes;
  if (case_id == "memory.copy" || case_id == "memory.d2d") return 2 * bytes;
  return bytes;
}

}  // namespace ga
