// Part: one kind of GPU as the simulator plays it. Figures are data (parts/*.toml, or the table
// [other] of a scenario), each with its source; nothing about a part is in code.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "kernels/data/element.h"
#include "reports/codec/toml.h"
#include "reports/model/embedded.h"

namespace ga {

// A computation that runs at the power limit: its rate there, and the clock that the limit leaves
// it.
struct CappedRate {
  double flops = 0;
  double mhz = 0;
};

// NVLink through the switches, and the sums that run over it. Bytes a second are of one GPU in one
// direction unless said otherwise; none of them counts where the part has no NVLink.
struct FabricFigures {
  std::int64_t switches = 0;  // that a GPU's links are spread over
  double pair_sm = 0, pair_ce = 0, shift_sm = 0, shift_ce = 0;  // copies: a pair alone, all GPUs
  // All-reduce by NCCL and by our kernels: bus bandwidth where GPUs exchange, what each sends where
  // the switches add.
  double ring = 0, nvls_wire = 0, two_shot = 0, own_nvls_wire = 0;
  std::int64_t nvls_least_gpus = 0;  // from here on NCCL leaves the sum to the switches
  double nccl_start_ns = 0, one_shot_start_ns = 0, two_shot_start_ns = 0, own_nvls_start_ns = 0;
  double flag_ns = 0;    // how long a GPU waits for another that is on time
  double pcie_peer = 0;  // a copy between GPUs that NVLink does not join
  // Of the rate to the near NUMA node: one copy to the far one, and all at once.
  double far_share = 0, far_together_share = 0;
};

struct Part {
  std::string name, board_part, pci_device, pci_subsystem, vbios, inforom;
  std::int64_t memory_bytes = 0, sm_count = 0;
  // MHz.
  double clock_max = 0, clock_idle = 0, clock_step = 0, clock_memory = 0, clock_memory_bound = 0;
  // Watts.
  double limit_w = 0, min_w = 0, max_w = 0;
  double idle_w = 0, light_w = 0, pcie_w = 0, memory_w = 0;
  double exponent = 0;  // dynamic power grows with the clock to this power
  double leakage_w_per_k = 0;
  // Heat: a fast and a slow path from the die to the air.
  double kelvin_per_w = 0, fast_share = 0, fast_s = 0, slow_s = 0, odd_slot_k = 0;
  double sw_limit_c = 0, hw_limit_c = 0;
  std::int64_t link_gen = 0, link_width = 0;
  // NVLink to the switches: 0 links is a part without; generation 4 or 5.
  std::int64_t nvlinks = 0, nvlink_gen = 0, nvlink_bytes_per_s = 0;
  FabricFigures fabric;
  // Relative standard deviations: between GPUs, and between blocks of one series.
  double spread_gemm = 0, spread_memory = 0, spread_pcie = 0, spread_nvlink = 0;
  double block_gemm = 0, block_memory = 0, block_pcie = 0, block_nvlink = 0, block_wait = 0;
  std::map<std::string, double> bytes_per_s;    // by case id: "memory.copy", "pcie.h2d"
  double chase_ns = 0, exercise_launch_ns = 0;  // one dependent load; one launch at full clock
  std::array<CappedRate, kGemmTypes.size()> cublaslt, own;  // in the order of kGemmTypes
  CappedRate attention_cudnn, attention_own, attention_bwd_cudnn, attention_bwd_own;  // bf16
};

// Reads every key of a part's table; complaints stay in the table, see TomlTable::close().
Part read_part(TomlTable& table);

// "h200", "b200". An error names the parts there are.
Result<Part> builtin_part(std::string_view name);

// parts/*.toml.
std::span<const Embedded> builtin_parts();

}  // namespace ga
