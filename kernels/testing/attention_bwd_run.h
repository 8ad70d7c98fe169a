// The attention backward on the CPU over poisoned buffers: data, the portable kernels lane by lane,
// the plain check. For tests, after simt_ptx.h.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/attention/attention_bwd_check.cuh"
#include "kernels/attention/attention_bwd_kernel.cuh"
#include "kernels/data/exact_attention_bwd.h"
#include "kernels/testing/attention_run.h"

namespace ga::testing::portable {

struct BackwardData {
  AttentionShape shape;
  float scale;
  Guarded q, k, v, o, d_o, d_q, d_k, d_v;
  std::vector<float> lse;
  std::vector<QueryValues> workspace;
  AttentionBackward args() {
    return {.q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .o = o.data(),
            .lse = lse.data(),
            .d_o = d_o.data(),
            .d_q = d_q.data(),
            .d_k = d_k.data(),
            .d_v = d_v.data(),
            .workspace = workspace.data(),
            .shape = shape,
            .scale = scale};
  }
};

inline BackwardData backward_data(const AttentionShape& s, float scale,
                                  const ExactAttentionBackwardData& of) {
  const std::size_t rows = words(s.q_elements()), keys = words(s.kv_elements());
  return {s,
          scale,
          Guarded(of.q),
          Guarded(of.k),
          Guarded(of.v),
          Guarded(of.o),
          Guarded(of.d_o),
          Guarded(rows),
          Guarded(keys),
          Guarded(keys),
          of.lse,
          std::vector<QueryValues>(attention_bwd_workspace_bytes(s) / sizeof(QueryValues),
                                   {std::nanf(""), std::nanf("")})};
}

inline BackwardData exact_backward(const AttentionShape& s, std::uint64_t seed) {
  return backward_data(s, kExactBackwardScale, exact_attention_bwd_data({s, seed}));
}

// O and its log-sum-exp are those of the plain forward, rounded.
inline BackwardData random_backward(const AttentionShape& s, std::uint64_t seed) {
  AttentionData forward = random_attention(s, seed);
  const float scale = exact_attention_scale(s.dim);
  std::vector<double> o(words(s.q_elements())), lse(words(s.lse_elements()));
  attention_ref(forward.args(scale), o.data(), lse.data());
  ExactAttentionBackwardData of{forward.q.inside(),
                                forward.k.inside(),
                                forward.v.inside(),
                                std::vector<std::uint16_t>(o.size()),
                                std::vector<std::uint16_t>(o.size()),
                                std::vector<float>(lse.begin(), lse.end())};
  for (std::size_t i = 0; i < o.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::uint32_t word = philox_word(seed, i, kStreamAttentionGradient);
    set_element(of.o.data(), at, s.type, o[i]);
    set_element(of.d_o.data(), at, s.type, random_number(word, RandomKind::uniform, s.type));
  }
  return backward_data(s, scale, of);
}

struct BackwardRun {
  std::uint64_t placement = 0;
  simt::Options options{};
};

// The kernels one by one, so that a test may come between them.
template <class In, class Tile>
class BackwardKernels {
 public:
  BackwardKernels(BackwardData& data, const BackwardRun& run) : s_(data.shape), run_(run) {
    const AttentionBackward args = data.args();
    params_ = {.q = args.q,
               .k = args.k,
               .v = args.v,
               .o = args.o,
               .d_o = args.d_o,
               .lse = args.lse,
               .d_q = args.d_q,
               .d_k = args.d_k,
               .d_v = args.d_v,
               .values = static_cast<QueryValues*>(args.workspace),
               .shape = s_,
               .scale = args.scale,
               .scale_log2 = args.scale * 1.44269504f};
  }
  void rows() {
    simt::run({2}, kBackwardRowsThreads, run_.options,
              [&] { attention_bwd_rows_kernel<In>(params_); });
  }
  void gradients() {
    run(s_.seq_kv, s_.kv_heads, [&] { attention_bwd_keys_kernel<In, Tile>(params_); });
    run(s_.seq_q, s_.heads, [&] { attention_bwd_queries_kernel<In, Tile>(params_); });
  }

 private:
  template <class Body>
  void run(std::int64_t rows, std::int64_t heads, const Body& body) {
    params_.tiles = (rows + Tile::kRows - 1) / Tile::kRows;
    const std::int64_t ctas = params_.tiles * s_.batch * heads;
    params_.placement = make_placement(run_.placement, ctas, 3);
    simt::Options options = run_.options;
    options.dynamic_shared = Tile::kSharedBytes;
    simt::run({static_cast<unsigned>(ctas)}, Tile::kThreads, options, body);
  }

  AttentionShape s_;
  BackwardRun run_;
  AttentionBackwardParams params_;
};

// All three of kWarps warps, eight as launched or four for less work; `between` after the first.
// And that they wrote all of the gradients (what is left is a NaN), and nothing else.
template <int kWarps = 4, class Between>
void run_backward(BackwardData& data, const BackwardRun& run, const Between& between) {
  const auto all = [&](auto kernels) {
    kernels.rows();
    between();
    kernels.gradients();
  };
  using Narrow = AttentionBackwardTile<64, kWarps>;
  using Wide = AttentionBackwardTile<128, kWarps>;
  const bool narrow = data.shape.dim == 64;
  if (data.shape.type == ElementType::bf16) {
    narrow ? all(BackwardKernels<Bf16, Narrow>(data, run))
           : all(BackwardKernels<Bf16, Wide>(data, run));
  } else {
    narrow ? all(BackwardKernels<Fp16, Narrow>(data, run))
           : all(BackwardKernels<Fp16, Wide>(data, run));
  }
  EXPECT_TRUE(data.d_q.intact() && data.d_k.intact() && data.d_v.intact());
}
template <int kWarps = 4>
void run_backward(BackwardData& data, const BackwardRun& run = {}) {
  run_backward<kWarps>(data, run, [] {});
}

// Of dQ, dK or dV.
template <int kDim>
Mismatch run_gradient_check(BackwardData& data, Gradient gradient) {
  const AttentionShape& s = data.shape;
  const bool of_queries = gradient == Gradient::q;
  Mismatch report{5, 5, 5, 5};  // left over from an earlier check
  AttentionBackwardCheckParams params{.q = data.q.data(),
                                      .k = data.k.data(),
                                      .v = data.v.data(),
                                      .o = data.o.data(),
                                      .d_o = data.d_o.data(),
                                      .lse = data.lse.data(),
                                      .gradient = gradient,
                                      .shape = s,
                                      .scale = data.scale,
                                      .report = &report};
  params.got = (of_queries ? data.d_q : gradient == Gradient::k ? data.d_k : data.d_v).data();
  params.tiles =
      ((of_queries ? s.seq_q : s.seq_kv) + kAttentionCheckEdge - 1) / kAttentionCheckEdge;
  const std::int64_t blocks = params.tiles * s.batch * (of_queries ? s.heads : s.kv_heads);
  simt::run({1}, 1, {}, [&] { attention_check_reset_kernel(&report); });
  simt::run({static_cast<unsigned>(blocks)}, kAttentionCheckThreads,
            {.order_seed = 5, .dynamic_shared = sizeof(GradientCheckShared<kDim>)},
            [&] { attention_bwd_check_kernel<kDim>(params); });
  simt::run({1}, 1, {}, [&] { attention_explain_kernel(params.got, &report); });
  return report;
}

inline Mismatch check_gradient_data(BackwardData& data, Gradient gradient) {
  return data.shape.dim == 64 ? run_gradient_check<64>(data, gradient)
                              : run_gradient_check<128>(data, gradient);
}

}  // namespace ga::testing::portable
