#include "acceptance/sim/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/compute.h"
#include "acceptance/sim/exercise.h"
#include "acceptance/sim/fresh.h"
#include "acceptance/sim/memory.h"
#include "acceptance/sim/noise.h"
#include "acceptance/sim/physics.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr double kSettlingS = 40;       // of slow_settling
constexpr double kLightLaunchNs = 1e6;  // assumed
constexpr double kLoadsOfLaunch = 1e5;  // of a chain of addresses; assumed

bool is_pcie(std::string_view case_id) { return case_id.starts_with("pcie."); }
bool is_memory(std::string_view case_id) { return case_id.starts_with("memory."); }

bool hits(const Fault& fault, const ComputeCase& of) {
  if (fault.kind == FaultKind::attention_wrong && !of.attention) return false;
  if (fault.kind == FaultKind::gradient_wrong && !of.backward) return false;
  if (fault.kind == FaultKind::pulse_corrupt && !of.pulses) return false;
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
  if (exercises(name.case_id)) return 1;
  if (name.case_id == "memory.chase") return kLoadsOfLaunch;
  const auto bytes = static_cast<double>(param(name.params, "bytes"));
  return name.case_id == "memory.pattern" ? 2 * bytes : bytes;  // written, and read
}

struct DataFault {
  FaultKind kind;
  Damage damage;
};
constexpr DataFault kDataFaults[] = {{FaultKind::bit_flip, Damage::bit_flip},
                                     {FaultKind::zero_tile, Damage::zero_tile},
                                     {FaultKind::nan, Damage::nan},
                                     {FaultKind::attention_wrong, Damage::bit_flip},
                                     {FaultKind::gradient_wrong, Damage::bit_flip},
                                     {FaultKind::pulse_corrupt, Damage::bit_flip}};

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

Check check_of(const Scenario& scenario, const BlockName& name, std::int64_t launches,
               double clock_mhz, ExactWorkshop& workshop) {
  if (name.case_id == "clock.light") return {.kind = "exact", .expected = "", .got = ""};
  const auto compute = compute_case(name.case_id);
  if (exercises(name.case_id)) return exercise_check(scenario, name, launches);
  if (!compute) return memory_check(scenario, name, launches);
  const auto spoiled = spoiled_output(scenario, name, *compute, launches, clock_mhz);
  if (!compute->exact) return random_check(scenario, name, *compute, spoiled);
  const auto seed = static_cast<std::uint64_t>(param(name.params, "seed"));
  if (compute->attention) {
    const ExactAttention exact{attention_shape(name.params), seed};
    return workshop.check(exact, compute->backward ? Pass::backward : Pass::forward, spoiled);
  }
  return workshop.check(ExactGemm{param(name.params, "m"), param(name.params, "n"),
                                  param(name.params, "k"), seed, compute->type->in},
                        spoiled);
}

}  // namespace

SimulatedBlock simulate_block(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop) {
  if (name.case_id == kFreshCase) return simulate_fresh(scenario, name, workshop);
  Die die = die_of(scenario, name.gpu, name.load_s);
  // Supplies that carry the full load and not its step: all GPUs at once, at the start of a period.
  if (name.case_id == kPulseCase && param(name.params, "phase_percent") == 0) {
    die.power_brake_share += severity(scenario, FaultKind::psu_weak, name);
  }
  const double at_work = share_at_work(name);
  const Moment moment = moment_of(scenario, die, name);
  const double rate = at_work * noisy_rate(scenario, die, name, moment.operating);
  const double held_ns = static_cast<double>(hold_s(name)) * kNsPerS;
  const double launch_ns =
      held_ns +
      (name.case_id == "clock.light" ? kLightLaunchNs : work_of_launch(name) / rate * kNsPerS);
  // A launch that waits for minutes is not begun again for the rest of a block.
  const double count = static_cast<double>(name.block_ns) / launch_ns;
  const double wanted = held_ns > 0 ? std::floor(count) : std::ceil(count);
  const auto launches = static_cast<std::int64_t>(std::clamp(wanted, 1.0, 1e12));
  SimulatedBlock block;
  SampleEvent& sample = block.sample;
  sample.block = name.index;
  const CaseInfo* info = find_case(name.case_id);
  sample.unit = info == nullptr ? "" : std::string(info->unit);
  sample.value = sample.unit == "launches" ? launches
                 : sample.unit == "ns"     ? std::llround(kNsPerS / rate)
                                           : std::llround(rate);
  sample.elapsed_ns = std::llround(static_cast<double>(launches) * std::max(1.0, launch_ns));
  // What a sensor that averages over a second shows.
  const double rest_w = scenario.part.idle_w;
  const double watts = rest_w + at_work * (moment.operating.power_w - rest_w);
  sample.power_mw = power_reading_mw(scenario, name, watts);
  sample.temp_mc = temperature_reading_mc(die, moment.heat);
  sample.throttle = moment.operating.reasons;
  sample.clock_mhz = clock_reading(scenario, name, moment.operating.clock_mhz);
  if (copies_over_pcie(name.case_id)) {
    sample.link_gen = link_gen_reading(scenario, name);
    sample.link_width = die.link_width;
  }
  if (loads_memory(name.case_id)) {
    sample.memory_temp_mc = memory_reading_mc(scenario, name, die, moment.heat);
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
