#include "acceptance/sim/fresh.h"

#include "acceptance/sim/block_state.h"
#include "acceptance/sim/noise.h"
#include "kernels/data/fresh_product.h"

namespace ga {
namespace {

Check fresh_check(const Scenario& scenario, const BlockName& name) {
  auto seed = static_cast<std::uint64_t>(param(name.params, "seed"));
  if (scenario.fault(FaultKind::borrowed_seed, name.gpu, name.load_s) != nullptr) ++seed;
  const double left_out = severity(scenario, FaultKind::lazy_work, name);
  const FreshProduct product(seed);
  const FreshProof proof = fresh_proof([&](std::int64_t tile) {
    const NoiseName draw{scenario.seed, "lazy tile", static_cast<std::uint64_t>(tile)};
    if (noise_word(draw) < left_out * 0x1p32) {
      return std::vector<std::int32_t>(static_cast<std::size_t>(kFreshTile * kFreshTile));
    }
    return product.tile(tile);
  });
  return {.kind = "tree",
          .expected = proof.root.substr(0, 16),
          .got = proof.root.substr(0, 16),
          .root = proof.root,
          .openings = proof.openings};
}

}  // namespace

SimulatedBlock simulate_fresh(const Scenario& scenario, const BlockName& name,
                              ExactWorkshop& workshop) {
  BlockName product = name;
  product.case_id = "gemm.bf16.own";
  product.params = {{"m", kFreshSide}, {"n", kFreshSide}, {"k", kFreshSide}};
  SimulatedBlock block = simulate_block(scenario, product, workshop);
  const Check timed = block.check.check;
  block.check.check = fresh_check(scenario, name);
  block.check.check.launches = timed.launches;
  block.check.check.wrong = timed.wrong;
  block.sample.unit = "launches";
  block.sample.value = *timed.launches;
  return block;
}

}  // namespace ga
