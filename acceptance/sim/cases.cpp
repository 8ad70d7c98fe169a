#include "acceptance/sim/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "acceptance/sim/noise.h"
#include "acceptance/sim/physics.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr double kNsPerS = 1e9;
// Seconds of load between two blocks of one series, in blocks: about as many series take turns.
constexpr double kInterleaved = 6;
constexpr double kSettlingS = 40;        // of slow_settling
constexpr double kLightLaunchNs = 1e6;   // assumed
constexpr double kPowerReading = 0.003;  // relative; assumed

bool is_gemm(std::string_view case_id) { return case_id.starts_with("gemm."); }
bool is_exact(std::string_view case_id) { return case_id.ends_with(".exact"); }
bool is_pcie(std::string_view case_id) { return case_id.starts_with("pcie."); }
bool is_memory(std::string_view case_id) { return case_id.starts_with("memory."); }

std::int64_t param(const Params& params, std::string_view key) {
  const auto found = params.find(std::string(key));
  return found == params.end() ? 0 : found->second;
}

// "gpu/3 memory.copy bytes=8589934592": what this series is called among all noise.
std::string series_of(const BlockName& name) {
  std::string text = fmt::format("gpu/{} {}", name.gpu, name.case_id);
  for (const auto& [key, value] : name.params) text += fmt::format(" {}={}", key, value);
  return text;
}

double severity(const Scenario& scenario, FaultKind kind, const BlockName& name) {
  const Fault* fault = scenario.fault(kind, name.gpu, name.load_s);
  return fault == nullptr ? 0 : fault->severity;
}

bool hits_type(const Fault& fault, const GemmCase& gemm) {
  return fault.type.empty() || fault.type == gemm.type->name;
}

// The share of a GEMM's rate that its type loses.
double slow_type(const Scenario& scenario, const BlockName& name) {
  const auto gemm = gemm_case(name.case_id);
  if (!gemm) return 0;
  for (const Fault& fault : scenario.faults) {
    const bool here = fault.gpu < 0 || fault.gpu == name.gpu;
    if (fault.kind == FaultKind::slow_type && here && name.load_s >= fault.at_s &&
        hits_type(fault, *gemm)) {
      return fault.severity;
    }
  }
  return 0;
}

// Host starvation: the GPU waits for its host, at full clock and little power.
double starved(const Scenario& scenario, const BlockName& name) {
  const bool alone = param(name.params, "alone") == 1;
  const bool hurts =
      (is_pcie(name.case_id) && !alone) || (is_gemm(name.case_id) && !is_exact(name.case_id));
  return hurts ? severity(scenario, FaultKind::host_starvation, name) : 0;
}

// Seconds of load behind this block. Not the worker's own count: a resumed run must agree.
double age_s(const BlockName& name) {
  const double block_s = static_cast<double>(name.block_ns) / kNsPerS;
  if (name.warm_s <= 0) return 0;
  return name.warm_s + static_cast<double>(name.index) * block_s * kInterleaved;
}

Moment moment_of(const Scenario& scenario, const Die& die, const BlockName& name) {
  const Part& part = scenario.part;
  const double block_s = static_cast<double>(name.block_ns) / kNsPerS;
  const Heat rest = settled(part, die, part.idle_w);
  Load load = load_of(part, name.case_id);
  if (const double lost = starved(scenario, name); lost > 0 && is_gemm(name.case_id)) {
    const double capped = operate(part, die, load, temperature_c(die, rest)).clock_mhz;
    load.dynamic_w *= (1 - lost) * capped / die.clock_max;
  }
  if (name.warm_s <= 0) {
    return run_load(part, die, load, rest, (static_cast<double>(name.index) + 1) * block_s);
  }
  const Moment warm = run_load(part, die, load_of(part, "gemm.bf16.cublaslt"), rest, age_s(name));
  return run_load(part, die, load, warm.heat, block_s);
}

