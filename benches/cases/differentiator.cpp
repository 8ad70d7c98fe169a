#include "benches/cases/differentiator.h"

#include <fmt/format.h>

#include <utility>

#include "kernels/attention/attention_bwd.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

class OwnDifferentiator final : public Differentiator {
 public:
  OwnDifferentiator(const AttentionShape& shape, float scale) : shape_(shape), scale_(scale) {}
  Status choose(const GradientOperands& example) {
    GA_TRY(workspace_, DeviceBuffer<std::byte>::make(attention_bwd_workspace_bytes(shape_)));
    GA_TRY(algorithm_, attention_bwd_choice(args(example)));
    return Ok{};
  }
  Status differentiate(const GradientOperands& x, cudaStream_t stream) override {
    return attention_bwd(args(x), stream);
  }
  std::string algorithm() const override { return algorithm_; }

 private:
  AttentionBackward args(const GradientOperands& x) const {
    AttentionBackward args = backward_of(shape_, scale_, x);
    args.workspace = workspace_.data();
    args.placement = x.placement;
    return args;
  }

  AttentionShape shape_;
  float scale_;
  DeviceBuffer<std::byte> workspace_;
  std::string algorithm_;
};

class CudnnDifferentiator final : public VendorDifferentiator {
 public:
  CudnnDifferentiator(const AttentionShape& shape, CudnnAttention plan)
      : shape_(shape), plan_(std::move(plan)) {}
  Status make_room() {
    const std::size_t bytes = plan_.workspace_bytes();
    const std::int64_t most = cudnn_backward_workspace_bytes(shape_);
    if (bytes > static_cast<std::size_t>(most)) {
      return Error(
          ErrorCode::environment,
          fmt::format("{} is more workspace than the {} bytes set aside", plan_.text(), most));
    }
    if (bytes > workspace_.size()) {
      GA_TRY(workspace_, DeviceBuffer<std::byte>::make(bytes));
    }
    return Ok{};
  }
  Status differentiate(const GradientOperands& x, cudaStream_t stream) override {
    const AttentionBackward of = backward_of(shape_, 0, x);
    // O and the log-sum-exp are read.
    return plan_.run({.q = of.q,
                      .k = of.k,
                      .v = of.v,
                      .o = const_cast<void*>(of.o),
                      .lse = const_cast<float*>(of.lse),
                      .workspace = workspace_.data(),
                      .d_o = of.d_o,
                      .d_q = of.d_q,
                      .d_k = of.d_k,
                      .d_v = of.d_v},
                     stream);
  }
  std::string algorithm() const override { return plan_.text(); }
  std::size_t algorithm_count() const override { return plan_.engines().size(); }
  Status choose(std::size_t algorithm) override {
    GA_CHECK(plan_.choose(algorithm));
    return make_room();
  }

 private:
  AttentionShape shape_;
  CudnnAttention plan_;
  DeviceBuffer<std::byte> workspace_;
};

}  // namespace

Inject gradient_output(const AttentionShape& s, void* gradients) {
  const std::int64_t rows = (s.q_elements() + 2 * s.kv_elements()) / s.dim;
  return {.data = gradients, .type = s.type, .rows = rows, .cols = s.dim, .ld = s.dim};
}

AttentionBackward backward_of(const AttentionShape& shape, float scale, const GradientOperands& x) {
  std::byte* const d_k = x.gradients + q_bytes(shape);
  return {.q = x.q,
          .k = x.k,
          .v = x.v,
          .o = x.o,
          .lse = x.lse,
          .d_o = x.d_o,
          .d_q = x.gradients,
          .d_k = d_k,
          .d_v = d_k + kv_bytes(shape),
          .shape = shape,
          .scale = scale};
}

Result<std::unique_ptr<Differentiator>> own_differentiator(const AttentionShape& shape, float scale,
                                                           const GradientOperands& example) {
  auto own = std::make_unique<OwnDifferentiator>(shape, scale);
  GA_CHECK(own->choose(example));
  return std::unique_ptr<Differentiator>(std::move(own));
}

Result<std::unique_ptr<VendorDifferentiator>> cudnn_differentiator(const AttentionShape& shape,
                                                                   float scale, Cudnn& library) {
  GA_TRY(CudnnAttention plan, library.plan({.shape = shape, .scale = scale, .backward = true}));
  auto vendor = std::make_unique<CudnnDifferentiator>(shape, std::move(plan));
  GA_CHECK(vendor->make_room());
  return std::unique_ptr<VendorDifferentiator>(std::move(vendor));
}

}  // namespace ga
