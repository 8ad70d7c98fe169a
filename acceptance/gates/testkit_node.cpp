// What a block of a case that spans the GPUs has beside its sample.
#include <algorithm>

#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kLinks = 18;

// Rates of pairs: the slowest is the sample, the others up to 0.6 % above it.
Cells pair_rates(std::size_t n, std::int64_t sample) {
  Cells cells(n * n, 0);
  for (std::size_t i = 0; i < n * n; ++i) {
    const std::size_t from = i / n, to = i % n;
    const auto step = static_cast<std::int64_t>((from * 5 + to * 3) % 7);
    if (from != to) cells[i] = sample + sample / 1000 * step;
  }
  return cells;
}

// [way][gpu][numa node] of two NUMA nodes: the far one is the sample, the near one 3 % faster.
Cells numa_rates(std::size_t n, std::int64_t sample) {
  Cells cells(2 * n * 2, sample);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t gpu = i / 2 % n, node = i % 2;
    if (node == 2 * gpu / n) cells[i] = sample + sample / 100 * 3;
  }
  return cells;
}

Cells waits(std::size_t n) {
  constexpr std::int64_t kNs = 2'000;
  Cells cells(n * n, kNs);
  for (std::size_t i = 0; i < n; ++i) cells[i * n + i] = 0;
  return cells;
}

Cells healthy_cells(const Request& request, std::size_t n, std::int64_t sample) {
  if (request.case_id == "nvlink.p2p") return pair_rates(n, sample);
  if (request.case_id == "pcie.numa") return numa_rates(n, sample);
  if (request.case_id == "allreduce.exact") return Cells(n * n, 0);
  if (request.case_id == "allreduce.own" || request.case_id == "allreduce.latency") return waits(n);
  return {};
}

std::string algorithm_of(const std::string& case_id) {
  if (case_id == "allreduce.nccl_ring") return "nccl 2.28.9 ring simple 16ch";
  if (case_id == "allreduce.nccl_nvls") return "nccl 2.28.9 nvls simple 16ch";
  return case_id.starts_with("allreduce.") ? "own two_shot 32x512" : "";
}

}  // namespace

void add_node_block(const Order& order, const Request& request, const CellChange& change,
                    Measurement& series) {
  const auto n = static_cast<std::size_t>(order.profile.ordered.gpus);
  series.algorithm = algorithm_of(request.case_id);
  Cells cells = healthy_cells(request, n, series.samples.back());
  if (cells.empty()) return;
  if (change) change(request, series.samples.size() - 1, cells);
  if (series.unit == "bytes_per_s" && request.case_id != "allreduce.own") {
    std::int64_t slowest = series.samples.back() * 2;
    for (const std::int64_t cell : cells) {
      if (cell > 0) slowest = std::min(slowest, cell);
    }
    series.samples.back() = slowest;
  }
  series.cells.push_back(std::move(cells));
  if (request.case_id != "nvlink.p2p") return;
  series.active_links.push_back(std::vector<std::int64_t>(n, kLinks));
}

}  // namespace ga
