#include "benches/cases/attender.h"

#include <fmt/format.h>

#include <utility>

#include "benches/cases/pattern_slots.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

// "sm90 128x128 stages 2 threads 384 ctas 132", and why it is not Hopper's where that is a
// question.
std::string to_text(const AttentionPlan& plan) {
  const std::string why = plan.not_sm90;
  return fmt::format("{} {}x{} stages {} threads {} ctas {}{}",
                     plan.kernel == AttentionKernel::sm90 ? "sm90" : "portable", plan.rows,
                     plan.keys, plan.stages, plan.threads, plan.ctas,
                     why.empty() ? "" : " (not Hopper's: " + why + ")");
}

Attention with_operands(Attention args, const AttentionOperands& x) {
  args.q = x.q;
  args.k = x.k;
  args.v = x.v;
  args.o = x.o;
  args.placement = x.placement;
  args.smid = x.smid;
  return args;
}

class OwnAttender final : public Attender {
 public:
  OwnAttender(const Attention& args, const AttentionPlan& plan) : args_(args), plan_(plan) {}
  Status attend(const AttentionOperands& x, cudaStream_t stream) override {
    return attention(with_operands(args_, x), stream);
  }
  AttentionTiling tiling() const override {
    return {.rows = plan_.rows, .tiles_q = plan_.tiles_q, .tiles = plan_.tiles()};
  }
  std::string algorithm() const override { return to_text(plan_); }

 private:
  Attention args_;
  AttentionPlan plan_;
};

class CudnnAttender final : public VendorAttender {
 public:
  explicit CudnnAttender(CudnnAttention plan) : plan_(std::move(plan)) {}
  Status make_room() {
    const std::size_t bytes = plan_.workspace_bytes();
    if (bytes > static_cast<std::size_t>(kCudnnWorkspaceBytes)) {
      return Error(ErrorCode::environment,
                   fmt::format("{} is more workspace than the {} bytes set aside", plan_.text(),
                               kCudnnWorkspaceBytes));
    }
    if (bytes > workspace_.size()) {
      GA_TRY(workspace_, DeviceBuffer<std::byte>::make(bytes));
    }
    return Ok{};
  }
  Status attend(const AttentionOperands& x, cudaStream_t stream) override {
    return plan_.run({.q = x.q, .k = x.k, .v = x.v, .o = x.o, .workspace = workspace_.data()},
                     stream);
  }
  std::string algorithm() const override { return plan_.text(); }
  std::size_t algorithm_count() const override { return plan_.engines().size(); }
  Status choose(std::size_t algorithm) override {
    GA_CHECK(plan_.choose(algorithm));
    return make_room();
  }

 private:
  CudnnAttention plan_;
  DeviceBuffer<std::byte> workspace_;
};

}  // namespace

AttentionShape attention_of(const Params& params, ElementType type) {
  const std::int64_t seq = param(params, "seq");
  return {.batch = param(params, "batch"),
          .heads = param(params, "heads"),
          .kv_heads = param(params, "kv_heads"),
          .seq_q = seq,
          .seq_kv = seq,
          .dim = param(params, "dim"),
          .mask = param(params, "causal") != 0 ? AttentionMask::causal : AttentionMask::full,
          .type = type};
}

std::int64_t tile_of(const AttentionShape& s, const AttentionTiling& tiling, std::int64_t element) {
  if (tiling.tiles == 0) return -1;
  const std::int64_t head = element / s.dim % s.heads;
  const std::int64_t query = element / (s.dim * s.heads) % s.seq_q;
  const std::int64_t batch = element / (s.dim * s.heads * s.seq_q);
  return (batch * s.heads + head) * tiling.tiles_q + query / tiling.rows;
}

Inject attention_output(const AttentionShape& s, void* o) {
  const std::int64_t cols = s.heads * s.dim;
  return {.data = o, .type = s.type, .rows = s.batch * s.seq_q, .cols = cols, .ld = cols};
}

Result<std::unique_ptr<Attender>> own_attender(const AttentionShape& shape, float scale,
                                               const AttentionOperands& example,
                                               AttentionKernel kernel) {
  Attention args = with_operands({.shape = shape, .scale = scale, .kernel = kernel}, example);
  GA_TRY(const AttentionPlan plan, attention_plan(args));
  args.kernel = plan.kernel;
  return std::unique_ptr<Attender>(std::make_unique<OwnAttender>(args, plan));
}

Result<std::unique_ptr<VendorAttender>> cudnn_attender(const AttentionShape& shape, float scale,
                                                       Cudnn& library) {
  GA_TRY(CudnnAttention plan, library.plan({.shape = shape, .scale = scale}));
  auto attender = std::make_unique<CudnnAttender>(std::move(plan));
  GA_CHECK(attender->make_room());
  return std::unique_ptr<VendorAttender>(std::move(attender));
}

}  // namespace ga
