// attention.bf16.own and attention.bf16.cudnn: the rate of an attention forward on uniform random
// data. Bound by tensor cores and exponentials, and on long sequences by power. Flops of the pairs
// of a query and a key that it sees: attention_shape.h.
#include <utility>

#include "benches/cases/attender.h"
#include "benches/cases/attention_random.h"
#include "benches/cases/cases.h"

namespace ga {
namespace {

constexpr ElementType kType = ElementType::bf16;

std::int64_t device_bytes(const Params& params, const CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  const auto l2 = static_cast<std::int64_t>(context.device.l2_bytes);
  return random_attention_bytes(shape, attention_set_count(shape, l2));
}

Result<std::unique_ptr<Bench>> make_bench(std::shared_ptr<const AttentionData> data,
                                          std::shared_ptr<Attender> attender,
                                          const CaseContext& context) {
  GA_TRY(auto bench, RandomAttentionBench::make(std::move(data), std::move(attender), context));
  return std::unique_ptr<Bench>(std::move(bench));
}

Result<std::unique_ptr<Bench>> set_up_own(const Params& params, std::uint64_t seed,
                                          CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  GA_TRY(auto data, make_attention_data(shape, seed, context));
  GA_TRY(auto own, own_attender(shape, attention_scale(shape.dim), data->operands(0)));
  return make_bench(std::move(data), std::move(own), context);
}

Result<std::unique_ptr<Bench>> set_up_cudnn(const Params& params, std::uint64_t seed,
                                            CaseContext& context) {
  const AttentionShape shape = attention_of(params, kType);
  GA_TRY(Cudnn library, cudnn_of(context));
  GA_TRY(auto vendor, cudnn_attender(shape, attention_scale(shape.dim), library));
  GA_TRY(auto data, make_attention_data(shape, seed, context));
  return make_bench(std::move(data), std::move(vendor), context);
}

std::int64_t cudnn_bytes(const Params& params, const CaseContext& context) {
  return device_bytes(params, context) + kCudnnWorkspaceBytes;
}

}  // namespace

const Case kAttentionOwn{"attention.bf16.own", device_bytes, set_up_own};
const Case kAttentionCudnn{"attention.bf16.cudnn", cudnn_bytes, set_up_cudnn};

}  // namespace ga
