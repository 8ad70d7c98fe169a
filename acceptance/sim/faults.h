// Faults: what a scenario can put into its node, by name. One table holds every kind with its
// place, what its severity means and the range that has a meaning; the reader, the simulator and
// docs/scenario-format.md agree with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ga {

enum class FaultKind {
  gpu_missing,
  duplicate_serial,
  duplicate_uuid,
  wrong_part,
  cuda_disagrees,
  proc_disagrees,
  pci_disagrees,
  gpu_hidden_from_cuda,
  ecc_off,
  ecc_pending,
  mig_on,
  power_limit_low,
  foreign_process,
  profiler_running,
  field_absent,
  remap_pending,
  remap_failed,
  remap_exhausted,
  ecc_uncorrected,
  sram_threshold,
  ecc_under_load,
  counter_grows,
  counter_flows,
  gpu_reset,
  log_line,
  log_line_before,
  log_silent,
  clock_locked,
  hw_thermal,
  power_brake,
  psu_weak,
  hot_inlet,
  bad_cooling,
  slow_hbm,
  slow_gemm,
  slow_own,
  slow_type,
  slow_pcie,
  host_starvation,
  slow_settling,
  noisy_blocks,
  bimodal_clock,
  clock_unreadable,
  bit_flip,
  zero_tile,
  nan,
  attention_wrong,
  gradient_wrong,
  pulse_corrupt,
  memory_corrupt,
  memory_stuck,
  memory_alias,
  memory_fades,
  memory_hot,
  slow_chase,
  exercise_wrong,
  special_differs,
  pcie_corrupt,
  acs_on,
  clock_max_low,
  compute_exclusive,
  cpus_offline,
  drive_failing,
  edac_uncorrected,
  fabric_unfinished,
  nic_down,
  numa_uneven,
  nvlink_down,
  pcie_gen_low,
  pcie_gen_falls,
  persistence_off,
  psu_failed,
  vbios_differs,
  egress_slow,
  ingress_slow,
  pair_slow,
  uneven_links,
  switch_lost,
  link_lost_in_traffic,
  peer_refused,
  peer_over_pcie,
  nvls_off,
  nccl_nvls_off,
  straggler,
  p2p_corrupt,
  allreduce_corrupt,
  allreduce_sum_corrupt,
  numa_binding_wrong,
  lazy_work,
  borrowed_seed,
  cudnn_absent,
  worker_crash,
  worker_exit,
  worker_hang,
  worker_garbage,
  worker_endless_line,
  worker_silence,
  watch_silent,
};

enum class FaultPlace { gpu, node, either };  // "gpu/N" only, "node" only, or both

struct FaultInfo {
  FaultKind kind;
  std::string_view id;  // in scenario files
  FaultPlace place;
  bool timed;  // at_s has a meaning: the fault can begin under load
  // Severity: its meaning (empty: the kind takes none), range, and value where it is not given.
  std::string_view severity;
  double min = 0, max = 0, fallback = 0;
  std::string_view effect;  // one line
};

std::span<const FaultInfo> fault_kinds();
const FaultInfo* find_fault_kind(std::string_view id);
const FaultInfo& fault_info(FaultKind kind);

// Which kernels' results a data fault spoils.
enum class FaultPath { both, own, vendor };

struct Fault {
  FaultKind kind = FaultKind::gpu_missing;
  int gpu = -1;  // index, or -1: the node, which means every GPU
  double at_s = 0;
  double severity = 0;
  std::string field;                 // field_absent, counter_*: the fact's or counter's name
  std::string code, text;            // log_line, log_line_before: "xid.79" and the line's words
  int peer = -1;                     // pair_slow: the other GPU
  FaultPath path = FaultPath::both;  // bit_flip, zero_tile, nan, *_wrong, allreduce_*
  std::string type;                  // bit_flip, zero_tile, nan, slow_type: of GEMM; empty: all
  std::int64_t sm = -1;              // of path own: the SM that is wrong, where it is known
  double least_mhz = 0;              // those of a path: only at this SM clock and above
  std::string exercise;              // exercise_wrong: which, "atomic"
  friend bool operator==(const Fault&, const Fault&) = default;
};

}  // namespace ga
