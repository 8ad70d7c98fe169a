#include "benches/cases/multiplier.h"

#include <utility>

#include "benches/cases/pattern_slots.h"
#include "kernels/runtime/buffer.h"

namespace ga {
namespace {

Gemm own_gemm(const GemmShape& shape, const Product& product) {
  return {.a = product.a,
          .b = product.b,
          .c = product.c,
          .m = shape.m,
          .n = shape.n,
          .k = shape.k,
          .lda = shape.k,
          .ldb = shape.n,
          .ldc = shape.n,
          .out = shape.out,
          .placement = product.placement,
          .smid = product.smid};
}

class OwnMultiplier final : public Multiplier {
 public:
  OwnMultiplier(const GemmShape& shape, const Tiling& tiling) : shape_(shape), tiling_(tiling) {}
  Status multiply(const Product& product, cudaStream_t stream) override {
    return gemm(own_gemm(shape_, product), stream);
  }
  Tiling tiling() const override { return tiling_; }

 private:
  GemmShape shape_;
  Tiling tiling_;
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

GemmShape gemm_shape(const Params& params, GemmOut out) {
  return {.m = param(params, "m"), .n = param(params, "n"), .k = param(params, "k"), .out = out};
}

Result<std::unique_ptr<Multiplier>> own_multiplier(const GemmShape& shape, const Product& example) {
  GA_TRY(const GemmPlan plan, gemm_plan(own_gemm(shape, example)));
  const Tiling tiling{.tile_m = plan.tile_m, .tile_n = plan.tile_n, .tiles = plan.tiles()};
  return std::unique_ptr<Multiplier>(std::make_unique<OwnMultiplier>(shape, tiling));
}

Result<std::unique_ptr<VendorMultiplier>> cublaslt_multiplier(const GemmShape& shape,
                                                              int heuristics, CublasLt& library) {
  const LtShape wanted{.m = shape.m,
                       .n = shape.n,
                       .k = shape.k,
                       .out = shape.out == GemmOut::bf16 ? LtOut::bf16 : LtOut::fp32};
  GA_TRY(LtPlan plan, library.plan(wanted, heuristics));
  GA_TRY(auto workspace, DeviceBuffer<std::byte>::make(kLtWorkspaceBytes));
  return std::unique_ptr<VendorMultiplier>(
      std::make_unique<CublasLtMultiplier>(std::move(plan), std::move(workspace)));
}

}  // namespace ga
