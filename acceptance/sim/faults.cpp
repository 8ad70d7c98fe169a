#include "acceptance/sim/faults.h"

#include <array>

namespace ga {
namespace {

using K = FaultKind;
using P = FaultPlace;
constexpr std::string_view kNone = "";
constexpr std::string_view kLost = "share of the rate that is lost";
constexpr std::string_view kLaunches = "share of the launches that come out wrong";
constexpr std::string_view kBlock = "number of the block in its series at which it happens";
constexpr std::string_view kShare = "share of the time under load";

constexpr std::array kKinds{
    // Who is there.
    FaultInfo{K::gpu_missing, "gpu-missing", P::gpu, false, kNone, 0, 0, 0,
              "the GPU is in no source: NVML, CUDA, /proc, PCI; the others move up"},
    FaultInfo{K::duplicate_serial, "duplicate-serial", P::gpu, false, kNone, 0, 0, 0,
              "the GPU has the serial number of its neighbour"},
    FaultInfo{K::duplicate_uuid, "duplicate-uuid", P::gpu, false, kNone, 0, 0, 0,
              "the GPU has the UUID of its neighbour, in every source"},
    FaultInfo{K::wrong_part, "wrong-part", P::either, false, kNone, 0, 0, 0,
              "the PCI device is an H100's (10de:2330) under the ordered part's name"},
    FaultInfo{K::cuda_disagrees, "cuda-disagrees", P::gpu, false, kNone, 0, 0, 0,
              "CUDA reports another UUID at that PCI address than NVML"},
    FaultInfo{K::proc_disagrees, "proc-disagrees", P::gpu, false, kNone, 0, 0, 0,
              "/proc/driver/nvidia reports another UUID at that PCI address than NVML"},
    FaultInfo{K::pci_disagrees, "pci-disagrees", P::gpu, false, kNone, 0, 0, 0,
              "PCI sysfs reports another device at that address than NVML"},
    FaultInfo{K::gpu_hidden_from_cuda, "gpu-hidden-from-cuda", P::node, false, kNone, 0, 0, 0,
              "CUDA counts one GPU fewer than NVML"},
    // How it is set.
    FaultInfo{K::ecc_off, "ecc-off", P::either, false, kNone, 0, 0, 0, "ECC is off"},
    FaultInfo{K::ecc_pending, "ecc-pending", P::either, false, kNone, 0, 0, 0,
              "ECC is on and will be off after the next reset"},
    FaultInfo{K::mig_on, "mig-on", P::either, false, kNone, 0, 0, 0,
              "MIG is on; the state of row remapping cannot be read"},
    FaultInfo{K::power_limit_low, "power-limit-low", P::either, false,
              "share of the power limit that is missing", 0.01, 0.7, 0.1,
              "the enforced power limit is low; clocks under load follow"},
    FaultInfo{K::foreign_process, "foreign-process", P::either, false, kNone, 0, 0, 0,
              "somebody else's process computes on the GPU"},
    FaultInfo{K::profiler_running, "profiler-running", P::node, false, kNone, 0, 0, 0,
              "a profiler holds the performance counters"},
    FaultInfo{K::field_absent, "field-absent", P::either, false, kNone, 0, 0, 0,
              "the fact or counter named by `field` cannot be read"},
    // Memory health.
    FaultInfo{K::remap_pending, "remap-pending", P::gpu, false, kNone, 0, 0, 0,
              "a row remap waits for a reset"},
    FaultInfo{K::remap_failed, "remap-failed", P::gpu, false, kNone, 0, 0, 0,
              "a row could not be remapped"},
    FaultInfo{K::remap_exhausted, "remap-exhausted", P::gpu, false,
              "number of banks without a spare row", 1, 512, 1, "banks have no spare row left"},
    FaultInfo{K::ecc_uncorrected, "ecc-uncorrected", P::gpu, false, "number of errors", 1, 1e6, 1,
              "the aggregate counter of uncorrected DRAM errors is not zero"},
    FaultInfo{K::sram_threshold, "sram-threshold", P::gpu, false, kNone, 0, 0, 0,
              "the SRAM error threshold flag is set"},
    FaultInfo{K::ecc_under_load, "ecc-under-load", P::gpu, true, "number of errors", 1, 1e6, 1,
              "uncorrected DRAM errors are counted while the GPU is loaded"},
    // Events.
    FaultInfo{K::counter_grows, "counter-grows", P::either, true,
              "number that is added, or taken away", -1e9, 1e9, 1,
              "the counter named by `field` has changed after the load"},
    FaultInfo{K::counter_flows, "counter-flows", P::either, true, "number for each second of load",
              0.001, 1e9, 1, "the GPU's counter named by `field` grows under load"},
    FaultInfo{K::gpu_reset, "gpu-reset", P::gpu, true, kNone, 0, 0, 0,
              "counters of the GPU begin anew under load"},
    FaultInfo{K::log_line, "log-line", P::either, true, "number of lines", 1, 100, 1,
              "the kernel's log says `text`, which is `code`, at at_s of the follower's time"},
    FaultInfo{K::log_line_before, "log-line-before", P::either, false, "number of lines", 1, 100, 1,
              "the kernel's log said `text`, which is `code`, before the run"},
    FaultInfo{K::log_silent, "log-silent", P::node, true, kNone, 0, 0, 0,
              "the follower of the kernel's log falls silent at at_s of its own time"},
    // Clocks, power, heat.
    FaultInfo{K::clock_locked, "clock-locked", P::either, false,
              "share of the maximum SM clock that is missing", 0.05, 0.9, 0.4,
              "the SM clock is locked low; no throttle reason shows it"},
    FaultInfo{K::hw_thermal, "hw-thermal", P::either, true, kShare, 1e-6, 1, 0.05,
              "hardware thermal slowdown (0x40), at half the clock while it lasts"},
    FaultInfo{K::power_brake, "power-brake", P::either, true, kShare, 1e-6, 1, 0.05,
              "power brake (0x80), at half the clock while it lasts"},
    FaultInfo{K::psu_weak, "psu-weak", P::node, true, kShare, 1e-6, 1, 0.02,
              "power brake (0x80) while loads start and stop on all GPUs in phase, and not else"},
    FaultInfo{K::hot_inlet, "hot-inlet", P::node, true, "kelvin added to the inlet", 1, 60, 25,
              "hot air enters the node"},
    FaultInfo{K::bad_cooling, "bad-cooling", P::gpu, true, "share added to the thermal resistance",
              0.05, 3, 0.5, "a poor heat sink"},
    // Speed.
    FaultInfo{K::slow_hbm, "slow-hbm", P::either, true, kLost, 0.001, 0.95, 0.2,
              "every memory case is slower"},
    FaultInfo{K::slow_gemm, "slow-gemm", P::either, true, kLost, 0.001, 0.6, 0.2,
              "a poor die: the power limit leaves it a lower clock"},
    FaultInfo{K::slow_own, "slow-own", P::either, true, kLost, 0.001, 0.95, 0.5,
              "our own GEMM and attention are slower, the libraries' are not"},
    FaultInfo{K::slow_type, "slow-type", P::either, true, kLost, 0.001, 0.95, 0.5,
              "GEMM and attention of one type are slower, by our kernels and by the libraries"},
    FaultInfo{K::slow_pcie, "slow-pcie", P::either, true, kLost, 0.001, 0.95, 0.5,
              "the PCIe link is narrow: the largest width of 1, 2, 4, 8, 16 that remains is shown"},
    FaultInfo{K::host_starvation, "host-starvation", P::either, true, kLost, 0.001, 0.95, 0.5,
              "host copies are slow while all GPUs run; alone (alone = 1) they are not"},
    FaultInfo{K::slow_settling, "slow-settling", P::either, false,
              "share of the rate that is lost at the start of the load", 0.001, 0.5, 0.05,
              "GEMM and attention are slow at first; the loss fades with 40 s of load"},
    FaultInfo{K::noisy_blocks, "noisy-blocks", P::either, false,
              "relative standard deviation added between blocks", 0.001, 0.3, 0.03,
              "the rate of every case wanders from block to block"},
    FaultInfo{
        K::bimodal_clock, "bimodal-clock", P::either, false,
        "half the distance of the two clocks, of their mean", 0.01, 0.5, 0.18,
        "the clock read under GEMM and attention jumps between two values; the rate does not"},
    FaultInfo{K::clock_unreadable, "clock-unreadable", P::either, false,
              "number of blocks of each series that have no clock reading", 1, 1000, 3,
              "blocks are discarded with no_clock_reading"},
    // Data.
    FaultInfo{K::bit_flip, "bit-flip", P::either, true, kLaunches, 1e-9, 1, 1,
              "one bit of one element of the result of a GEMM or an attention is wrong"},
    FaultInfo{K::zero_tile, "zero-tile", P::either, true, kLaunches, 1e-9, 1, 1,
              "8 x 8 elements of the result of a GEMM or an attention are zero"},
    FaultInfo{K::nan, "nan", P::either, true, kLaunches, 1e-9, 1, 1,
              "one element of the result of a GEMM or an attention is not a number"},
    FaultInfo{
        K::attention_wrong, "attention-wrong", P::either, true, kLaunches, 1e-9, 1, 1,
        "one bit of an attention's result is wrong, and of its gradients, and every product is "
        "right: exponentials, or one kernel"},
    FaultInfo{K::gradient_wrong, "gradient-wrong", P::either, true, kLaunches, 1e-9, 1, 1,
              "one bit of an attention's gradients is wrong, and every forward is right"},
    FaultInfo{K::pulse_corrupt, "pulse-corrupt", P::either, true, kLaunches, 1e-9, 1, 1,
              "one bit of a product is wrong while loads start and stop, and not else"},
    FaultInfo{K::memory_corrupt, "memory-corrupt", P::either, true, "number of wrong words", 1, 1e6,
              1, "words of device memory come back wrong in every memory case"},
    FaultInfo{K::memory_stuck, "memory-stuck", P::gpu, true, "GiB from the start of what is walked",
              0, 1023, 60, "one bit of memory is always one; only what reaches that far meets it"},
    FaultInfo{K::memory_alias, "memory-alias", P::gpu, true, "number of the address bit", 21, 36,
              33, "an address line is lost; only words that hold their own address show it"},
    FaultInfo{K::memory_fades, "memory-fades", P::gpu, true, "number of wrong words", 1, 1e6, 1,
              "bits of memory fade between a write and a check that is minutes later, of the "
              "complement alone"},
    FaultInfo{K::memory_hot, "memory-hot", P::either, true, "kelvin", 1, 60, 20,
              "the memory is hotter; its data and its rate are not touched"},
    FaultInfo{K::slow_chase, "slow-chase", P::either, true, "share added to the time", 0.001, 10,
              0.5, "loads that wait for each other take longer; bandwidth is not touched"},
    FaultInfo{K::exercise_wrong, "exercise-wrong", P::either, true, kLaunches, 1e-9, 1, 1,
              "one word of what an exerciser computes is wrong"},
    FaultInfo{K::special_differs, "special-differs", P::gpu, true, kNone, 0, 0, 0,
              "special functions give other bits than on the other GPUs, within their documented "
              "error"},
    FaultInfo{K::pcie_corrupt, "pcie-corrupt", P::either, true, "number of wrong words", 1, 1e6, 1,
              "words come back wrong from a copy over PCIe"},
    // The machine around it, and how it is set.
    FaultInfo{K::acs_on, "acs-on", P::either, false, kNone, 0, 0, 0,
              "the PCIe switch above the GPU redirects requests and completions"},
    FaultInfo{K::clock_max_low, "clock-max-low", P::either, false, kNone, 0, 0, 0,
              "the highest SM clock that the driver allows is 120 MHz lower; clocks under load do "
              "not follow"},
    FaultInfo{K::compute_exclusive, "compute-exclusive", P::either, false, kNone, 0, 0, 0,
              "the compute mode is exclusive_process"},
    FaultInfo{K::cpus_offline, "cpus-offline", P::node, false, "number of CPUs", 1, 64, 1,
              "CPUs of the host are offline"},
    FaultInfo{K::drive_failing, "drive-failing", P::node, false, kNone, 0, 0, 0,
              "one NVMe drive reports media errors and a warning"},
    FaultInfo{K::edac_uncorrected, "edac-uncorrected", P::node, false, "number of errors", 1, 1e6,
              1, "EDAC has counted uncorrected memory errors since boot"},
    FaultInfo{K::fabric_unfinished, "fabric-unfinished", P::either, false, kNone, 0, 0, 0,
              "the NVLink fabric is still being set up"},
    FaultInfo{K::nic_down, "nic-down", P::node, false, "number of ports", 1, 16, 1,
              "network ports are down"},
    FaultInfo{K::numa_uneven, "numa-uneven", P::gpu, false, kNone, 0, 0, 0,
              "the GPU belongs to the other NUMA node"},
    FaultInfo{K::nvlink_down, "nvlink-down", P::either, false, "number of links", 1, 18, 1,
              "NVLinks of the GPU are inactive"},
    FaultInfo{K::pcie_gen_low, "pcie-gen-low", P::either, false, "the generation", 1, 4, 3,
              "the slot can do no more than an older generation; copies are as slow as it"},
    FaultInfo{K::pcie_gen_falls, "pcie-gen-falls", P::either, true, "the generation", 1, 4, 3,
              "the link can do its own generation and runs at an older one while data move"},
    FaultInfo{K::persistence_off, "persistence-off", P::either, false, kNone, 0, 0, 0,
              "persistence mode is off"},
    FaultInfo{K::psu_failed, "psu-failed", P::node, false, kNone, 0, 0, 0,
              "one power supply has failed, and the others are not redundant"},
    FaultInfo{K::vbios_differs, "vbios-differs", P::gpu, false, kNone, 0, 0, 0,
              "the GPU has another VBIOS than its siblings"},
    // Links between the GPUs, and sums over them.
    FaultInfo{K::egress_slow, "egress-slow", P::gpu, true, kLost, 0.001, 0.95, 0.2,
              "what the GPU sends over NVLink is slower; what it receives is not"},
    FaultInfo{K::ingress_slow, "ingress-slow", P::gpu, true, kLost, 0.001, 0.95, 0.2,
              "what the GPU receives over NVLink is slower; what it sends is not"},
    FaultInfo{K::pair_slow, "pair-slow", P::gpu, true, kLost, 0.001, 0.95, 0.2,
              "copies between the GPU and `peer` are slower, both ways; with the others not"},
    FaultInfo{K::uneven_links, "uneven-links", P::node, false,
              "most that a GPU's links lose, as a share of their rate", 0.001, 0.2, 0.015,
              "the links of the GPUs differ in speed, evenly over that range"},
    FaultInfo{K::switch_lost, "switch-lost", P::node, true, kNone, 0, 0, 0,
              "one NVLink switch carries nothing; every GPU loses that share of its rate, and the "
              "links stay up"},
    FaultInfo{K::link_lost_in_traffic, "nvlink-lost-in-traffic", P::gpu, true, "number of links", 1,
              18, 1, "NVLinks of the GPU go down while copies between GPUs run, and only then"},
    FaultInfo{K::peer_refused, "peer-refused", P::gpu, false, kNone, 0, 0, 0,
              "the driver lets no other GPU reach the GPU's memory: no case that spans GPUs runs"},
    FaultInfo{K::peer_over_pcie, "peer-over-pcie", P::gpu, true, kNone, 0, 0, 0,
              "the other GPUs reach the GPU, and it them, over PCIe; there is no multicast"},
    FaultInfo{K::nvls_off, "nvls-off", P::node, false, kNone, 0, 0, 0,
              "there is no multicast: NVLS is refused, and what may choose runs without it"},
    FaultInfo{K::nccl_nvls_off, "nccl-nvls-off", P::node, false, kNone, 0, 0, 0,
              "NCCL runs its ring where NVLS was demanded, and says nothing; our kernels have "
              "multicast"},
    FaultInfo{K::straggler, "straggler", P::gpu, true, "microseconds", 1, 1e5, 20,
              "the GPU comes late to every sum over the GPUs"},
    FaultInfo{K::p2p_corrupt, "p2p-corrupt", P::either, true, "number of words", 1, 1e6, 1,
              "words come wrong to the GPU in copies from other GPUs"},
    FaultInfo{K::allreduce_corrupt, "allreduce-corrupt", P::either, true, kLaunches, 1e-9, 1, 1,
              "one element of the sum is wrong on this GPU, and right on the others"},
    FaultInfo{K::allreduce_sum_corrupt, "allreduce-sum-corrupt", P::either, true, kLaunches, 1e-9,
              1, 1, "the GPU sums one element wrongly: it is wrong on every GPU"},
    FaultInfo{K::numa_binding_wrong, "numa-binding-wrong", P::gpu, false, kNone, 0, 0, 0,
              "the GPU sits at the other NUMA node than the driver says"},
    FaultInfo{K::lazy_work, "lazy-work", P::either, false, "the share of the tiles left out", 0.001,
              1, 0.5, "the challenged product is formed in part"},
    FaultInfo{K::borrowed_seed, "borrowed-seed", P::either, false, kNone, 0, 0, 0,
              "the challenged product is formed of another GPU's data"},
    FaultInfo{K::cudnn_absent, "cudnn-absent", P::node, false, kNone, 0, 0, 0,
              "cuDNN is not installed"},
    // Workers.
    FaultInfo{K::worker_crash, "worker-crash", P::either, true, kBlock, 0, 1e6, 0,
              "the worker dies by signal"},
    FaultInfo{K::worker_exit, "worker-exit", P::either, true, "the exit status", 1, 125, 1,
              "the worker ends in the middle of a case"},
    FaultInfo{K::worker_hang, "worker-hang", P::either, true, kBlock, 0, 1e6, 0,
              "the worker stops, and ignores SIGTERM"},
    FaultInfo{K::worker_garbage, "worker-garbage", P::either, true, kBlock, 0, 1e6, 0,
              "the worker writes bytes that are no event"},
    FaultInfo{K::worker_endless_line, "worker-endless-line", P::either, true, kBlock, 0, 1e6, 0,
              "the worker writes 2 MiB without a newline, then hangs"},
    FaultInfo{K::worker_silence, "worker-silence", P::either, false, kNone, 0, 0, 0,
              "the worker never says anything, not even hello"},
    FaultInfo{K::watch_silent, "watch-silent", P::either, true, kNone, 0, 0, 0,
              "the watcher falls silent at at_s of its own time"},
};

}  // namespace

std::span<const FaultInfo> fault_kinds() { return kKinds; }

const FaultInfo* find_fault_kind(std::string_view id) {
  for (const FaultInfo& info : kKinds) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

const FaultInfo& fault_info(FaultKind kind) {
  for (const FaultInfo& info : kKinds) {
    if (info.kind == kind) return info;
  }
  return kKinds.front();  // unreachable while the table is whole; a test walks every kind
}

}  // namespace ga
