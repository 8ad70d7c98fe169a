#include "benches/cases/multiplier.h"

#include <fmt/format.h>

#include <utility>

#include "benches/cases/pattern_slots.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

Gemm own_gemm(const GemmShape& shape, const Product& product, GemmKernel kernel) {
  return {.a = product.a,
          .b = product.b,
          .c = product.c,
          .m = shape.m,
          .n = shape.n,
          .k = shape.k,
          .lda = shape.k,
          .ldb = shape.b_cols(),
          .ldc = shape.n,
          .in = shape.in,
          .out = shape.out,
          .placement = product.placement,
          .smid = product.smid,
          .kernel = kernel};
}

// "portable 128x256x64 stages 4 ctas 512", and why it is not Hopper's where that is a question.
std::string to_text(const GemmPlan& plan) {
  const Sm90Policy* const policy = sm90_find(plan.kernel);
  const std::string why = plan.not_sm90;
  return fmt::format("{} {}x{}x{} stages {} ctas {}{}", policy != nullptr ? "sm90" : "portable",
                     plan.tile_m, plan.tile_n, plan.tile_k, plan.stages, plan.ctas,
                     why.empty() ? "" : " (not Hopper's: " + why + ")");
}

class OwnMultiplier final : public Multiplier {
 public:
  OwnMultiplier(const GemmShape& shape, const GemmPlan& plan) : shape_(shape), plan_(plan) {}
  Status multiply(const Product& product, cudaStream_t stream) override {
    return gemm(own_gemm(shape_, product, plan_.kernel), stream);
  }
  Tiling tiling() const override {
    return {.tile_m = plan_.tile_m, .tile_n = plan_.tile_n, .tiles = plan_.tiles()};
  }
  std::string algorithm() const override { return to_text(plan_); }

 private:
  GemmShape shape_;
  GemmPlan plan_;
};

class CublasLtMultiplier final : public VendorMultiplier {
 public:
  CublasLtMultiplier(LtPlan plan, DeviceBuffer<std::byte> workspace)
      : plan_(std::move(plan)),
        workspace_(std::move(workspace)),
        chosen_(pick_for_gate(plan_.algorithms())) {}
  Status multiply(const Product& product, cudaStream_t stream) override {
    return plan_.run(
        chosen_, {.a = product.a, .b = product.b, .c = product.c, .workspace = workspace_.data()},
        stream);
  }
  std::string algorithm() const override { return to_text(plan_.algorithms()[chosen_]); }
  std::size_t algorithm_count() const override { return plan_.algorithms().size(); }
  void choose(std::size_t algorithm) override { chosen_ = algorithm; }

 private:
  LtPlan plan_;
  DeviceBuffer<std::byte> workspace_;
  std::size_t chosen_;
};

}  // namespace

GemmShape gemm_shape(const Params& params, ElementType in, ElementType out) {
  return {.m = param(params, "m"),
          .n = param(params, "n"),
          .k = param(params, "k"),
          .in = in,
          .out = out};
}

Result<std::unique_ptr<Multiplier>> own_multiplier(const GemmShape& shape, const Product& example,
                                                   GemmKernel kernel) {
  GA_TRY(const GemmPlan plan, gemm_plan(own_gemm(shape, example, kernel)));
  return std::unique_ptr<Multiplier>(std::make_unique<OwnMultiplier>(shape, plan));
}

Result<std::unique_ptr<VendorMultiplier>> cublaslt_multiplier(const GemmShape& shape,
                                                              int heuristics, CublasLt& library) {
  const LtShape wanted{.m = shape.m,
                       .n = shape.n,
                       .k = shape.k,
                       .in = shape.in,
                       .out = shape.out,
                       .fast_accumulation = shape.fast_accumulation};
  GA_TRY(LtPlan plan, library.plan(wanted, heuristics));
  GA_TRY(auto workspace, DeviceBuffer<std::byte>::make(kLtWorkspaceBytes));
  return std::unique_ptr<VendorMultiplier>(
      std::make_unique<CublasLtMultiplier>(std::move(plan), std::move(workspace)));
}

}  // namespace ga
