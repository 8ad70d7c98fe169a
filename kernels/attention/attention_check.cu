// Launches of the plain checks. Their bounds: attention_bound.h.
#include <string>
#include <utility>

#include "kernels/attention/attention_bwd_check.cuh"
#include "kernels/attention/attention_check.cuh"
#include "kernels/attention/attention_check.h"
#include "kernels/check/grid.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

Status require(const Attention& of) {
  GA_CHECK(check_attention_shape(of.shape));
  GA_CHECK(check_pointer("check_attention: q", of.q, 2));
  GA_CHECK(check_pointer("check_attention: k", of.k, 2));
  GA_CHECK(check_pointer("check_attention: v", of.v, 2));
  return check_pointer("check_attention: o", of.o, 2);
}

template <int kDim>
Status launch(const AttentionCheckParams& params, std::int64_t blocks, cudaStream_t stream) {
  constexpr auto kBytes = sizeof(AttentionCheckShared<kDim>);
  const auto kernel = &attention_check_kernel<kDim>;
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(kBytes)));
  kernel<<<static_cast<unsigned>(blocks), kAttentionCheckThreads, kBytes, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status require(const AttentionBackward& of) {
  GA_CHECK(check_attention_shape(of.shape));
  const std::pair<const char*, const void*> all[] = {
      {"check_attention_bwd: q", of.q},    {"check_attention_bwd: k", of.k},
      {"check_attention_bwd: v", of.v},    {"check_attention_bwd: o", of.o},
      {"check_attention_bwd: dO", of.d_o}, {"check_attention_bwd: dQ", of.d_q},
      {"check_attention_bwd: dK", of.d_k}, {"check_attention_bwd: dV", of.d_v}};
  for (const auto& [name, pointer] : all) GA_CHECK(check_pointer(name, pointer, 2));
  return check_pointer("check_attention_bwd: lse", of.lse, alignof(float));
}

template <int kDim>
Status launch(const AttentionBackwardCheckParams& params, std::int64_t blocks,
              cudaStream_t stream) {
  constexpr auto kBytes = sizeof(GradientCheckShared<kDim>);
  const auto kernel = &attention_bwd_check_kernel<kDim>;
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(kBytes)));
  kernel<<<static_cast<unsigned>(blocks), kAttentionCheckThreads, kBytes, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

// One gradient. `got` and `report` are its own.
Status check_gradient(AttentionBackwardCheckParams params, cudaStream_t stream) {
  const AttentionShape& s = params.shape;
  const bool of_queries = params.gradient == Gradient::q;
  const std::int64_t rows = of_queries ? s.seq_q : s.seq_kv;
  params.tiles = (rows + kAttentionCheckEdge - 1) / kAttentionCheckEdge;
  const std::int64_t blocks = params.tiles * s.batch * (of_queries ? s.heads : s.kv_heads);
  if (blocks > 0x7FFFFFFF) {
    return Error(ErrorCode::usage,
                 "check_attention_bwd: a gradient is larger than one launch covers");
  }
  attention_check_reset_kernel<<<1, 1, 0, stream>>>(params.report);
  GA_CUDA(cudaGetLastError());
  GA_CHECK(s.dim == 64 ? launch<64>(params, blocks, stream) : launch<128>(params, blocks, stream));
  attention_explain_kernel<<<1, 1, 0, stream>>>(params.got, params.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace

Status check_attention_bwd(const AttentionBackwardCheck& args, cudaStream_t stream) {
  const AttentionBackward& of = args.of;
  GA_CHECK(require(of));
  GA_CHECK(check_pointer("check_attention_bwd: reports", args.reports, alignof(Mismatch)));
  AttentionBackwardCheckParams params{.q = of.q,
                                      .k = of.k,
                                      .v = of.v,
                                      .o = of.o,
                                      .d_o = of.d_o,
                                      .lse = of.lse,
                                      .shape = of.shape,
                                      .scale = of.scale,
                                      .report = args.reports};
  const void* const gradients[] = {of.d_q, of.d_k, of.d_v};
  for (const Gradient gradient : {Gradient::q, Gradient::k, Gradient::v}) {
    params.gradient = gradient;
    params.got = gradients[static_cast<int>(gradient)];
    GA_CHECK(check_gradient(params, stream));
    ++params.report;
  }
  return Ok{};
}

Status check_attention(const AttentionCheck& args, cudaStream_t stream) {
  const Attention& of = args.of;
  GA_CHECK(require(of));
  GA_CHECK(check_pointer("check_attention: report", args.report, alignof(Mismatch)));
  const AttentionShape& s = of.shape;
  const std::int64_t tiles = (s.seq_q + kAttentionCheckEdge - 1) / kAttentionCheckEdge;
  const std::int64_t blocks = s.batch * s.heads * tiles;
  if (blocks > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "check_attention: O is larger than one launch covers");
  }
  const AttentionCheckParams params{.q = of.q,
                                    .k = of.k,
                                    .v = of.v,
                                    .o = of.o,
                                    .lse = of.lse,
                                    .shape = s,
                                    .scale = of.scale,
                                    .tiles_q = tiles,
                                    .report = args.report};
  attention_check_reset_kernel<<<1, 1, 0, stream>>>(args.report);
  GA_CUDA(cudaGetLastError());
  GA_CHECK(s.dim == 64 ? launch<64>(params, blocks, stream) : launch<128>(params, blocks, stream));
  attention_explain_kernel<<<1, 1, 0, stream>>>(of.o, args.report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
