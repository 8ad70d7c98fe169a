#include "acceptance/sim/fabric.h"

#include <algorithm>
#include <cstddef>

#include "reports/model/units.h"

namespace ga {
namespace {

// A flag that is there already is still read.
constexpr double kReadNs = 60;  // assumed
// As kernels/allreduce chooses: packets up to here, with few GPUs and with more; NVLS from here on.
constexpr std::int64_t kOneShotFew = std::int64_t{256} << 10,
                       kOneShotMany = std::int64_t{128} << 10;
constexpr int kFewRanks = 4, kLeastRanksOfNvls = 4;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

double pair_share(const Fabric& fabric, int from, int to) {
  return fabric.pairs.empty() ? 1 : fabric.pairs[at(from * fabric.ranks() + to)];
}

template <class Share>
double least_of_others(const Fabric& fabric, int rank, Share share) {
  double least = 1;
  for (int peer = 0; peer < fabric.ranks(); ++peer) {
    if (peer != rank) least = std::min(least, share(peer));
  }
  return least;
}

// A pair carries one part in n - 1 of what its ends do, so it has that much to spare.
double spread_pair(const Fabric& fabric, int from, int to) {
  return std::min(1.0, (fabric.ranks() - 1) * pair_share(fabric, from, to));
}

// To the next rank of the ring.
double ring_share(const Fabric& fabric, int rank) {
  const int next = (rank + 1) % fabric.ranks();
  return std::min({fabric.ports[at(rank)].egress, fabric.ports[at(next)].ingress,
                   pair_share(fabric, rank, next)});
}

// The share of its pace that a rank keeps.
double pace(const Fabric& fabric, Reduction reduction, int rank) {
  const FabricPort& port = fabric.ports[at(rank)];
  const auto egress = [&](int peer) {
    return std::min(fabric.ports[at(peer)].egress, spread_pair(fabric, peer, rank));
  };
  const auto ingress = [&](int peer) {
    return std::min(fabric.ports[at(peer)].ingress, spread_pair(fabric, rank, peer));
  };
  switch (reduction) {
    case Reduction::one_shot:  // pushes to all
      return std::min(port.egress, least_of_others(fabric, rank, ingress));
    case Reduction::two_shot:  // pulls from all
      return std::min(port.ingress, least_of_others(fabric, rank, egress));
    case Reduction::nvls:
    case Reduction::nccl_nvls:
      return std::min(port.egress, port.ingress);
    case Reduction::nccl_ring:
      break;
  }
  return ring_share(fabric, rank);
}

// Start, and the time that the bytes take when nothing is lost.
struct Sound {
  double start_ns = 0, bytes_ns = 0;
};
Sound sound_time(const Fabric& fabric, Reduction reduction, double bytes) {
  const FabricFigures& f = fabric.part->fabric;
  const double n = fabric.ranks();
  const double exchanged = 2 * (n - 1) / n * bytes, added = (1 + 1 / n) * bytes;
  switch (reduction) {
    case Reduction::one_shot:  // half of a packet is flags
      return {f.one_shot_start_ns, 2 * (n - 1) * bytes / f.pair_sm * kNsPerS};
    case Reduction::two_shot:
      return {f.two_shot_start_ns, exchanged / f.two_shot * kNsPerS};
    case Reduction::nvls:
      return {f.own_nvls_start_ns, added / f.own_nvls_wire * kNsPerS};
    case Reduction::nccl_nvls:
      return {f.nccl_start_ns, added / f.nvls_wire * kNsPerS};
    case Reduction::nccl_ring:
      break;
  }
  return {f.nccl_start_ns, exchanged / f.ring * kNsPerS};
}

}  // namespace

double pair_rate(const Fabric& fabric, int from, int to, CopyBy by, bool round) {
  const FabricFigures& f = fabric.part->fabric;
  const FabricPort& sender = fabric.ports[at(from)];
  const FabricPort& receiver = fabric.ports[at(to)];
  const double alone = by == CopyBy::sms ? f.pair_sm : f.pair_ce;
  const double busy = by == CopyBy::sms ? f.shift_sm : f.shift_ce;
  return (round ? busy : alone) *
         std::min({sender.egress, receiver.ingress, pair_share(fabric, from, to)});
}

double host_rate(const Fabric& fabric, HostCopy way, int rank, std::int64_t numa_node,
                 bool together) {
  const FabricPort& port = fabric.ports[at(rank)];
  const FabricFigures& f = fabric.part->fabric;
  double rate =
      fabric.part->bytes_per_s.at(way == HostCopy::h2d ? "pcie.h2d" : "pcie.d2h") * port.host;
  if (numa_node != port.numa_node) rate *= together ? f.far_together_share : f.far_share;
  return together ? rate * (1 - port.starved) : rate;
}

std::string_view to_word(Reduction reduction) {
  switch (reduction) {
    case Reduction::one_shot:
      return "one_shot";
    case Reduction::two_shot:
      return "two_shot";
    case Reduction::nccl_ring:
      return "ring";
    case Reduction::nvls:
    case Reduction::nccl_nvls:
      break;
  }
  return "nvls";
}

bool is_nccl(Reduction reduction) {
  return reduction == Reduction::nccl_ring || reduction == Reduction::nccl_nvls;
}

std::optional<Reduction> own_reduction(const Fabric& fabric, std::int64_t bytes,
                                       std::int64_t algorithm) {
  constexpr std::int64_t kOneShot = 1, kTwoShot = 2, kNvls = 3;
  if (algorithm == kOneShot) return Reduction::one_shot;
  if (algorithm == kTwoShot) return Reduction::two_shot;
  if (algorithm == kNvls) {
    return fabric.multicast ? std::optional(Reduction::nvls) : std::nullopt;
  }
  if (bytes <= (fabric.ranks() <= kFewRanks ? kOneShotFew : kOneShotMany)) {
    return Reduction::one_shot;
  }
  const bool nvls = fabric.multicast && fabric.ranks() >= kLeastRanksOfNvls;
  return nvls ? Reduction::nvls : Reduction::two_shot;
}

std::optional<Reduction> nccl_reduction(const Fabric& fabric, NcclChoice choice) {
  if (choice == NcclChoice::ring) return Reduction::nccl_ring;
  if (choice == NcclChoice::nvls && !fabric.multicast) return std::nullopt;
  const bool worth = fabric.ranks() >= fabric.part->fabric.nvls_least_gpus;
  return fabric.multicast && worth && fabric.nccl_nvls ? Reduction::nccl_nvls
                                                       : Reduction::nccl_ring;
}

ReductionTime reduction_time(const Fabric& fabric, Reduction reduction, std::int64_t bytes) {
  const int n = fabric.ranks();
  const Sound sound = sound_time(fabric, reduction, static_cast<double>(bytes));
  std::vector<double> paces;
  for (int rank = 0; rank < n; ++rank) paces.push_back(pace(fabric, reduction, rank));
  const auto [slowest, fastest] = std::minmax_element(paces.begin(), paces.end());
  std::vector<double> late;  // behind the first
  double latest = 0;
  for (int rank = 0; rank < n; ++rank) {
    const double began = fabric.ports[at(rank)].late_ns;
    late.push_back(began + sound.bytes_ns * (1 / paces[at(rank)] - 1 / *fastest));
    latest = std::max(latest, began);
  }
  ReductionTime time;
  time.call_ns = sound.start_ns + sound.bytes_ns / *slowest + latest;
  for (int waiter = 0; waiter < n; ++waiter) {
    for (int peer = 0; peer < n; ++peer) {
      const double wait = fabric.part->fabric.flag_ns + late[at(peer)] - late[at(waiter)];
      time.wait_ns.push_back(waiter == peer ? 0 : std::max(kReadNs, wait));
    }
  }
  return time;
}

double bus_bandwidth(int ranks, std::int64_t bytes, double call_ns) {
  const double n = ranks;
  return 2 * (n - 1) / n * static_cast<double>(bytes) / call_ns * kNsPerS;
}

}  // namespace ga
