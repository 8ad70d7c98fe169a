// Attention: arguments, the choice of a kernel, and the launch of the portable one. What bounds it:
// attention_kernel.cuh; Hopper's own: attention_sm90.cu.
#include <cmath>
#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_kernel.cuh"
#include "kernels/attention/attention_sm90.h"
#include "kernels/check/grid.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr float kLog2e = 1.44269504f;

struct Instance {
  void (*kernel)(AttentionParams);
  AttentionPlan plan;
};

template <class In, class Tile>
Instance instance_of() {
  return {&attention_kernel<In, Tile>, AttentionPlan{.rows = Tile::kRows,
                                                     .keys = Tile::kKeys,
                                                     .stages = Tile::kStages,
                                                     .threads = Tile::kThreads,
                                                     .shared_bytes = Tile::kSharedBytes}};
}

template <class In>
Instance instance_for(std::int64_t dim) {
  return dim == 64 ? instance_of<In, AttentionTile<64>>() : instance_of<In, AttentionTile<128>>();
}

Status require(const Attention& args) {
  GA_CHECK(check_attention_shape(args.shape));
  if (!(args.scale > 0) || !std::isfinite(args.scale * kLog2e)) {
    return Error(ErrorCode::usage, "attention: the scale must be positive and finite");
  }
  GA_CHECK(check_pointer("attention: q", args.q, kChunkBytes));
  GA_CHECK(check_pointer("attention: k", args.k, kChunkBytes));
  GA_CHECK(check_pointer("attention: v", args.v, kChunkBytes));
  GA_CHECK(check_pointer("attention: o", args.o, kChunkBytes));
  if (args.lse != nullptr) return check_pointer("attention: lse", args.lse, kChunkBytes);
  return Ok{};
}

Result<Instance> portable(const Attention& args, const DeviceShape& device) {
  const AttentionShape& s = args.shape;
  Instance chosen =
      s.type == ElementType::bf16 ? instance_for<Bf16>(s.dim) : instance_for<Fp16>(s.dim);
  if (chosen.plan.shared_bytes > static_cast<std::size_t>(device.shared_bytes_per_block)) {
    return Error(ErrorCode::environment, "attention: this GPU has too little shared memory");
  }
  chosen.plan.tiles_q = (s.seq_q + chosen.plan.rows - 1) / chosen.plan.rows;
  chosen.plan.tiles_total = s.batch * s.heads * chosen.plan.tiles_q;
  chosen.plan.ctas = chosen.plan.tiles_total;
  if (chosen.plan.tiles_total > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "attention: O has more tiles than one launch covers");
  }
  return chosen;
}

// A plan of attention_sm90.cu has no instance here: that file launches it.
Result<Instance> choose(const Attention& args, const DeviceShape& device) {
  if (device.arch < 80) {
    return Error(ErrorCode::environment,
                 "attention: this GPU is older than sm_80, the first with matrix units for bf16");
  }
  if (args.kernel == AttentionKernel::portable) return portable(args, device);
  const char* const refused = device.arch == 90 ? attention_sm90_refuses(args, device)
                                                : "this GPU is not of compute capability 9.0";
  if (refused[0] == '\0') {
    GA_TRY(const AttentionPlan plan, attention_sm90_plan(args, device));
    return Instance{nullptr, plan};
  }
  if (args.kernel == AttentionKernel::sm90) {
    return Error(ErrorCode::usage, std::string("attention: kernel sm90: ") + refused);
  }
  GA_TRY(Instance chosen, portable(args, device));
  if (device.arch == 90) chosen.plan.not_sm90 = refused;
  return chosen;
}

Status launch_portable(const Attention& args, const Instance& chosen, const DeviceShape& device,
                       cudaStream_t stream) {
  const AttentionPlan& plan = chosen.plan;
  const AttentionParams params{
      .q = args.q,
      .k = args.k,
      .v = args.v,
      .o = args.o,
      .lse = args.lse,
      .shape = args.shape,
      .scale_log2 = args.scale * kLog2e,
      .tiles_q = plan.tiles_q,
      .placement = make_placement(args.placement, plan.tiles(), device.sm_count),
      .smid = args.smid};
  // More than 48 KiB is an opt-in of each kernel on each device.
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(chosen.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(plan.shared_bytes)));
  chosen.kernel<<<static_cast<unsigned>(plan.ctas), static_cast<unsigned>(plan.threads),
                  plan.shared_bytes, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace

Status check_attention_shape(const AttentionShape& s) {
  if (s.type != ElementType::bf16 && s.type != ElementType::fp16) {
    return Error(ErrorCode::usage, "attention: the type is neither bf16 nor fp16");
  }
  if (s.dim != 64 && s.dim != 128) {
    return Error(ErrorCode::usage,
                 "attention: dim " + std::to_string(s.dim) + " is neither 64 nor 128");
  }
  constexpr std::int64_t kLimit = std::int64_t{1} << 31;
  const auto in_range = [](std::int64_t x, std::int64_t limit) { return x >= 1 && x < limit; };
  if (!in_range(s.batch, 65536) || !in_range(s.heads, 65536) || !in_range(s.seq_q, kLimit) ||
      !in_range(s.seq_kv, kLimit)) {
    return Error(ErrorCode::usage,
                 "attention: batch and heads must be between 1 and 65535, seq_q and seq_kv between "
                 "1 and 2^31 - 1");
  }
  if (s.kv_heads < 1 || s.heads % s.kv_heads != 0) {
    return Error(ErrorCode::usage, "attention: heads, " + std::to_string(s.heads) +
                                       ", is no multiple of kv_heads, " +
                                       std::to_string(s.kv_heads));
  }
  return Ok{};
}

Result<AttentionPlan> attention_plan(const Attention& args) {
  GA_CHECK(require(args));
  GA_TRY(const DeviceShape device, current_shape());
  GA_TRY(const Instance chosen, choose(args, device));
  return chosen.plan;
}

Status attention(const Attention& args, cudaStream_t stream) {
  GA_CHECK(require(args));
  GA_TRY(const DeviceShape device, current_shape());
  GA_TRY(const Instance chosen, choose(args, device));
  if (chosen.kernel == nullptr) return attention_sm90_launch(args, chosen.plan, device, stream);
  return launch_portable(args, chosen, device, stream);
}

}  // namespace ga
