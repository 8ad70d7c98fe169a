// Fabric: the links of a simulated node's GPUs, to each other over the NVLink switches and to the
// host over PCIe, and how long copies and sums over them take. Pure: the figures of the part and
// what is left of each GPU's links go in; rates and times without noise come out.
//
// A copy is as fast as its narrower end. A sum takes its start and its bytes, at the pace of the
// rank with the least left; the others wait for it. Where GPUs exchange, each sends 2 (n - 1) / n
// of the data; where the switches add, 1 + 1/n, which is why NVLS gains with the number of GPUs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "acceptance/sim/part.h"

namespace ga {

// One GPU's end of it. Shares are of the part's rates, 1 when nothing is lost.
struct FabricPort {
  double egress = 1, ingress = 1;  // NVLink: what the GPU sends, what it receives
  double host = 1;                 // PCIe
  double starved = 0;              // lost to the host while all GPUs copy at once
  double late_ns = 0;              // how much later than the others it comes to a sum
  std::int64_t links = 0;          // NVLinks that are active under traffic
  std::int64_t numa_node = 0;      // the near one
};

struct Fabric {
  const Part* part = nullptr;
  std::vector<FabricPort> ports;  // by rank
  std::vector<double> pairs;      // share left by [from * ranks + to]; empty: all of it
  bool multicast = true;          // whether the switches add
  bool nccl_nvls = true;          // whether NCCL uses that
  std::int64_t numa_nodes = 1;

  int ranks() const { return static_cast<int>(ports.size()); }
};

enum class CopyBy { sms, copy_engine };

// bytes/s from one GPU to another: that pair alone, or in a round in which every GPU sends and
// receives.
double pair_rate(const Fabric& fabric, int from, int to, CopyBy by, bool round);

enum class HostCopy { h2d, d2h };

// bytes/s between a GPU and a NUMA node's memory: alone, or all GPUs at once.
double host_rate(const Fabric& fabric, HostCopy way, int rank, std::int64_t numa_node,
                 bool together);

enum class Reduction { one_shot, two_shot, nvls, nccl_ring, nccl_nvls };

// "one_shot", "two_shot", "nvls" of ours; "ring", "nvls" of NCCL.
std::string_view to_word(Reduction reduction);
bool is_nccl(Reduction reduction);

// What our kernels take for that many bytes, as kernels/allreduce chooses, or the one asked for: 0
// by size, 1 one-shot, 2 two-shot, 3 NVLS. Nothing where multicast is refused.
std::optional<Reduction> own_reduction(const Fabric& fabric, std::int64_t bytes,
                                       std::int64_t algorithm);

// NCCL runs what it likes best, its ring, or NVLS; of the last nothing where that is refused.
enum class NcclChoice { any, ring, nvls };
std::optional<Reduction> nccl_reduction(const Fabric& fabric, NcclChoice choice);

// The most bytes that a one-shot sum of ours takes.
inline constexpr std::int64_t kOneShotMost = std::int64_t{256} << 10;

struct ReductionTime {
  double call_ns = 0;
  std::vector<double> wait_ns;  // [waiter * ranks + peer]; of our kernels
};
ReductionTime reduction_time(const Fabric& fabric, Reduction reduction, std::int64_t bytes);

// As nccl-tests: 2 (n - 1) / n * bytes / time.
double bus_bandwidth(int ranks, std::int64_t bytes, double call_ns);

}  // namespace ga
