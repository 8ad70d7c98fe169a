// Hopper GEMM: instances, tensor maps and launches. The kernel, and what bounds it:
// gemm_sm90_kernel.cuh.
#include <algorithm>
#include <utility>

#include "kernels/gemm/gemm_sm90.h"
#include "kernels/gemm/gemm_sm90_kernel.cuh"
#include "kernels/runtime/error.h"
#include "kernels/runtime/tensor_map.h"

namespace ga {
namespace {

using Kernel = void (*)(Sm90Params);

template <class Shape>
Kernel kernel_of(ElementType in, ElementType out) {
  if (in == ElementType::bf16) {
    return out == ElementType::fp32 ? &gemm_sm90_kernel<Shape, Bf16, float>
                                    : &gemm_sm90_kernel<Shape, Bf16, Bf16>;
  }
  return out == ElementType::fp32 ? &gemm_sm90_kernel<Shape, Fp16, float>
                                  : &gemm_sm90_kernel<Shape, Fp16, Fp16>;
}

struct Instance {
  Kernel kernel = nullptr;
  int threads = 0;
  std::size_t shared_bytes = 0;
};

template <std::size_t i>
Instance instance(const Gemm& args) {
  constexpr Sm90Policy kPolicy = kSm90Policies[i];
  using Shape = Sm90Shape<kPolicy.tile_m, kPolicy.tile_n, kPolicy.stages, kPolicy.cluster>;
  return {kernel_of<Shape>(args.in, args.out), Shape::kThreads, Shape::kSharedBytes};
}

template <std::size_t... i>
Instance find_instance(const Gemm& args, GemmKernel kernel, std::index_sequence<i...>) {
  Instance found;
  ((kSm90Policies[i].kernel == kernel ? void(found = instance<i>(args)) : void()), ...);
  return found;
}

Instance instance_of(const Gemm& args, GemmKernel kernel) {
  return find_instance(args, kernel, std::make_index_sequence<kSm90Policies.size()>{});
}

std::int64_t tiles_of(std::int64_t size, int tile) { return (size + tile - 1) / tile; }

Sm90Order order_of(const Gemm& args, const GemmPlan& plan) {
  const std::int64_t units_m = tiles_of(plan.tiles_m, plan.cluster);
  const Placement placement =
      make_placement(args.placement, units_m * plan.tiles_n, plan.ctas / plan.cluster);
  return {.placement = narrow(placement),
          .units_m = static_cast<std::uint32_t>(units_m),
          .units_n = static_cast<std::uint32_t>(plan.tiles_n),
          .group = static_cast<std::uint32_t>(kRasterGroup / plan.cluster)};
}

Result<Sm90Params> params_of(const Gemm& args, const GemmPlan& plan) {
  const Sm90Maps maps = sm90_maps({args.m, args.n, args.k}, sm90_operands(args), plan.tile_m);
  Sm90Params params{};
  GA_TRY(params.a, encode_tensor_map(maps.a));
  GA_TRY(params.b, encode_tensor_map(maps.b));
  GA_TRY(params.c, encode_tensor_map(maps.c));
  params.order = order_of(args, plan);
  params.tiles_m = static_cast<std::uint32_t>(plan.tiles_m);
  params.tiles_n = static_cast<std::uint32_t>(plan.tiles_n);
  params.k_tiles = static_cast<std::uint32_t>(tiles_of(args.k, plan.tile_k));
  params.smid = args.smid;
  return params;
}

}  // namespace

bool sm90_built() { return true; }

GemmPlan sm90_plan(const Gemm& args, const Sm90Policy& policy, const DeviceShape& device) {
  const Instance chosen = instance_of(args, policy.kernel);
  GemmPlan plan{.tile_m = policy.tile_m,
                .tile_n = policy.tile_n,
                .tile_k = kStageDepthBytes / element_bytes(args.in),
                .stages = policy.stages,
                .threads = chosen.threads,
                .shared_bytes = chosen.shared_bytes,
                .tiles_m = tiles_of(args.m, policy.tile_m),
                .tiles_n = tiles_of(args.n, policy.tile_n),
                .async_a = true,
                .async_b = true,
                .kernel = policy.kernel,
                .cluster = policy.cluster};
  const std::int64_t clusters =
      std::min<std::int64_t>(tiles_of(plan.tiles_m, policy.cluster) * plan.tiles_n,
                             std::max(1, device.sm_count / policy.cluster));
  plan.ctas = clusters * policy.cluster;
  return plan;
}

Status sm90_launch(const Gemm& args, const GemmPlan& plan, cudaStream_t stream) {
  GA_TRY(const Sm90Params params, params_of(args, plan));
  const Instance chosen = instance_of(args, plan.kernel);
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(chosen.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(chosen.shared_bytes)));
  cudaLaunchAttribute cluster{};
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim = {static_cast<unsigned>(plan.cluster), 1, 1};
  cudaLaunchConfig_t launch{};
  launch.gridDim = dim3(static_cast<unsigned>(plan.ctas));
  launch.blockDim = dim3(static_cast<unsigned>(chosen.threads));
  launch.dynamicSmemBytes = chosen.shared_bytes;
  launch.stream = stream;
  launch.attrs = &cluster;
  launch.numAttrs = plan.cluster > 1 ? 1 : 0;
  GA_CUDA(cudaLaunchKernelEx(&launch, chosen.kernel, params));
  return Ok{};
}

}  // namespace ga