// The rate with everything that is not clock, power or heat.
double noisy_rate(const Scenario& scenario, const Die& die, const BlockName& name,
                  const Operating& operating) {
  const Part& part = scenario.part;
  double rate = rate_of(part, die, name.case_id, operating);
  if (name.case_id == "clock.light") return rate;
  const double lost = starved(scenario, name);
  if (lost > 0 && is_gemm(name.case_id)) {
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
  if (is_gemm(name.case_id)) {
    const double settling = severity(scenario, FaultKind::slow_settling, name);
    rate *= 1 - settling * std::exp(-age_s(name) / kSettlingS);
  }
  return std::max(1.0, rate);
}

double work_of_launch(const BlockName& name) {
  if (is_gemm(name.case_id)) {
    return 2.0 * static_cast<double>(param(name.params, "m")) *
           static_cast<double>(param(name.params, "n")) *
           static_cast<double>(param(name.params, "k"));
  }
  return static_cast<double>(param(name.params, "bytes"));
}

// Of the launches of a block, how many a fault spoils: its share, the rest by chance. Share 0 is
// what an injection does: one launch of each block.
std::int64_t spoiled_launches(const Scenario& scenario, const BlockName& name, double share,
                              std::int64_t launches) {
  if (share <= 0) return 1;
  const double mean = share * static_cast<double>(launches);
  const auto index = static_cast<std::uint64_t>(name.index);
  const double chance = noise_uniform({scenario.seed, series_of(name) + " spoiled", index});
  const auto sure = static_cast<std::int64_t>(mean);
  return std::min(launches, sure + (chance < mean - std::floor(mean) ? 1 : 0));
}

struct DataFault {
  FaultKind kind;
  Damage damage;
};
constexpr DataFault kDataFaults[] = {{FaultKind::bit_flip, Damage::bit_flip},
                                     {FaultKind::zero_tile, Damage::zero_tile},
                                     {FaultKind::nan, Damage::nan}};

std::optional<Spoiled> spoiled_gemm(const Scenario& scenario, const BlockName& name,
                                    const GemmCase& gemm, std::int64_t launches, double clock_mhz) {
  for (const DataFault& data : kDataFaults) {
    for (const Fault& fault : scenario.faults) {
      if (fault.kind != data.kind || (fault.gpu >= 0 && fault.gpu != name.gpu)) continue;
      if (name.load_s < fault.at_s) continue;
      if (fault.path == FaultPath::own && !gemm.own) continue;
      if (fault.path == FaultPath::vendor && gemm.own) continue;
      if (!hits_type(fault, gemm) || clock_mhz < fault.least_mhz) continue;
      const std::int64_t count = spoiled_launches(scenario, name, fault.severity, launches);
      if (count == 0) continue;
      const auto index = static_cast<std::uint64_t>(name.index);
      const std::uint32_t place = noise_word({scenario.seed, series_of(name) + " place", index});
      constexpr int kLowBit = 12, kBits = 10;  // of the mantissa
      return Spoiled{.damage = data.damage,
                     .row = place % param(name.params, "m"),
                     .col = (place >> 8) % param(name.params, "n"),
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

// A word of C with so many bits, and what a NaN is in it.
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

Check gemm_check(const Scenario& scenario, const BlockName& name, const GemmCase& gemm,
                 const std::optional<Spoiled>& spoiled) {
  const std::string right = output_word(scenario, name);
  Check check{.kind = "checksum", .expected = right, .got = right};
  if (!spoiled) return check;
  const std::int64_t elements = spoiled->damage == Damage::zero_tile ? 64 : 1;
  check.wrong = elements * spoiled->launches;
  check.got = right.substr(8) + right.substr(0, 8);
  if (check.got == check.expected) check.got[0] = check.got[0] == '0' ? '1' : '0';
  // What the words were is not computed: a random product is known by its checksum alone.
  const OutputWord word = word_of(gemm.type->out);
  const auto element = spoiled->row * param(name.params, "n") + spoiled->col;
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
  const auto index = static_cast<std::uint64_t>(name.index);
  const std::uint32_t place = noise_word({scenario.seed, series_of(name) + " place", index});
  check.wrong = std::llround(words);
  FirstMismatch first;
  first.element = place % std::max<std::int64_t>(1, param(name.params, "bytes") / 8);
  first.expected = fmt::format("{:016x}", std::uint64_t{place} * 0x9e3779b97f4a7c15u);
  first.xor_bits = fmt::format("{:016x}", std::uint64_t{1} << (place % 64));
  first.got = fmt::format(
      "{:016x}", (std::uint64_t{place} * 0x9e3779b97f4a7c15u) ^ (std::uint64_t{1} << (place % 64)));
  check.first = first;
  return check;
}

Check check_of(const Scenario& scenario, const BlockName& name, std::int64_t launches,
               double clock_mhz, ExactWorkshop& workshop) {
  if (name.case_id == "clock.light") return {.kind = "exact", .expected = "", .got = ""};
  const auto gemm = gemm_case(name.case_id);
  if (!gemm) return pattern_check(scenario, name);
  const auto spoiled = spoiled_gemm(scenario, name, *gemm, launches, clock_mhz);
  if (!gemm->exact) return gemm_check(scenario, name, *gemm, spoiled);
  const ExactGemm product{param(name.params, "m"), param(name.params, "n"), param(name.params, "k"),
                          static_cast<std::uint64_t>(param(name.params, "seed")), gemm->type->in};
  return workshop.check(product, spoiled);
}

std::int64_t clock_reading(const Scenario& scenario, const BlockName& name, double mhz) {
  if (is_gemm(name.case_id)) {
    const double apart = severity(scenario, FaultKind::bimodal_clock, name);
    mhz *= name.index % 2 == 0 ? 1 + apart : 1 - apart;
  }
  const double step = scenario.part.clock_step;
  mhz = std::min(std::round(mhz / step) * step, scenario.part.clock_max);
  return std::llround(std::max(step, mhz));
}

LoadHistory spent_in(const Die& die, const Operating& operating, std::int64_t elapsed_ns) {
  LoadHistory spent;
  const auto share = [&](double part) {
    return std::llround(std::min(1.0, part) * static_cast<double>(elapsed_ns));
  };
  spent.load_s = static_cast<double>(elapsed_ns) / kNsPerS;
  if ((operating.reasons & kThrottleSwPower) != 0) spent.sw_power_ns = elapsed_ns;
  if ((operating.reasons & kThrottleSwThermal) != 0) spent.sw_thermal_ns = elapsed_ns;
  if ((operating.reasons & kThrottleHwThermal) != 0) {
    spent.hw_thermal_ns = share(die.hw_thermal_share > 0 ? die.hw_thermal_share : 1.0);
  }
  if ((operating.reasons & kThrottlePowerBrake) != 0) {
    spent.power_brake_ns = share(die.power_brake_share);
  }
  spent.energy_mj = std::llround(operating.power_w * spent.load_s * 1000);
  return spent;
}

}  // namespace

SimulatedBlock simulate_block(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop) {
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
  const auto index = static_cast<std::uint64_t>(name.index);
  const double wobble =
      1 + kPowerReading * noise_normal({scenario.seed, series_of(name) + " power", index});
  sample.power_mw = std::llround(moment.operating.power_w * wobble * 1000);
  // The driver reads whole degrees.
  sample.temp_mc = 1000 * std::llround(temperature_c(die, moment.heat));
  sample.throttle = moment.operating.reasons;
  sample.clock_mhz = clock_reading(scenario, name, moment.operating.clock_mhz);
  if (copies_over_pcie(name.case_id)) {
    const std::int64_t least =
        std::llround(std::max(severity(scenario, FaultKind::pcie_gen_low, name),
                              severity(scenario, FaultKind::pcie_gen_falls, name)));
    sample.link_gen = least > 0 ? least : scenario.part.link_gen;
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
  if (const auto gemm = gemm_case(case_id)) {
    const std::int64_t m = param(params, "m"), n = param(params, "n"), k = param(params, "k");
    const GemmType& type = *gemm->type;
    return element_bytes(type.in) * (m * k + k * n) +
           element_bytes(gemm->exact ? type.sum : type.out) * m * n;
  }
  const std::int64_t bytes = param(params, "bytes");
  if (case_id == "memory.triad") return 3 * bytes;
  if (case_id == "memory.copy" || case_id == "memory.d2d") return 2 * bytes;
  return bytes;
}

}  // namespace ga
