// Differentiator: one way to compute the gradients of an attention, ours or the vendor's, so that
// both are timed and checked by the same code.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "benches/cases/attender.h"
#include "kernels/attention/attention_bwd_args.h"

namespace ga {

// The gradients lie in one buffer, dQ, dK and dV one behind the other: one hash holds all three.
inline std::size_t gradient_bytes(const AttentionShape& s) { return q_bytes(s) + 2 * kv_bytes(s); }
// As a matrix of the heads' rows.
Inject gradient_output(const AttentionShape& shape, void* gradients);

// The operands of one launch.
struct GradientOperands {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  const void* o = nullptr;
  const float* lse = nullptr;
  const void* d_o = nullptr;
  std::byte* gradients = nullptr;
  std::uint64_t placement = 0;  // ours only: which SM computes which tile
};
// As our kernels and the checks take them, without a workspace.
AttentionBackward backward_of(const AttentionShape& shape, float scale, const GradientOperands& x);

class Differentiator {
 public:
  virtual ~Differentiator() = default;
  virtual Status differentiate(const GradientOperands& operands, cudaStream_t stream) = 0;
  virtual std::string algorithm() const = 0;  // what was chosen, for the report
};

// `example` has the alignment of all operands to come. Allocates the workspace.
Result<std::unique_ptr<Differentiator>> own_differentiator(const AttentionShape& shape, float scale,
                                                           const GradientOperands& example);

// As VendorAttender; deterministic algorithms alone.
class VendorDifferentiator : public Differentiator {
 public:
  virtual std::size_t algorithm_count() const = 0;
  virtual Status choose(std::size_t algorithm) = 0;
};
// Allocates what the library wants, at most cudnn_backward_workspace_bytes(): 17 GiB for the shape
// that is timed.
Result<std::unique_ptr<VendorDifferentiator>> cudnn_differentiator(const AttentionShape& shape,
                                                                   float scale, Cudnn& library);

}  // namespace ga
