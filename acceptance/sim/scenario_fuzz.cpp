// Any bytes are a scenario or refused in words; what is accepted can be simulated.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/sim/facts_of.h"
#include "acceptance/sim/physics.h"
#include "acceptance/sim/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = ga::parse_scenario(text, "fuzz.toml");
  if (!scenario) {
    if (scenario.error().what().empty()) std::abort();
    return 0;
  }
  const ga::Facts facts = ga::facts_of(*scenario);
  if (facts.gpus.size() > static_cast<std::size_t>(scenario->gpus)) std::abort();
  for (int gpu = 0; gpu < scenario->gpus; ++gpu) {
    const ga::Part& part = scenario->part;
    const ga::Die die = ga::die_of(*scenario, gpu, 1e6);
    const ga::Load load = ga::load_of(part, "gemm.bf16.cublaslt");
    const ga::Moment now = ga::run_load(part, die, load, {}, 3);
    if (!(now.operating.clock_mhz > 0 && now.operating.power_w > 0)) std::abort();
  }
  return 0;
}
