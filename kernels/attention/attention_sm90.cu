// Hopper attention: instances, tensor maps and launches. The kernel, and what bounds it:
// attention_sm90_kernel.cuh.
#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "kernels/attention/attention_sm90.h"
#include "kernels/attention/attention_sm90_kernel.cuh"
#include "kernels/attention/attention_sm90_plan.h"
#include "kernels/runtime/error.h"
#include "kernels/runtime/tensor_map.h"

namespace ga {
namespace {

using Kernel = void (*)(AttentionSm90Params);

struct Instance {
  Kernel kernel = nullptr;
  int rows = 0, stages = 0, threads = 0;
  std::size_t shared_bytes = 0;
};

template <class Shape>
Instance instance(ElementType type) {
  return {.kernel = type == ElementType::bf16 ? &attention_sm90_kernel<Shape, Bf16>
                                              : &attention_sm90_kernel<Shape, Fp16>,
          .rows = Shape::kRows,
          .stages = Shape::kStages,
          .threads = Shape::kThreads,
          .shared_bytes = Shape::kSharedBytes};
}

Instance instance_of(const AttentionShape& shape) {
  return shape.dim == 64 ? instance<AttentionSm90Shape<64>>(shape.type)
                         : instance<AttentionSm90Shape<128>>(shape.type);
}

AttentionOperands operands_of(const Attention& args) { return {args.q, args.k, args.v, args.o}; }

// Once for a kernel and device: a launch is short.
Status allow_shared_memory(const Instance& instance) {
  static std::mutex mutex;
  static std::set<std::pair<Kernel, int>> done;
  int ordinal = 0;
  GA_CUDA(cudaGetDevice(&ordinal));
  const std::lock_guard lock(mutex);
  if (done.count({instance.kernel, ordinal}) != 0) return Ok{};
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(instance.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(instance.shared_bytes)));
  done.emplace(instance.kernel, ordinal);
  return Ok{};
}

Result<AttentionSm90Params> params_of(const Attention& args, const AttentionPlan& plan,
                                      const DeviceShape& device) {
  const AttentionShape& shape = args.shape;
  const AttentionSm90Maps maps = attention_sm90_maps(shape, operands_of(args));
  AttentionSm90Params params{};
  GA_TRY(params.q, encode_tensor_map(maps.q));
  GA_TRY(params.k, encode_tensor_map(maps.k));
  GA_TRY(params.v, encode_tensor_map(maps.v));
  GA_TRY(params.o, encode_tensor_map(maps.o));
  params.order = attention_sm90_order(shape, args.placement, plan.ctas, device.l2_bytes);
  params.keys = {.seq_q = static_cast<std::int32_t>(shape.seq_q),
                 .seq_kv = static_cast<std::int32_t>(shape.seq_kv),
                 .causal = shape.mask == AttentionMask::causal};
  params.heads = static_cast<std::uint32_t>(shape.heads);
  params.group = static_cast<std::uint32_t>(shape.heads / shape.kv_heads);
  params.scale_log2 = attention_sm90_scale_log2(args.scale);
  params.lse = args.lse;
  params.smid = args.smid;
  return params;
}

}  // namespace

const char* attention_sm90_refuses(const Attention& args, const DeviceShape& device) {
  if (device.arch != 90) return "not compute capability 9.0";
  const char* const fault = attention_sm90_fault(args.shape, operands_of(args), args.scale);
  return fault == nullptr ? "" : fault;
}

Result<AttentionPlan> attention_sm90_plan(const Attention& args, const DeviceShape& device) {
  const Instance chosen = instance_of(args.shape);
  GA_CHECK(allow_shared_memory(chosen));
  AttentionPlan plan{.rows = chosen.rows,
                     .keys = kAttentionKeys,
                     .stages = chosen.stages,
                     .threads = chosen.threads,
                     .shared_bytes = chosen.shared_bytes,
                     .tiles_q = attention_sm90_tiles_q(args.shape),
                     .kernel = AttentionKernel::sm90};
  plan.tiles_total = args.shape.batch * args.shape.heads * plan.tiles_q;
  // A CTA takes an SM's registers for itself.
  plan.ctas = std::min<std::int64_t>(plan.tiles_total, device.sm_count);
  return plan;
}

Status attention_sm90_launch(const Attention& args, const AttentionPlan& plan,
                             const DeviceShape& device, cudaStream_t stream) {
  GA_TRY(const AttentionSm90Params params, params_of(args, plan, device));
  const Instance chosen = instance_of(args.shape);
  cudaLaunchConfig_t launch{};
  launch.gridDim = dim3(static_cast<unsigned>(plan.ctas));
  launch.blockDim = dim3(static_cast<unsigned>(chosen.threads));
  launch.dynamicSmemBytes = chosen.shared_bytes;
  launch.stream = stream;
  GA_CUDA(cudaLaunchKernelEx(&launch, chosen.kernel, params));
  return Ok{};
}

}  // namespace ga
