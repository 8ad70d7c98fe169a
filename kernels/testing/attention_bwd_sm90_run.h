// Runs the Hopper attention backward on the CPU, over the data of attention_bwd_run.h. For tests,
// after simt_ptx_sm90.h.
#pragma once

#include "kernels/attention/attention_bwd_sm90_kernel.cuh"
#include "kernels/attention/attention_bwd_sm90_plan.h"
#include "kernels/attention/attention_sm90_plan.h"
#include "kernels/testing/attention_bwd_run.h"

namespace ga::testing {

template <class Shape, class T>
void run_backward_sm90_kernel(const AttentionBackward& args, const AttentionBwdSm90Maps& maps,
                              const portable::BackwardRun& run) {
  const AttentionShape& s = args.shape;
  const std::int64_t rows = Shape::kOwnsKeys ? s.seq_kv : s.seq_q;
  AttentionBwdSm90Params params{};
  const auto encode = [](const TensorMapShape& map) {
    return map.cols == 0 ? TensorMap{} : simt::encode(map);
  };
  for (int i = 0; i < 2; ++i) {
    params.own[i] = encode(maps.own[i]);
    params.others[i] = encode(maps.others[i]);
    params.gradients[i] = encode(maps.gradients[i]);
  }
  params.values = encode(maps.values);
  params.query_values = static_cast<const QueryValues*>(args.workspace);
  params.shape = s;
  params.scale = args.scale;
  params.scale_log2 = attention_sm90_scale_log2(args.scale);
  params.tiles = (rows + Shape::kRows - 1) / Shape::kRows;
  const std::int64_t ctas = params.tiles * s.batch * (Shape::kOwnsKeys ? s.kv_heads : s.heads);
  params.placement = make_placement(run.placement, ctas, 3);
  simt::Options options = run.options;
  options.dynamic_shared = Shape::kSharedBytes;
  simt::run({static_cast<unsigned>(ctas)}, Shape::kThreads, options,
            [&] { attention_bwd_sm90_kernel<Shape, T>(params); });
}

template <class T, int kDim>
void run_backward_sm90_kernels(portable::BackwardData& data, const portable::BackwardRun& run) {
  const AttentionBackward args = data.args();
  portable::BackwardKernels<T, AttentionBackwardTile<kDim>>(data, run).rows();
  run_backward_sm90_kernel<AttentionBwdSm90Shape<kDim, true>, T>(
      args, attention_bwd_sm90_key_maps(args), run);
  run_backward_sm90_kernel<AttentionBwdSm90Shape<kDim, false>, T>(
      args, attention_bwd_sm90_query_maps(args), run);
}

// And that they wrote all of the gradients (what is left is a NaN), and nothing else.
inline void run_backward_sm90(portable::BackwardData& data, const portable::BackwardRun& run = {}) {
  EXPECT_EQ(attention_bwd_sm90_fault(data.args()), nullptr);
  const bool narrow = data.shape.dim == 64;
  if (data.shape.type == ElementType::bf16) {
    narrow ? run_backward_sm90_kernels<Bf16, 64>(data, run)
           : run_backward_sm90_kernels<Bf16, 128>(data, run);
  } else {
    narrow ? run_backward_sm90_kernels<Fp16, 64>(data, run)
           : run_backward_sm90_kernels<Fp16, 128>(data, run);
  }
  EXPECT_TRUE(data.d_q.intact() && data.d_k.intact() && data.d_v.intact());
}

}  // namespace ga::testing
