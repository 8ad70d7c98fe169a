#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/node_work.h"
#include "acceptance/sim/noise.h"

namespace ga {
namespace {

constexpr std::string_view kNcclVersion = "2.28.9";

std::int64_t element_size(const Params& params) {
  constexpr std::int64_t kFp32 = 2;
  return param(params, "type") == kFp32 ? 4 : 2;
}

bool by_nccl(std::string_view case_id) { return case_id.starts_with("allreduce.nccl"); }

NcclChoice nccl_choice(std::string_view case_id) {
  if (case_id == "allreduce.nccl_ring") return NcclChoice::ring;
  return case_id == "allreduce.nccl_nvls" ? NcclChoice::nvls : NcclChoice::any;
}

std::optional<Reduction> reduction_of(const NodeBlockName& block, const Fabric& fabric) {
  constexpr std::int64_t kOneShot = 1;
  if (by_nccl(block.case_id)) return nccl_reduction(fabric, nccl_choice(block.case_id));
  const bool latency = block.case_id == "allreduce.latency";
  return own_reduction(fabric, param(block.params, "bytes"),
                       latency ? kOneShot : param(block.params, "algorithm"));
}

// "own two_shot 32x512": blocks and threads of the launch, as kernels/allreduce chooses.
std::string own_name(Reduction reduction, std::int64_t bytes, std::int64_t ranks) {
  constexpr std::int64_t kThreads = 512, kMostBlocks = 32, kPacket = 8, kVector = 16;
  const auto over = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  const std::int64_t steps =
      reduction == Reduction::one_shot ? over(bytes, kPacket) : over(over(bytes, kVector), ranks);
  const std::int64_t blocks = std::clamp<std::int64_t>(over(steps, kThreads), 1, kMostBlocks);
  return fmt::format("own {} {}x{}", to_word(reduction), blocks, kThreads);
}

std::string nccl_name(Reduction reduction, std::int64_t ctas) {
  constexpr std::int64_t kNvlsChannels = 16, kRingChannels = 24;
  const std::int64_t chosen = reduction == Reduction::nccl_nvls ? kNvlsChannels : kRingChannels;
  return fmt::format("nccl {} {} simple {}ch", kNcclVersion, to_word(reduction),
                     ctas > 0 ? ctas : chosen);
}

// Wrong elements by [rank * n + owner of the chunk]. A one-shot sum has no owner but its rank.
using Wrong = std::vector<std::int64_t>;

struct Sums {
  const NodeWorkName& name;
  Reduction reduction;
  std::int64_t launches;
};

std::uint32_t place_of(const Sums& sums) {
  const auto index = static_cast<std::uint64_t>(sums.name.block.index);
  return noise_word({sums.name.scenario.seed, sums.name.series + " place", index});
}

bool hits(const Sums& sums, const Fault& fault) {
  if (fault.path == FaultPath::own && is_nccl(sums.reduction)) return false;
  if (fault.path == FaultPath::vendor && !is_nccl(sums.reduction)) return false;
  return sums.name.clock_mhz >= fault.least_mhz;
}

void add_wrong(const Sums& sums, const Fault& fault, std::size_t rank, Wrong& wrong) {
  const std::size_t n = sums.name.block.gpus.size();
  const std::int64_t count =
      spoiled_launches(sums.name.scenario, fmt::format("{} {}", sums.name.series, rank),
                       sums.name.block.index, fault.severity, sums.launches);
  if (sums.reduction == Reduction::one_shot) {
    wrong[rank * n + rank] += count;
  } else if (fault.kind == FaultKind::allreduce_corrupt) {
    wrong[rank * n + place_of(sums) % n] += count;
  } else {
    for (std::size_t reader = 0; reader < n; ++reader) wrong[reader * n + rank] += count;
  }
}

Wrong wrong_of(const Sums& sums) {
  const NodeBlockName& block = sums.name.block;
  const std::size_t n = block.gpus.size();
  Wrong wrong(n * n, 0);
  for (const Fault& fault : sums.name.scenario.faults) {
    const bool sum = fault.kind == FaultKind::allreduce_corrupt ||
                     fault.kind == FaultKind::allreduce_sum_corrupt;
    if (!sum || !hits(sums, fault)) continue;
    for (std::size_t rank = 0; rank < n; ++rank) {
      const bool here = fault.gpu < 0 || fault.gpu == block.gpus[rank];
      if (here && block.load_s[rank] >= fault.at_s) add_wrong(sums, fault, rank, wrong);
    }
  }
  return wrong;
}

FirstMismatch first_of(const Sums& sums, std::size_t owner) {
  const NodeBlockName& block = sums.name.block;
  const std::int64_t size = element_size(block.params);
  const std::int64_t count = param(block.params, "bytes") / size;
  const auto n = static_cast<std::int64_t>(block.gpus.size());
  const std::int64_t chunk = (count + n - 1) / n;
  const std::uint32_t place = place_of(sums);
  FirstMismatch first;
  // NCCL does not say who summed what.
  if (!is_nccl(sums.reduction)) first.tile = static_cast<std::int64_t>(owner);
  first.element =
      std::min(count - 1, static_cast<std::int64_t>(owner) * chunk + std::int64_t{place} % chunk);
  const int digits = static_cast<int>(2 * size);
  const std::uint64_t half = 1 + place % 0x3fff;  // neither zero nor a NaN
  const std::uint64_t right = size == 2 ? half : half << 16;
  const std::uint64_t bit = std::uint64_t{1} << (place % (8 * static_cast<std::uint32_t>(size)));
  const auto hex = [&](std::uint64_t bits) { return fmt::format("{:0{}x}", bits, digits); };
  first.expected = hex(right);
  first.got = hex(right ^ bit);
  first.xor_bits = hex(bit);
  return first;
}

Check check_of(const Sums& sums, const Wrong& wrong) {
  // Each element is held to its closed form: there is no one word for all.
  Check check{.kind = "exact", .expected = "", .got = ""};
  for (std::size_t cell = 0; cell < wrong.size(); ++cell) {
    if (wrong[cell] == 0) continue;
    if (check.wrong == 0) check.first = first_of(sums, cell % sums.name.block.gpus.size());
    check.wrong += wrong[cell];
  }
  return check;
}

std::vector<std::int64_t> waits(const NodeWorkName& name, const std::vector<double>& wait_ns) {
  std::vector<std::int64_t> out;
  for (std::size_t cell = 0; cell < wait_ns.size(); ++cell) {
    const auto index = static_cast<std::uint64_t>(name.block.index);
    const double noise =
        1 + name.scenario.part.block_wait *
                noise_normal({name.scenario.seed, fmt::format("{} {}", name.series, cell), index});
    out.push_back(std::llround(std::max(0.0, wait_ns[cell] * noise)));
  }
  return out;
}

}  // namespace

std::optional<ErrorEvent> refuse_sum(const NodeBlockName& block, const Fabric& fabric) {
  const bool nccl = by_nccl(block.case_id);
  const auto reduction = reduction_of(block, fabric);
  if (!reduction) {
    return nccl ? ErrorEvent{"nccl.refused", "NCCL was told to use NVLS and finds none"}
                : ErrorEvent{"multicast.refused", "the driver gives no multicast object"};
  }
  const std::int64_t bytes = param(block.params, "bytes");
  if (*reduction == Reduction::one_shot && bytes > kOneShotMost) {
    return ErrorEvent{"params.bad",
                      fmt::format("one-shot of {} bytes, at most {}", bytes, kOneShotMost)};
  }
  return std::nullopt;
}

NodeWork sums_over_gpus(const NodeWorkName& name) {
  const NodeBlockName& block = name.block;
  const Reduction reduction = *reduction_of(block, name.fabric);
  const std::int64_t bytes = param(block.params, "bytes");
  const int n = name.fabric.ranks();
  const ReductionTime time = reduction_time(name.fabric, reduction, bytes);
  const auto index = static_cast<std::uint64_t>(block.index);
  const double noise = 1 + name.sigma * noise_normal({name.scenario.seed, name.series, index});
  NodeWork work;
  work.sweep_ns = time.call_ns / ((1 - block.slowed) * std::max(0.05, noise));
  work.sweeps = work.launches = sweeps_of(block, work.sweep_ns);
  const Wrong wrong = wrong_of({name, reduction, work.launches});
  work.check = check_of({name, reduction, work.launches}, wrong);
  work.algorithm = is_nccl(reduction) ? nccl_name(reduction, param(block.params, "ctas"))
                                      : own_name(reduction, bytes, n);
  const bool exact = block.case_id == "allreduce.exact";
  if (exact) {
    work.cells = wrong;
  } else {
    const double rate = bus_bandwidth(n, bytes, work.sweep_ns);
    work.value = std::llround(block.case_id == "allreduce.latency" ? work.sweep_ns : rate);
    if (!is_nccl(reduction)) work.cells = waits(name, time.wait_ns);
  }
  return work;
}

}  // namespace ga
