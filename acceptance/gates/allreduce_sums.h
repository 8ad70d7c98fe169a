// Sums over all GPUs of the node, timed: one implementation for our kernels and for NCCL.
//
// The large size decides; a sweep of smaller ones beside it is recorded, and judged where the
// profile has a floor for that size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/gates/speed.h"

namespace ga {

// The gate's id is its case's too.
struct SumGate {
  std::string_view id;
  std::string_view choice;   // the parameter by which the case may be told how: 0, as it chooses
  bool ratio_holds = false;  // as in SpeedGate
};

// The series of that size, and of another case of the gate.
Request sum_series(const SumGate& gate, const Order& order, std::int64_t bytes);

std::vector<Request> next_sums(const SumGate& gate, const Order& order, const Evidence& evidence);

// One finding, on the node.
Finding judge_sums(const SumGate& gate, const Order& order, const Evidence& evidence);

// How NCCL summed in that series, held against what was demanded: "nccl 2.28.9 ring simple 16ch".
enum class NcclRan { demanded, other, unknown };
NcclRan nccl_ran(const Measurement* series, std::string_view demanded);

// Names in the finding the GPU that every other waits for, if there is one: by the mean waits in
// the cells, [waiter * gpus + peer]. Waits of less than `least_ns` are the sum's own.
struct CallTime {
  std::int64_t call_ns = 0, least_ns = 0;
};
void note_straggler(const Measurement& series, std::size_t gpus, const CallTime& time,
                    Finding& finding);

}  // namespace ga
