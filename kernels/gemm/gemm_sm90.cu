// Hopper GEMM: instances, tensor maps and launches. The kernel, and what bounds it:
// gemm_sm90_kernel.cuh.
#include <map>
#include <mutex>
#include <utility>

#include "kernels/gemm/gemm_sm90.h"
#include "kernels/gemm/gemm_sm90_kernel.cuh"
#include "kernels/runtime/error.h"
#include "kernels/runtime/tensor_map.h"

namespace ga {
namespace {

using Kernel = void (*)(Sm90Params);

// nullptr where the policy does not serve the type: such instances are not compiled.
template <std::size_t i, ElementType in, class In, class Out>
Kernel kernel_of() {
  static_assert(kAlongK<In> == b_along_k(in) && sizeof(In) == element_bytes(in));
  if constexpr (contains(kSm90Policies[i].serves, in)) {
    return &gemm_sm90_kernel<Sm90ShapeOf<i>, In, Out>;
  } else {
    return nullptr;
  }
}

template <std::size_t i>
Kernel kernel_of(ElementType in, ElementType out) {
  const bool sums = out == gemm_type(in).sum;
  switch (in) {
    case ElementType::bf16:
      return sums ? kernel_of<i, ElementType::bf16, Bf16, float>()
                  : kernel_of<i, ElementType::bf16, Bf16, Bf16>();
    case ElementType::fp16:
      return sums ? kernel_of<i, ElementType::fp16, Fp16, float>()
                  : kernel_of<i, ElementType::fp16, Fp16, Fp16>();
    case ElementType::tf32:
      return kernel_of<i, ElementType::tf32, Tf32, float>();
    case ElementType::fp8:
      return sums ? kernel_of<i, ElementType::fp8, Fp8, float>()
                  : kernel_of<i, ElementType::fp8, Fp8, Bf16>();
    case ElementType::int8:
      return kernel_of<i, ElementType::int8, std::int8_t, std::int32_t>();
    case ElementType::fp32:
    case ElementType::fp64:
    case ElementType::int32:
      break;
  }
  return nullptr;
}

struct Instance {
  Kernel kernel = nullptr;
  int threads = 0;
  std::size_t shared_bytes = 0;
};

template <std::size_t i>
Instance instance(const Gemm& args) {
  using Shape = Sm90ShapeOf<i>;
  return {kernel_of<i>(args.in, args.out), Shape::kThreads, Shape::kSharedBytes};
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
  const Sm90Maps maps =
      sm90_maps({args.m, args.n, args.k}, sm90_operands(args), *sm90_find(plan.kernel));
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

// A launch of `ctas`, but for its stream; `cluster` is kept for it by the caller.
cudaLaunchConfig_t config_of(const Instance& instance, std::int64_t ctas, int cluster_size,
                             cudaLaunchAttribute& cluster) {
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim = {static_cast<unsigned>(cluster_size), 1, 1};
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(ctas));
  config.blockDim = dim3(static_cast<unsigned>(instance.threads));
  config.dynamicSmemBytes = instance.shared_bytes;
  config.attrs = &cluster;
  config.numAttrs = cluster_size > 1 ? 1 : 0;
  return config;
}

// How many clusters fit on the current device at once. A CTA has an SM for itself, but an SM whose
// neighbours are fused off has no place in a cluster: only the driver knows how many these are.
Result<int> count_resident(const Instance& instance, int cluster_size, int sm_count) {
  if (cluster_size == 1) return sm_count;
  int clusters = 0;
  cudaLaunchAttribute cluster{};
  const cudaLaunchConfig_t config = config_of(instance, cluster_size, cluster_size, cluster);
  GA_CUDA(cudaOccupancyMaxActiveClusters(&clusters, instance.kernel, &config));
  if (clusters < 1) {
    return Error(ErrorCode::environment, "gemm: no cluster of this kernel fits on this GPU");
  }
  return clusters;
}

// The same, and the kernel may take its shared memory. Both are done once for a kernel and device:
// neither changes, and a launch is short.
Result<int> resident_clusters(const Instance& instance, int cluster_size, int sm_count) {
  static std::mutex mutex;
  static std::map<std::pair<Kernel, int>, int> known;
  int ordinal = 0;
  GA_CUDA(cudaGetDevice(&ordinal));
  const std::lock_guard lock(mutex);
  const auto found = known.find({instance.kernel, ordinal});
  if (found != known.end()) return found->second;
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(instance.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(instance.shared_bytes)));
  GA_TRY(const int clusters, count_resident(instance, cluster_size, sm_count));
  known.emplace(std::pair{instance.kernel, ordinal}, clusters);
  return clusters;
}

}  // namespace

bool sm90_built() { return true; }

Result<GemmPlan> sm90_plan(const Gemm& args, const Sm90Policy& policy, const DeviceShape& device) {
  const Instance chosen = instance_of(args, policy.kernel);
  GA_TRY(const int resident, resident_clusters(chosen, policy.cluster, device.sm_count));
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
  plan.ctas = sm90_clusters(policy, {args.m, args.n, args.k}, resident) * policy.cluster;
  return plan;
}

Status sm90_launch(const Gemm& args, const GemmPlan& plan, cudaStream_t stream) {
  GA_TRY(const Sm90Params params, params_of(args, plan));
  const Instance chosen = instance_of(args, plan.kernel);
  cudaLaunchAttribute cluster{};
  cudaLaunchConfig_t launch = config_of(chosen, plan.ctas, plan.cluster, cluster);
  launch.stream = stream;
  GA_CUDA(cudaLaunchKernelEx(&launch, chosen.kernel, params));
  return Ok{};
}

}  // namespace ga
