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

// Words of every copy.
std::vector<Fault> damaged_copies(double words) {
  return {everywhere(FaultKind::memory_corrupt, words), everywhere(FaultKind::pcie_corrupt, words),
          everywhere(FaultKind::p2p_corrupt, words)};
}

// One output of each block, whatever the case.
std::vector<Fault> damaged(FaultKind gemm) {
  std::vector<Fault> faults = damaged_copies(1);
  faults.push_back(everywhere(gemm, 0));
  faults.push_back(everywhere(FaultKind::allreduce_corrupt, 0));
  faults.push_back(everywhere(FaultKind::exercise_wrong, 0));
  return faults;
}

// Products and sums over the GPUs, at that share of the launches and from that clock on.
std::vector<Fault> flipped(double share, double least_mhz) {
  std::vector<Fault> faults{everywhere(FaultKind::bit_flip, share),
                            everywhere(FaultKind::allreduce_corrupt, share)};
  for (Fault& fault : faults) fault.least_mhz = least_mhz;
  return faults;
}

std::vector<Fault> faults_of(const Injection& injection) {
  switch (injection.kind) {
    case InjectionKind::bitflip:
      if (injection.number == 0) return damaged(FaultKind::bit_flip);
      return flipped(1.0 / static_cast<double>(injection.number), 0);
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
    case InjectionKind::boost:
      return flipped(0, static_cast<double>(injection.number));
    case InjectionKind::hang:
      return {everywhere(FaultKind::worker_hang, 0)};
    case InjectionKind::crash:
      return {everywhere(FaultKind::worker_crash, 0)};
    case InjectionKind::wrong_everywhere: {
      constexpr double kEveryLaunch = 1, kManyWords = 1024;
      std::vector<Fault> faults = damaged_copies(kManyWords);
      faults.push_back(everywhere(FaultKind::bit_flip, kEveryLaunch));
      faults.push_back(everywhere(FaultKind::allreduce_corrupt, kEveryLaunch));
      faults.push_back(everywhere(FaultKind::exercise_wrong, kEveryLaunch));
      return faults;
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
