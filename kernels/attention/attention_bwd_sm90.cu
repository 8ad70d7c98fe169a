// Hopper attention backward: instances, tensor maps and launches. The kernel, and what bounds it:
// attention_bwd_sm90_kernel.cuh.
#include "kernels/attention/attention_bwd_sm90.h"
#include "kernels/attention/attention_bwd_sm90_kernel.cuh"
#include "kernels/attention/attention_bwd_sm90_plan.h"
#include "kernels/attention/attention_sm90_plan.h"
#include "kernels/runtime/error.h"
#include "kernels/runtime/tensor_map.h"

namespace ga {
namespace {

struct Instance {
  void (*kernel)(AttentionBwdSm90Params);
  std::size_t shared_bytes;
};

template <class Shape>
Instance instance(ElementType type) {
  return {type == ElementType::bf16 ? &attention_bwd_sm90_kernel<Shape, Bf16>
                                    : &attention_bwd_sm90_kernel<Shape, Fp16>,
          Shape::kSharedBytes};
}

template <bool kOwnsKeys>
Instance instance_of(const AttentionShape& shape) {
  return shape.dim == 64 ? instance<AttentionBwdSm90Shape<64, kOwnsKeys>>(shape.type)
                         : instance<AttentionBwdSm90Shape<128, kOwnsKeys>>(shape.type);
}

using AnyShape = AttentionBwdSm90Shape<128, true>;  // rows and threads are the same for all

Result<AttentionBwdSm90Params> params_of(const AttentionBackward& args,
                                         const AttentionBwdSm90Maps& maps) {
  AttentionBwdSm90Params params{};
  for (int i = 0; i < 2; ++i) {
    GA_TRY(params.own[i], encode_tensor_map(maps.own[i]));
    GA_TRY(params.others[i], encode_tensor_map(maps.others[i]));
    if (maps.gradients[i].cols == 0) continue;
    GA_TRY(params.gradients[i], encode_tensor_map(maps.gradients[i]));
  }
  if (maps.values.cols != 0) {
    GA_TRY(params.values, encode_tensor_map(maps.values));
  }
  params.query_values = static_cast<const QueryValues*>(args.workspace);
  params.shape = args.shape;
  params.scale = args.scale;
  params.scale_log2 = attention_sm90_scale_log2(args.scale);
  return params;
}

// One CTA for each tile of the rows of `heads` heads.
Status launch(const Instance& chosen, const AttentionBackward& args,
              const AttentionBwdSm90Maps& maps, std::int64_t rows, std::int64_t heads,
              const DeviceShape& device, cudaStream_t stream) {
  GA_TRY(AttentionBwdSm90Params params, params_of(args, maps));
  params.tiles = (rows + AnyShape::kRows - 1) / AnyShape::kRows;
  const std::int64_t ctas = params.tiles * args.shape.batch * heads;
  params.placement = make_placement(args.placement, ctas, device.sm_count);
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(chosen.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(chosen.shared_bytes)));
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(ctas));
  config.blockDim = dim3(AnyShape::kThreads);
  config.dynamicSmemBytes = chosen.shared_bytes;
  config.stream = stream;
  GA_CUDA(cudaLaunchKernelEx(&config, chosen.kernel, params));
  return Ok{};
}

}  // namespace

const char* attention_bwd_sm90_refuses(const AttentionBackward& args, const DeviceShape& device) {
  if (device.arch != 90) return "this GPU is not of compute capability 9.0";
  const char* const fault = attention_bwd_sm90_fault(args);
  return fault == nullptr ? "" : fault;
}

Status attention_bwd_sm90_launch(const AttentionBackward& args, const DeviceShape& device,
                                 cudaStream_t stream) {
  const AttentionShape& s = args.shape;
  GA_CHECK(launch(instance_of<true>(s), args, attention_bwd_sm90_key_maps(args), s.seq_kv,
                  s.kv_heads, device, stream));
  return launch(instance_of<false>(s), args, attention_bwd_sm90_query_maps(args), s.seq_q, s.heads,
                device, stream);
}

}  // namespace ga
