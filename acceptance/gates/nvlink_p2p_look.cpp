#include <algorithm>
#include <optional>
#include <utility>

#include "acceptance/core/limits.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/nvlink_p2p.h"

namespace ga {
namespace {

LocateTerms terms_of(const Order& order) {
  const auto& links = order.profile.machine.links;
  if (!links) return {};
  return {.switches = links->switches, .expected = links->copy_bytes_per_s};
}

std::vector<Suspect> suspects_in(const Order& order, const Measurement& series, std::size_t from,
                                 std::size_t to) {
  const auto middles = middle_cells(series.cells, from, to);
  if (middles.empty()) return {};
  return locate_low({middles, gpus_of(order)}, terms_of(order));
}

bool is_explained(const std::vector<Suspect>& suspects, const P2pMiss& line) {
  return std::any_of(suspects.begin(), suspects.end(),
                     [&](const Suspect& one) { return explains(one, line); });
}

// The cells of a line. A row or column that is not itself accused is taken without the cells that
// are: a GPU answers for what it sends, and not for who receives it.
std::vector<std::size_t> cells_of(std::size_t n, const P2pMiss& line,
                                  const std::vector<Suspect>& suspects) {
  if (line.part == Part::pair) return {line.gpu * n + line.other};
  const bool accused = is_explained(suspects, line);
  std::vector<std::size_t> cells;
  for (std::size_t other = 0; other < n; ++other) {
    if (other == line.gpu) continue;
    P2pMiss cell{.part = Part::pair, .gpu = line.gpu, .other = other};
    if (line.part == Part::ingress) std::swap(cell.gpu, cell.other);
    if (accused || !is_explained(suspects, cell)) cells.push_back(cell.gpu * n + cell.other);
  }
  return cells;
}

// The mean of those cells in each block; empty where there are none.
std::vector<std::int64_t> samples_of(const Measurement& series,
                                     const std::vector<std::size_t>& cells) {
  std::vector<std::int64_t> samples;
  if (cells.empty()) return samples;
  for (const auto& row : series.cells) {
    std::int64_t sum = 0;
    for (const std::size_t cell : cells) sum += row[cell];
    samples.push_back(sum / static_cast<std::int64_t>(cells.size()));
  }
  return samples;
}

std::vector<P2pMiss> lines_of(std::size_t n) {
  std::vector<P2pMiss> lines;
  for (std::size_t gpu = 0; gpu < n; ++gpu) {
    lines.push_back({.part = Part::egress, .gpu = gpu});
    lines.push_back({.part = Part::ingress, .gpu = gpu});
    for (std::size_t other = 0; other < n; ++other) {
      if (other != gpu) lines.push_back({.part = Part::pair, .gpu = gpu, .other = other});
    }
  }
  return lines;
}

std::optional<FloorTerms> floor_terms(const Order& order, const Evidence& evidence,
                                      const Request& name) {
  const Limit* limit = choose_limit(order, evidence, name).limit;
  if (limit == nullptr) return std::nullopt;
  return terms_of(order, *limit);
}

std::vector<P2pMiss> misses_of(const FloorTerms& terms, const Measurement& series, std::size_t n,
                               const std::vector<Suspect>& suspects) {
  std::vector<P2pMiss> misses;
  for (P2pMiss line : lines_of(n)) {
    const auto samples = samples_of(series, cells_of(n, line, suspects));
    if (samples.empty()) continue;  // all of it is explained
    const FloorJudgement judged = judge_floor(terms, samples);
    if (judged.answer == FloorAnswer::met || judged.answer == FloorAnswer::no_floor) continue;
    line.answer = judged.answer;
    line.low = judged.low;
    line.high = judged.high;
    misses.push_back(line);
  }
  return misses;
}

bool is_line(Part part) {
  return part == Part::egress || part == Part::ingress || part == Part::gpu;
}

// What both times accuse of one suspect; nothing where they do not agree.
std::optional<Suspect> agreed(const Suspect& one, const std::vector<Suspect>& again) {
  for (const Suspect& other : again) {
    if (is_line(one.part) != is_line(other.part)) continue;
    if (one.gpu != other.gpu || one.other != other.other) continue;
    Suspect both = one;
    both.lost_ppm = std::min(one.lost_ppm, other.lost_ppm);
    if (one.part == other.part || other.part == Part::gpu) return both;
    if (one.part != Part::gpu) continue;
    both.part = other.part;
    return both;
  }
  return std::nullopt;
}

}  // namespace

Request p2p_series(const Order& order, P2pWay way) {
  return node_series(
      order, kP2p, kP2p,
      {{"bytes", order.profile.sizes.p2p_bytes}, {"engine", way.engine}, {"shift", way.shift}});
}

std::string_view to_words(P2pWay way) {
  if (way.engine == 0) return way.shift == 0 ? "SM, one pair at a time" : "SM, all GPUs at once";
  return way.shift == 0 ? "copy engine, one pair at a time" : "copy engine, all GPUs at once";
}

bool is_square(const Order& order, const Measurement& series) {
  const std::size_t n = gpus_of(order);
  return has_cells(series, {.width = n * n, .least = 1, .pairs_of = n});
}

bool is_uneven(const Order& order, const Measurement& series) {
  return series.cells.size() >= kStage1Blocks && is_square(order, series) &&
         !suspects_in(order, series, 0, kStage1Blocks).empty();
}

std::size_t p2p_blocks(const Order& order, const Evidence& evidence, const Request& name) {
  const Measurement* series = find_series(evidence, name);
  if (series == nullptr || !is_square(order, *series)) return kStage1Blocks;
  if (is_uneven(order, *series)) return kStage2Blocks;
  std::size_t wanted = kStage1Blocks;
  if (const auto terms = floor_terms(order, evidence, name)) {
    for (const P2pMiss& line : lines_of(gpus_of(order))) {
      const auto samples = samples_of(*series, cells_of(gpus_of(order), line, {}));
      wanted = std::max(wanted, blocks_wanted(*terms, samples));
    }
  }
  return wanted;
}

P2pLook look_at_way(const Order& order, const Evidence& evidence, P2pWay way) {
  const Request name = p2p_series(order, way);
  const Measurement& series = *find_series(evidence, name);
  const std::size_t n = gpus_of(order);
  P2pLook look{.way = way};
  const auto first = suspects_in(order, series, 0, kStage1Blocks);
  const auto again = suspects_in(order, series, kStage1Blocks, kStage2Blocks);
  for (const Suspect& one : first) {
    if (const auto both = agreed(one, again)) look.suspects.push_back(*both);
  }
  if (const auto terms = floor_terms(order, evidence, name)) {
    look.misses = misses_of(*terms, series, n, look.suspects);
  }
  const auto all = suspects_in(order, series, 0, kStage2Blocks);
  look.unsettled = std::any_of(all.begin(), all.end(),
                               [&](const Suspect& one) { return !agreed(one, look.suspects); });
  look.passing = look.suspects.size() < first.size() && !look.unsettled;
  look.middles = middle_cells(series.cells, 0, kStage2Blocks);
  look.reference = reference_rate({look.middles, n});
  return look;
}

bool explains(const Suspect& suspect, const P2pMiss& miss) {
  const bool sends = suspect.gpu == miss.gpu && miss.part != Part::ingress;
  const bool receives =
      (miss.part == Part::pair ? miss.other : miss.gpu) == suspect.gpu && miss.part != Part::egress;
  switch (suspect.part) {
    case Part::egress:
      return sends;
    case Part::ingress:
      return receives;
    case Part::gpu:
      return sends || receives;
    case Part::pair:
      return miss.part == Part::pair &&
             std::minmax(miss.gpu, miss.other) == std::minmax(suspect.gpu, suspect.other);
    case Part::fabric:
    case Part::node:
      break;
  }
  return false;
}

}  // namespace ga
