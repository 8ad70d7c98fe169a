#include "acceptance/gates/allreduce_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/limits.h"
#include "acceptance/gates/locate.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::int64_t kMib = std::int64_t{1} << 20;
constexpr std::array kSweep{kMib, 16 * kMib, 256 * kMib, 1024 * kMib};
constexpr std::size_t kSweepBlocks = 3;

// Of the ratio the large size is enough; and level quick, which only screens, does without.
SpeedGate terms_of(const SumGate& gate, const Order& order, bool of_sweep) {
  const bool screens = order.level == Level::quick && order.profile.kind == ProfileKind::acceptance;
  return {.id = gate.id,
          .cases = {},
          .unit = "bytes_per_s",
          .check_kind = "exact",
          .ratios = !of_sweep && !screens,
          .ratio_holds = gate.ratio_holds,
          .size_key = "allreduce_bytes"};
}

NodeNeed need_of(const SumGate& gate, const Order& order) {
  return {gate.id, order.profile.sizes.allreduce_bytes, "allreduce_bytes"};
}

// The sizes below the large one; none at quick.
std::vector<std::int64_t> sweep_of(const Order& order) {
  std::vector<std::int64_t> sizes;
  if (order.level == Level::quick) return sizes;
  for (const std::int64_t bytes : kSweep) {
    if (bytes < order.profile.sizes.allreduce_bytes) sizes.push_back(bytes);
  }
  return sizes;
}

// "16 MiB"
std::string show_bytes(std::int64_t bytes) {
  return bytes % (1024 * kMib) == 0 ? fmt::format("{} GiB", bytes / (1024 * kMib))
                                    : fmt::format("{} MiB", bytes / kMib);
}

bool has_floor(const Order& order, const Evidence& evidence, const Request& name) {
  const LimitChoice choice = choose_limit(order, evidence, name);
  return choice.limit != nullptr || choice.elsewhere;
}

// One size of the sweep: held to its floor, else complete and right.
Finding judge_size(const SumGate& gate, const Order& order, const Evidence& evidence,
                   std::int64_t bytes) {
  const Request name = sum_series(gate, order, bytes);
  if (has_floor(order, evidence, name)) {
    Finding finding = judge_case(terms_of(gate, order, true), order, evidence, name).finding;
    finding.reason = show_bytes(bytes) + ": " + finding.reason;
    return finding;
  }
  auto state = look_at({name, "bytes_per_s", "exact"}, evidence);
  if (state.finding) return std::move(*state.finding);
  const auto& samples = state.series->samples;
  if (samples.size() < kSweepBlocks) return incomplete(name, samples.size(), kSweepBlocks);
  const auto middle = median(std::span<const std::int64_t>(samples)).value_or(0);
  return passed(gate.id, kNodeUnit,
                fmt::format("{} {}", show_bytes(bytes), show_rate(middle, "bytes_per_s")));
}

// Whoever is waited for waits less than a fourth of that himself.
constexpr std::int64_t kOwnShare = 4;

std::optional<std::size_t> straggler(const Square& waits, std::int64_t least_ns) {
  for (std::size_t gpu = 0; gpu < waits.n; ++gpu) {
    std::int64_t waited_for = waits.n > 1 ? waits.at(gpu == 0 ? 1 : 0, gpu) : 0, waits_itself = 0;
    for (std::size_t other = 0; other < waits.n; ++other) {
      if (other == gpu) continue;
      waited_for = std::min(waited_for, waits.at(other, gpu));
      waits_itself = std::max(waits_itself, waits.at(gpu, other));
    }
    if (waited_for > least_ns && waits_itself < waited_for / kOwnShare) return gpu;
  }
  return std::nullopt;
}

}  // namespace

Request sum_series(const SumGate& gate, const Order& order, std::int64_t bytes) {
  return node_series(order, gate.id, gate.id,
                     {{"bytes", bytes}, {"type", 0}, {std::string(gate.choice), 0}});
}

std::vector<Request> next_sums(const SumGate& gate, const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (node_unready(need_of(gate, order), order, evidence)) return requests;
  ask_case(requests, terms_of(gate, order, false), order, evidence,
           sum_series(gate, order, order.profile.sizes.allreduce_bytes));
  for (const std::int64_t bytes : sweep_of(order)) {
    const Request name = sum_series(gate, order, bytes);
    if (has_floor(order, evidence, name)) {
      ask_case(requests, terms_of(gate, order, true), order, evidence, name);
    } else {
      ask(requests, name, evidence, kSweepBlocks);
    }
  }
  return requests;
}

Finding judge_sums(const SumGate& gate, const Order& order, const Evidence& evidence) {
  if (auto unready = node_unready(need_of(gate, order), order, evidence)) {
    return std::move(*unready);
  }
  const Request large = sum_series(gate, order, order.profile.sizes.allreduce_bytes);
  std::vector<Finding> findings;
  findings.push_back(judge_case(terms_of(gate, order, false), order, evidence, large).finding);
  for (const std::int64_t bytes : sweep_of(order)) {
    findings.push_back(judge_size(gate, order, evidence, bytes));
  }
  return worst_of(std::move(findings));
}

NcclRan nccl_ran(const Measurement* series, std::string_view demanded) {
  if (series == nullptr || series->algorithm.empty()) return NcclRan::unknown;
  constexpr std::string_view kBetween = " | ";
  NcclRan ran = NcclRan::demanded;
  std::string_view rest = series->algorithm;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(kBetween));
    rest.remove_prefix(std::min(rest.size(), one.size() + kBetween.size()));
    // "nccl", its version, the algorithm.
    const std::size_t version = one.find(' ');
    const std::size_t word = version == one.npos ? one.npos : one.find(' ', version + 1);
    if (!one.starts_with("nccl ") || word == one.npos) return NcclRan::unknown;
    const std::string_view algorithm = one.substr(word + 1, one.find(' ', word + 1) - word - 1);
    if (algorithm == "unknown") return NcclRan::unknown;
    if (algorithm != demanded) ran = NcclRan::other;
  }
  return ran;
}

void note_straggler(const Measurement& series, std::size_t gpus, const CallTime& time,
                    Finding& finding) {
  const auto waits = middle_cells(series.cells, 0, series.cells.size());
  const auto gpu = straggler({waits, gpus}, time.least_ns);
  if (!gpu) return;
  const std::int64_t waited = waits[(*gpu == 0 ? 1 : 0) * gpus + *gpu];
  const std::string text =
      fmt::format("every other GPU waits for gpu/{}, {} of a call of {}, and it waits for none",
                  *gpu, show_rate(waited, "ns"), show_rate(time.call_ns, "ns"));
  if (finding.verdict == Verdict::pass) {
    finding.warn.push_back("straggler: " + text);
  } else {
    finding.reason += "; " + text;
  }
}

}  // namespace ga
