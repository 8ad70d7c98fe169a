// Was this measured on these GPUs after the challenge was issued?
//
// Evidence: on each GPU one product of small integers whose data follow from the challenge's nonce
// and the GPU's UUID; a tree of digests over its 1,024 tiles, of which its root opens 460. Whoever
// judges computes these tiles himself. Asked only where there is a challenge.
// Limit: none; every opened tile is the product's.
// False pass: the work proves when and for whom it was done, and not by which GPU: another GPU, or
// a CPU in a tenth of a second, can do it too. Whoever leaves out 1 % of the tiles is caught with
// 99 %. False fail: none known; a GPU that multiplies wrongly fails here as it does in the exact
// gates.
#include <fmt/format.h>

#include <map>
#include <mutex>
#include <tuple>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "kernels/data/fresh_product.h"

namespace ga {
namespace {

constexpr std::string_view kId = kFreshnessGate, kCase = "fresh.gemm", kKind = "tree";

std::string uuid_of(const Evidence& evidence, const std::string& unit) {
  for (const GpuFacts& gpu : evidence.facts.gpus) {
    if (gpu.unit_id == unit && gpu.uuid) return *gpu.uuid;
  }
  return "";
}

Request series_of(const Order& order, const Evidence& evidence, const std::string& unit) {
  Request name;
  name.gate = kId;
  name.case_id = kCase;
  name.unit_id = unit;
  name.params = {{"seed", gpu_seed(order, kId, {}, uuid_of(evidence, unit))}};
  name.block_ns = block_length_ns(order.level, false);
  name.phase = Phase::cold_exact;
  return name;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  for (const std::string& unit : present_units(order, evidence)) {
    if (uuid_of(evidence, unit).empty()) continue;
    ask(requests, series_of(order, evidence, unit), evidence, 1);
  }
  return requests;
}

// Remembered: a verifier judges the same evidence more than once, and it is a tenth of a second.
FreshVerdict verdict_of(std::int64_t seed, const Check& check) {
  thread_local std::map<std::tuple<std::int64_t, std::string>, FreshVerdict> known;
  std::string key = check.root;
  for (const Opening& opening : check.openings) {
    key += fmt::format(" {}", opening.tile);
    for (const std::string& digest : opening.path) key += digest;
  }
  const auto [place, fresh] = known.try_emplace({seed, std::move(key)});
  if (fresh) {
    place->second = check_fresh(static_cast<std::uint64_t>(seed), check.root, check.openings);
  }
  return place->second;
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  if (auto absent = unit_absent(kId, unit, evidence)) return *std::move(absent);
  if (uuid_of(evidence, unit).empty()) {
    return found(kId, unit, "identity.freshness.no_uuid", "its seed follows from its UUID");
  }
  const Request name = series_of(order, evidence, unit);
  auto state = look_at({name, "launches", kKind}, evidence);
  if (state.finding) return *std::move(state.finding);
  if (state.series->samples.empty()) return incomplete(name, 0, 1);
  const FreshVerdict verdict = verdict_of(name.params.at("seed"), *state.series->check);
  switch (verdict.answer) {
    case FreshAnswer::right:
      return passed(kId, unit,
                    fmt::format("all {} opened tiles of {} are the challenged product's",
                                kFreshOpened, kFreshTiles));
    case FreshAnswer::wrong:
      return found(kId, unit, "identity.freshness.wrong_data", verdict.why);
    case FreshAnswer::refused:
      break;
  }
  return found(kId, unit, "identity.freshness.not_opened", verdict.why);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const std::string& unit : ordered_units(order.profile)) {
    findings.push_back(judge_unit(order, evidence, unit));
  }
  return findings;
}

}  // namespace

const Gate kIdentityFreshness{kId,
                              "Was this measured on these GPUs after the challenge was issued?",
                              "챌린지가 발급된 뒤에 이 GPU들에서 측정한 결과입니까?", next, judge};

}  // namespace ga
