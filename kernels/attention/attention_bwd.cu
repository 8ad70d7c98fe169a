// The backward of attention: arguments, the choice of kernels, and the launches of the portable
// ones. What bounds them: attention_bwd_kernel.cuh; Hopper's own: attention_bwd_sm90.cu.
#include <cmath>
#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_bwd.h"
#include "kernels/attention/attention_bwd_kernel.cuh"
#include "kernels/attention/attention_bwd_sm90.h"
#include "kernels/check/grid.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr float kLog2e = 1.44269504f;

using Kernel = void (*)(AttentionBackwardParams);

struct Instance {
  Kernel rows, keys, queries;
  int tile_rows, threads;
  std::size_t shared_bytes;
};

template <class In, class Tile>
Instance instance_of() {
  return {&attention_bwd_rows_kernel<In>,
          &attention_bwd_keys_kernel<In, Tile>,
          &attention_bwd_queries_kernel<In, Tile>,
          Tile::kRows,
          Tile::kThreads,
          Tile::kSharedBytes};
}

template <class In>
Instance instance_for(std::int64_t dim) {
  return dim == 64 ? instance_of<In, AttentionBackwardTile<64>>()
                   : instance_of<In, AttentionBackwardTile<128>>();
}

Status require(const AttentionBackward& args) {
  GA_CHECK(check_attention_shape(args.shape));
  if (!(args.scale > 0) || !std::isfinite(args.scale * kLog2e)) {
    return Error(ErrorCode::usage, "attention backward: the scale must be positive and finite");
  }
  GA_CHECK(check_pointer("attention backward: q", args.q, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: k", args.k, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: v", args.v, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: o", args.o, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: lse", args.lse, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: dO", args.d_o, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: dQ", args.d_q, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: dK", args.d_k, kChunkBytes));
  GA_CHECK(check_pointer("attention backward: dV", args.d_v, kChunkBytes));
  return check_pointer("attention backward: the workspace", args.workspace, kChunkBytes);
}

AttentionBackwardParams params_of(const AttentionBackward& args) {
  const AttentionShape& s = args.shape;
  return {.q = args.q,
          .k = args.k,
          .v = args.v,
          .o = args.o,
          .d_o = args.d_o,
          .lse = args.lse,
          .d_q = args.d_q,
          .d_k = args.d_k,
          .d_v = args.d_v,
          .values = static_cast<QueryValues*>(args.workspace),
          .shape = s,
          .scale = args.scale,
          .scale_log2 = args.scale * kLog2e};
}

Status launch_rows(const Instance& chosen, const AttentionBackwardParams& params,
                   cudaStream_t stream) {
  static_assert(kBackwardRowsThreads == kCheckThreads);
  const AttentionShape& s = params.shape;
  const std::int64_t lanes = s.batch * s.heads * backward_rows(s) * s.dim / 8;
  GA_TRY(const unsigned blocks, check_blocks(static_cast<std::size_t>(lanes)));
  chosen.rows<<<blocks, kBackwardRowsThreads, 0, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

// One CTA for each tile of the rows of `heads` heads.
Status launch(Kernel kernel, const Instance& chosen, AttentionBackwardParams params,
              std::int64_t rows, std::int64_t heads, std::uint64_t placement,
              const DeviceShape& device, cudaStream_t stream) {
  params.tiles = (rows + chosen.tile_rows - 1) / chosen.tile_rows;
  const std::int64_t ctas = params.tiles * params.shape.batch * heads;
  if (ctas > 0x7FFFFFFF) {
    return Error(ErrorCode::usage,
                 "attention backward: a gradient has more tiles than one launch covers");
  }
  params.placement = make_placement(placement, ctas, device.sm_count);
  // More than 48 KiB is an opt-in of each kernel on each device.
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(chosen.shared_bytes)));
  kernel<<<static_cast<unsigned>(ctas), static_cast<unsigned>(chosen.threads), chosen.shared_bytes,
           stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

struct Choice {
  DeviceShape device;
  bool sm90 = false;
  const char* refused = "";  // why not
};

Result<Choice> choose(const AttentionBackward& args) {
  GA_CHECK(require(args));
  GA_TRY(const DeviceShape device, current_shape());
  if (device.arch < 80) {
    return Error(ErrorCode::environment,
                 "attention backward: this GPU is older than sm_80, the first with matrix units "
                 "for bf16");
  }
  const char* const refused = attention_bwd_sm90_refuses(args, device);
  const bool sm90 = args.kernel != AttentionKernel::portable && refused[0] == '\0';
  if (args.kernel == AttentionKernel::sm90 && !sm90) {
    return Error(ErrorCode::usage, std::string("attention backward: kernel sm90: ") + refused);
  }
  return Choice{device, sm90, refused};
}

}  // namespace

Result<std::string> attention_bwd_choice(const AttentionBackward& args) {
  GA_TRY(const Choice choice, choose(args));
  if (choice.sm90) return std::string("sm90");
  const std::string why = choice.refused;
  return why.empty() ? "portable" : "portable (not Hopper's: " + why + ")";
}

Status attention_bwd(const AttentionBackward& args, cudaStream_t stream) {
  GA_TRY(const Choice choice, choose(args));
  const DeviceShape& device = choice.device;
  const AttentionShape& s = args.shape;
  const Instance chosen =
      s.type == ElementType::bf16 ? instance_for<Bf16>(s.dim) : instance_for<Fp16>(s.dim);
  if (chosen.shared_bytes > static_cast<std::size_t>(device.shared_bytes_per_block)) {
    return Error(ErrorCode::environment,
                 "attention backward: this GPU has too little shared memory");
  }
  const AttentionBackwardParams params = params_of(args);
  GA_CHECK(launch_rows(chosen, params, stream));
  if (choice.sm90) return attention_bwd_sm90_launch(args, device, stream);
  GA_CHECK(
      launch(chosen.keys, chosen, params, s.seq_kv, s.kv_heads, args.placement, device, stream));
  return launch(chosen.queries, chosen, params, s.seq_q, s.heads, args.placement, device, stream);
}

}  // namespace ga
