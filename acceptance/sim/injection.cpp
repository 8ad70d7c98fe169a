#include "acceptance/sim/injection.h"

#include <fmt/format.h>

namespace ga {
namespace {

// The timed region is a quarter longer, so that a rate falls by a fifth.
constexpr double kSlowed = 0.2;

Fault everywhere(FaultKind kind, double severity) {
  Fault fault;
  fault.kind = kind;
  fault.gpu = -1;
  fault.severity = severity;
  return fault;
}

// One output of each block, whatever the case.
std::vector<Fault> damaged(FaultKind gemm) {
  return {everywhere(gemm, 0), everywhere(FaultKind::memory_corrupt, 1),
          everywhere(FaultKind::pcie_corrupt, 1)};
}

}  // namespace

Result<SimulatedInjection> injection_of(std::string_view word) {
  if (word.empty()) return SimulatedInjection{};
  if (word == "bitflip") return SimulatedInjection{.faults = damaged(FaultKind::bit_flip)};
  if (word == "zero-tile") return SimulatedInjection{.faults = damaged(FaultKind::zero_tile)};
  if (word == "nan") return SimulatedInjection{.faults = damaged(FaultKind::nan)};
  if (word == "slow") return SimulatedInjection{.faults = {}, .slowed = kSlowed};
  if (word == "hang") return SimulatedInjection{.faults = {everywhere(FaultKind::worker_hang, 0)}};
  if (word == "crash") {
    return SimulatedInjection{.faults = {everywhere(FaultKind::worker_crash, 0)}};
  }
  if (word == "wrong-everywhere") {
    constexpr double kEveryLaunch = 1, kManyWords = 1024;
    return SimulatedInjection{.faults = {everywhere(FaultKind::bit_flip, kEveryLaunch),
                                         everywhere(FaultKind::memory_corrupt, kManyWords),
                                         everywhere(FaultKind::pcie_corrupt, kManyWords)}};
  }
  return Error(ErrorCode::usage, fmt::format("no injection is called '{}'", word))
      .hinted("bitflip, zero-tile, nan, slow, hang, crash or wrong-everywhere");
}

}  // namespace ga
