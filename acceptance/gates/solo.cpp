#include "acceptance/gates/solo.h"

#include "acceptance/core/floor.h"
#include "acceptance/core/slow.h"

namespace ga {

Request alone_series(Request together) {
  together.params["alone"] = 1;
  together.placement = Placement::alone;
  return together;
}

Request solo_series(const Request& together) {
  Request alone = alone_series(together);
  alone.phase = Phase::memory;
  return alone;
}

bool looks_starved(const Order& order, const Evidence& evidence, const Request& together) {
  const Measurement* series = find_series(evidence, together);
  if (order.profile.ordered.gpus < 2 || series == nullptr) return false;
  if (series->samples.size() < kStage1Blocks) return false;
  const GpuFacts* gpu = evidence.facts.find(together.unit_id);
  return explain_slow(*series, gpu, {.power_capped = true}) == SlowCause::host;
}

}  // namespace ga
