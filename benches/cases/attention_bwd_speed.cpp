// attention.bf16.bwd.own and attention.bf16.bwd.cudnn: the rate of an attention backward on uniform
// random data. Bound by tensor cores, exponentials and shared memory. Flops of five products of the
// pairs of a query and a key that it sees: attention_bwd_args.h.
#include <utility>

#include "benches/cases/attention_bwd_random.h"
#include "benches/cases/attention_random.h"
#include "benches/cases/cases.h"

namespace ga {
namespace {

constexpr ElementType kType = ElementType::bf16;

std::int64_t sets_bytes(const Params& params, const CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  const auto l2 = static_cast<std::int64_t>(context.device.l2_bytes);
  return random_gradient_bytes(shape, gradient_set_count(shape, l2));
}

std::int64_t own_bytes(const Params& params, const CaseContext& context) {
  return sets_bytes(params, context) +
         static_cast<std::int64_t>(attention_bwd_workspace_bytes(attention_of(params, kType)));
}

std::int64_t cudnn_bytes(const Params& params, const CaseContext& context) {
  return sets_bytes(params, context) + cudnn_backward_workspace_bytes(attention_of(params, kType));
}

Result<std::unique_ptr<Bench>> make_bench(std::shared_ptr<const GradientData> data,
                                          std::shared_ptr<Differentiator> differentiator,
                                          const CaseContext& context) {
  GA_TRY(auto bench,
         RandomGradientBench::make(std::move(data), std::move(differentiator), context));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> set_up_own(const Params& params, std::uint64_t seed,
                                          CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  GA_TRY(auto data, make_gradient_data(shape, seed, context));
  GA_TRY(auto own, own_differentiator(shape, attention_scale(shape.dim), data->operands(0)));
  return make_bench(std::move(data), std::move(own), context);
}

Result<std::unique_ptr<Bench>> set_up_cudnn(const Params& params, std::uint64_t seed,
                                            CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  GA_TRY(Cudnn library, cudnn_of(context));
  GA_TRY(auto vendor, cudnn_differentiator(shape, attention_scale(shape.dim), library));
  GA_TRY(auto data, make_gradient_data(shape, seed, context));
  return make_bench(std::move(data), std::move(vendor), context);
}

}  // namespace

const Case kAttentionBwdOwn{"attention.bf16.bwd.own", own_bytes, set_up_own};
const Case kAttentionBwdCudnn{"attention.bf16.bwd.cudnn", cudnn_bytes, set_up_cudnn};

}  // namespace ga
