#include "acceptance/sim/injection.h"

#include "reports/model/injection.h"

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

std::vector<Fault> faults_of(const Injection& injection) {
  switch (injection.kind) {
    case InjectionKind::bitflip:
      if (injection.number == 0) return damaged(FaultKind::bit_flip);
      return {everywhere(FaultKind::bit_flip, 1.0 / static_cast<double>(injection.number))};
    case InjectionKind::zero_tile:
    case InjectionKind::null_tile:
      return damaged(FaultKind::zero_tile);
    case InjectionKind::nan:
      return damaged(FaultKind::nan);
    case InjectionKind::sm: {
      Fault fault = everywhere(FaultKind::bit_flip, 1);
      fault.path = FaultPath::own;
      fault.sm = injection.number;
      return {fault};
    }
    case InjectionKind::boost: {
      Fault fault = everywhere(FaultKind::bit_flip, 0);
      fault.least_mhz = static_cast<double>(injection.number);
      return {fault};
    }
    case InjectionKind::hang:
      return {everywhere(FaultKind::worker_hang, 0)};
    case InjectionKind::crash:
      return {everywhere(FaultKind::worker_crash, 0)};
    case InjectionKind::wrong_everywhere: {
      constexpr double kEveryLaunch = 1, kManyWords = 1024;
      return {everywhere(FaultKind::bit_flip, kEveryLaunch),
              everywhere(FaultKind::memory_corrupt, kManyWords),
              everywhere(FaultKind::pcie_corrupt, kManyWords)};
    }
    case InjectionKind::none:
    case InjectionKind::slow:
      break;
  }
  return {};
}

}  // namespace

Result<SimulatedInjection> injection_of(std::string_view word) {
  GA_TRY(const Injection injection, parse_injection(word));
  return SimulatedInjection{.faults = faults_of(injection),
                            .slowed = injection.kind == InjectionKind::slow ? kSlowed : 0};
}

}  // namespace ga
