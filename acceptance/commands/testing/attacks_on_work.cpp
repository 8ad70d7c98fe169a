// Attacks on the work that a challenge asks for, each judged by the gate as verify does.
#include <algorithm>

#include "acceptance/commands/testing/attacks.h"
#include "acceptance/gates/gates.h"
#include "kernels/data/fresh_product.h"
#include "reports/codec/testing/random_report.h"

namespace ga::testing {
namespace {

using Openings = std::vector<Opening>;

struct Challenged {
  Profile profile = attacked_profile();
  Evidence evidence = small_report().evidence;
  const Gate& gate = *find_gate("identity.freshness");

  Challenged() {
    profile.ordered.gpus = 1;
    evidence.measurements.clear();
    const Request asked = gate.next(order(), evidence).at(0);
    Measurement series;
    series.gate = asked.gate;
    series.case_id = asked.case_id;
    series.unit_id = asked.unit_id;
    series.params = asked.params;
    series.block_ns = asked.block_ns;
    series.unit = "launches";
    series.samples = {1};
    series.clock_mhz = {1980};
    series.power_mw = series.temp_mc = {50'000};
    series.throttle = {0};
    series.check = Check{.kind = "tree", .expected = "", .got = ""};
    evidence.measurements = {series};
  }

  Order order() const { return {profile, Level::quick, std::string(64, '7')}; }
  std::uint64_t seed() const {
    return static_cast<std::uint64_t>(evidence.measurements[0].params.at("seed"));
  }
  Refusal answer(const FreshProof& proof) {
    Check& check = *evidence.measurements[0].check;
    check.root = proof.root;
    check.openings = proof.openings;
    const Finding finding = gate.judge(order(), evidence).at(0);
    if (finding.verdict == Verdict::pass) return {};
    return {"finding", finding.code + ": " + finding.reason};
  }
};

FreshProof proof_of(std::uint64_t seed) {
  const FreshProduct product(seed);
  return fresh_proof([&](std::int64_t tile) { return product.tile(tile); });
}
const FreshProof& honest() {
  static const FreshProof proof = proof_of(Challenged().seed());
  return proof;
}

Refusal with_openings(const std::function<void(Openings&)>& change) {
  FreshProof proof = honest();
  change(proof.openings);
  return Challenged().answer(proof);
}
// The first path that has a digest.
Refusal with_path(const std::function<void(std::vector<std::string>&)>& change) {
  return with_openings([&](Openings& openings) {
    change(std::find_if(openings.begin(), openings.end(), [](const Opening& opening) {
             return !opening.path.empty();
           })->path);
  });
}

}  // namespace

Refusal refusal_of_sound_work() { return Challenged().answer(honest()); }

Attacks attacks_on_work() {
  return {
      {"work.of_another_gpu",
       [] { return Challenged().answer(proof_of(Challenged().seed() + 1)); }},
      {"work.done_in_part",
       [] {
         const FreshProduct product(Challenged().seed());
         return Challenged().answer(fresh_proof([&](std::int64_t tile) {
           return tile % 50 == 0 ? std::vector<std::int32_t>(kFreshTile * kFreshTile)
                                 : product.tile(tile);
         }));
       }},
      {"work.root_of_another",
       [] {
         FreshProof proof = honest();
         std::reverse(proof.root.begin(), proof.root.end());
         return Challenged().answer(proof);
       }},
      {"work.nothing_opened", [] { return with_openings([](Openings& o) { o.clear(); }); }},
      {"work.fewer_tiles", [] { return with_openings([](Openings& o) { o.pop_back(); }); }},
      {"work.tile_twice", [] { return with_openings([](Openings& o) { o[1] = o[0]; }); }},
      {"work.tile_outside", [] { return with_openings([](Openings& o) { o[0].tile = 1024; }); }},
      {"work.order", [] { return with_openings([](Openings& o) { std::swap(o[0], o[1]); }); }},
      {"work.path_too_long",
       [] { return with_path([](auto& path) { path.push_back(path.front()); }); }},
      {"work.path_too_short", [] { return with_path([](auto& path) { path.pop_back(); }); }},
      {"work.path_of_another",
       [] { return with_path([](auto& path) { path[0] = std::string(64, '0'); }); }},
      {"work.no_digest", [] { return with_path([](auto& path) { path[0] += "0"; }); }},
      {"work.digest_in_capitals",
       [] { return with_path([](auto& path) { path[0] = std::string(64, 'A'); }); }},
  };
}

}  // namespace ga::testing
