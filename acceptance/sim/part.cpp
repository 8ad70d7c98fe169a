#include "acceptance/sim/part.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ga {
namespace {

constexpr double kMilli = 1e-3;

// A number within [low, high], in the unit that the key ends with.
double within(TomlTable& table, std::string_view key, double low, double high) {
  const double value = table.number(key);
  if (table.ok() && !(value >= low && value <= high)) {
    table.refuse(key, fmt::format("{} is outside {} .. {}", value, low, high),
                 "check the unit: the key's name says it");
  }
  return value;
}

std::string named(TomlTable& table, std::string_view key) {
  std::string text = table.text(key);
  if (table.ok() && text.empty()) table.refuse(key, "must not be empty", "say what the part says");
  return text;
}

void read_clock(TomlTable table, Part& part) {
  part.clock_max = within(table, "max_mhz", 100, 10'000);
  part.clock_idle = within(table, "idle_mhz", 1, part.clock_max);
  part.clock_step = within(table, "step_mhz", 1, 100);
  part.clock_memory = within(table, "memory_mhz", 100, 100'000);
  part.clock_memory_bound = within(table, "memory_bound_mhz", 100, part.clock_max);
}

void read_power(TomlTable table, Part& part) {
  constexpr double kMostMw = 10e6;
  part.max_w = within(table, "max_mw", 1000, kMostMw) * kMilli;
  part.limit_w = within(table, "limit_mw", 1000, part.max_w / kMilli) * kMilli;
  part.min_w = within(table, "min_mw", 1000, part.limit_w / kMilli) * kMilli;
  const double below_limit_mw = 0.99 * part.limit_w / kMilli;
  part.idle_w = within(table, "idle_mw", 1000, below_limit_mw) * kMilli;
  const auto load = [&](std::string_view key) {
    return within(table, key, part.idle_w / kMilli, below_limit_mw) * kMilli;
  };
  part.light_w = load("light_mw");
  part.pcie_w = load("pcie_mw");
  part.memory_w = load("memory_mw");
  part.exponent = within(table, "exponent", 1, 4);
  part.leakage_w_per_k = within(table, "leakage_mw_per_k", 0, 10'000) * kMilli;
}

void read_heat(TomlTable table, Part& part) {
  part.kelvin_per_w = within(table, "kelvin_per_w", 0.001, 1);
  part.fast_share = within(table, "fast_share", 0, 1);
  part.fast_s = within(table, "fast_s", 0.1, 1000);
  part.slow_s = within(table, "slow_s", 0.1, 10'000);
  part.odd_slot_k = within(table, "odd_slot_k", 0, 20);
  part.sw_limit_c = within(table, "sw_limit_c", 40, 120);
  part.hw_limit_c = within(table, "hw_limit_c", part.sw_limit_c, 130);
}

void read_fabric(TomlTable table, FabricFigures& fabric) {
  constexpr double kMostGpus = 64, kMostNs = 1e9;
  const auto rate = [&](std::string_view key) { return within(table, key, 1e6, 1e13); };
  const auto time = [&](std::string_view key) { return within(table, key, 1, kMostNs); };
  const auto share = [&](std::string_view key) { return within(table, key, 0.01, 1); };
  fabric.switches = static_cast<std::int64_t>(within(table, "switches", 1, 18));
  fabric.pair_sm = rate("pair_sm_bytes_per_s");
  fabric.pair_ce = rate("pair_ce_bytes_per_s");
  fabric.shift_sm = rate("shift_sm_bytes_per_s");
  fabric.shift_ce = rate("shift_ce_bytes_per_s");
  fabric.ring = rate("ring_bytes_per_s");
  fabric.nvls_wire = rate("nvls_wire_bytes_per_s");
  fabric.two_shot = rate("two_shot_bytes_per_s");
  fabric.own_nvls_wire = rate("own_nvls_wire_bytes_per_s");
  fabric.nvls_least_gpus =
      static_cast<std::int64_t>(within(table, "nvls_least_gpus", 2, kMostGpus));
  fabric.nccl_start_ns = time("nccl_start_ns");
  fabric.one_shot_start_ns = time("one_shot_start_ns");
  fabric.two_shot_start_ns = time("two_shot_start_ns");
  fabric.own_nvls_start_ns = time("own_nvls_start_ns");
  fabric.flag_ns = time("flag_ns");
  fabric.pcie_peer = rate("pcie_peer_bytes_per_s");
  fabric.far_share = share("far_share");
  fabric.far_together_share = share("far_together_share");
}

void read_spread(TomlTable table, Part& part) {
  constexpr double kMost = 0.2;
  part.spread_gemm = within(table, "gemm", 0, kMost);
  part.spread_memory = within(table, "memory", 0, kMost);
  part.spread_pcie = within(table, "pcie", 0, kMost);
  part.spread_nvlink = within(table, "nvlink", 0, kMost);
  part.block_gemm = within(table, "block_gemm", 0, kMost);
  part.block_memory = within(table, "block_memory", 0, kMost);
  part.block_pcie = within(table, "block_pcie", 0, kMost);
  part.block_nvlink = within(table, "block_nvlink", 0, kMost);
  part.block_wait = within(table, "block_wait", 0, kMost);
}

struct RateKey {
  std::string_view key, case_id;
};
constexpr std::array<RateKey, 8> kByteRates{{
    {"memory_read_bytes_per_s", "memory.read"},
    {"memory_write_bytes_per_s", "memory.write"},
    {"memory_copy_bytes_per_s", "memory.copy"},
    {"memory_triad_bytes_per_s", "memory.triad"},
    {"memory_d2d_bytes_per_s", "memory.d2d"},
    {"memory_pattern_bytes_per_s", "memory.pattern"},
    {"pcie_h2d_bytes_per_s", "pcie.h2d"},
    {"pcie_d2h_bytes_per_s", "pcie.d2h"},
}};

CappedRate read_capped(TomlTable& table, const std::string& name, const Part& part) {
  CappedRate rate;
  rate.flops = within(table, name + "_flops", 1e9, 1e18);
  rate.mhz = within(table, name + "_mhz", 1, part.clock_max);
  return rate;
}

void read_rates(TomlTable table, Part& part) {
  for (const RateKey& rate : kByteRates) {
    part.bytes_per_s[std::string(rate.case_id)] = within(table, rate.key, 1e6, 1e15);
  }
  part.chase_ns = within(table, "memory_chase_ns", 1, 1e6);
  part.exercise_launch_ns = within(table, "exercise_launch_ns", 1e3, 1e9);
  part.cublaslt.fill(read_capped(table, "gemm_bf16_cublaslt", part));
  part.own.fill(read_capped(table, "gemm_bf16_own", part));
  part.attention_cudnn = read_capped(table, "attention_bf16_cudnn", part);
  part.attention_own = read_capped(table, "attention_bf16_own", part);
  part.attention_bwd_cudnn = read_capped(table, "attention_bf16_bwd_cudnn", part);
  part.attention_bwd_own = read_capped(table, "attention_bf16_bwd_own", part);
}

// The other types, by their rate beside bf16's at the same clock and the same power.
void read_types(TomlTable table, Part& part) {
  for (std::size_t i = 0; i < kGemmTypes.size(); ++i) {
    if (kGemmTypes[i].in == ElementType::bf16) continue;
    const std::string name(kGemmTypes[i].name);
    part.cublaslt[i].flops *= within(table, name + "_cublaslt", 1e-4, 10);
    part.own[i].flops *= within(table, name + "_own", 1e-4, 10);
  }
}

// A figure without a source is refused; "assumed" is a source as long as it is said.
void read_sources(TomlTable table) {
  constexpr std::array<std::string_view, 19> kGroups{"clock",
                                                     "power",
                                                     "heat",
                                                     "spread",
                                                     "nvlink",
                                                     "fabric_copies",
                                                     "fabric_nccl",
                                                     "fabric_own",
                                                     "fabric_numa",
                                                     "gemm_cublaslt",
                                                     "gemm_own",
                                                     "memory_chase_ns",
                                                     "exercise_launch_ns",
                                                     "gemm_bf16_cublaslt_flops",
                                                     "gemm_bf16_own_flops",
                                                     "attention_bf16_cudnn_flops",
                                                     "attention_bf16_own_flops",
                                                     "attention_bf16_bwd_cudnn_flops",
                                                     "attention_bf16_bwd_own_flops"};
  for (const std::string_view group : kGroups) (void)named(table, group);  // only asked for
  for (const RateKey& rate : kByteRates) (void)named(table, rate.key);     // only asked for
}

}  // namespace

Part read_part(TomlTable& table) {
  Part part;
  part.name = named(table, "name");
  part.board_part = named(table, "board_part");
  part.pci_device = named(table, "pci_device");
  part.pci_subsystem = named(table, "pci_subsystem");
  part.vbios = named(table, "vbios");
  part.inforom = named(table, "inforom");
  part.memory_bytes = static_cast<std::int64_t>(within(table, "memory_bytes", 1e9, 1e13));
  part.sm_count = static_cast<std::int64_t>(within(table, "sm_count", 1, 1024));
  read_clock(table.table("clock"), part);
  read_power(table.table("power"), part);
  read_heat(table.table("heat"), part);
  TomlTable link = table.table("link");
  part.link_gen = static_cast<std::int64_t>(within(link, "gen", 1, 7));
  part.link_width = static_cast<std::int64_t>(within(link, "width", 1, 16));
  part.nvlinks = static_cast<std::int64_t>(within(link, "nvlinks", 0, 18));
  part.nvlink_gen = static_cast<std::int64_t>(within(link, "nvlink_gen", 4, 5));
  part.nvlink_bytes_per_s = static_cast<std::int64_t>(within(link, "nvlink_bytes_per_s", 0, 1e12));
  read_fabric(table.table("fabric"), part.fabric);
  read_spread(table.table("spread"), part);
  read_rates(table.table("rate"), part);
  read_types(table.table("gemm"), part);
  read_sources(table.table("source"));
  return part;
}

Result<Part> builtin_part(std::string_view name) {
  const Embedded* file = find_embedded(builtin_parts(), name);
  if (file == nullptr) {
    std::string list;
    for (const Embedded& part : builtin_parts()) list += std::string(part.name) + ", ";
    return Error(ErrorCode::parse, fmt::format("no part '{}'", name))
        .hinted("use one of: " + list + "other");
  }
  GA_TRY(TomlTable table, TomlTable::parse(file->text, std::string(name) + ".toml"));
  Part part = read_part(table);
  GA_CHECK(table.close());
  return part;
}

}  // namespace ga
