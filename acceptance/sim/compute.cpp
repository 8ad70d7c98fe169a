#include "acceptance/sim/compute.h"

#include "acceptance/sim/block_state.h"

namespace ga {

namespace {

// Of a product; those that draw power are square and have n alone.
std::int64_t side(const Params& params, std::string_view name) {
  const std::int64_t own = param(params, name);
  return own > 0 ? own : param(params, "n");
}

}  // namespace

std::optional<ComputeCase> compute_case(std::string_view case_id) {
  if (case_id == kMixedCase || case_id == kPulseCase) {
    const GemmCase bf16{.type = &gemm_type(ElementType::bf16), .own = true, .exact = false};
    return ComputeCase{bf16, false, false, case_id == kPulseCase};
  }
  if (const auto gemm = gemm_case(case_id)) return ComputeCase{*gemm};
  for (const bool own : {true, false}) {
    for (const bool exact : {true, false}) {
      const std::string end = std::string(own ? "own" : "cudnn") + (exact ? ".exact" : "");
      const bool backward = case_id == "attention.bf16.bwd." + end;
      if (!backward && case_id != "attention.bf16." + end) continue;
      const GemmCase bf16{.type = &gemm_type(ElementType::bf16), .own = own, .exact = exact};
      return ComputeCase{bf16, true, backward};
    }
  }
  return std::nullopt;
}

AttentionShape attention_shape(const Params& params) {
  const AttentionShape shape{
      .batch = param(params, "batch"),
      .heads = param(params, "heads"),
      .kv_heads = param(params, "kv_heads"),
      .dim = param(params, "dim"),
      .mask = param(params, "causal") == 0 ? AttentionMask::full : AttentionMask::causal};
  return of_length(shape, param(params, "seq"));
}

double launch_flops(const ComputeCase& of, const Params& params) {
  if (of.backward) return attention_bwd_flops(attention_shape(params));
  if (of.attention) return attention_flops(attention_shape(params));
  return 2.0 * static_cast<double>(side(params, "m")) * static_cast<double>(side(params, "n")) *
         static_cast<double>(side(params, "k"));
}

std::int64_t device_bytes(const ComputeCase& of, const Params& params) {
  const GemmType& type = *of.type;
  if (of.attention) {
    const AttentionShape shape = attention_shape(params);
    const std::int64_t copies = of.backward ? 4 : 2;  // Q and O, K and V, and their gradients
    return copies * element_bytes(type.in) * (shape.q_elements() + shape.kv_elements());
  }
  const std::int64_t m = side(params, "m"), n = side(params, "n"), k = side(params, "k");
  return element_bytes(type.in) * (m * k + k * n) +
         element_bytes(of.exact ? type.sum : type.out) * m * n;
}

OutputShape output_of(const ComputeCase& of, const Params& params) {
  if (!of.attention) return {side(params, "m"), side(params, "n")};
  const AttentionShape shape = attention_shape(params);
  return {shape.batch * shape.seq_q * shape.heads, shape.dim};
}

}  // namespace ga
