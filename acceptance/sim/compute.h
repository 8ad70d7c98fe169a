// Compute: the cases that run at the power limit, GEMM, attention and its backward, each by our
// kernel and by the vendor's library, and the products of several formats that draw power, which
// are played as bf16 by our kernel: what the simulator has to know of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acceptance/wire/message.h"
#include "benches/cases/case_table.h"
#include "kernels/data/attention_shape.h"

namespace ga {

struct ComputeCase : GemmCase {
  bool attention = false;  // else GEMM
  bool backward = false;   // of attention: its gradients
  bool pulses = false;     // on and off in a rhythm
};
inline constexpr std::string_view kMixedCase = "power.mixed", kPulseCase = "power.pulse";
std::optional<ComputeCase> compute_case(std::string_view case_id);
inline bool computes(std::string_view case_id) {
  return case_id.starts_with("gemm.") || case_id.starts_with("attention.") ||
         case_id == kMixedCase || case_id == kPulseCase;
}

// Precondition of these: complete params of that case.
AttentionShape attention_shape(const Params& params);
double launch_flops(const ComputeCase& of, const Params& params);
std::int64_t device_bytes(const ComputeCase& of, const Params& params);
// What a launch writes, of the gradients dQ; of attention a row is one head of one query.
struct OutputShape {
  std::int64_t rows = 0, cols = 0;
};
OutputShape output_of(const ComputeCase& of, const Params& params);

}  // namespace ga
