// Launches of the word-by-word checks: pattern, triad, equality.
#include "kernels/check/check.h"
#include "kernels/check/grid.h"
#include "kernels/check/mismatch.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

template <class Source>
Status run(const Source& source, std::size_t count, Mismatch* report, cudaStream_t stream) {
  GA_CHECK(check_pointer("check: report", report, alignof(Mismatch)));
  GA_TRY(const unsigned blocks, check_blocks(count));
  mismatch_reset_kernel<<<1, 1, 0, stream>>>(report);
  GA_CUDA(cudaGetLastError());
  mismatch_kernel<kCheckThreads><<<blocks, kCheckThreads, 0, stream>>>(source, count, report);
  GA_CUDA(cudaGetLastError());
  mismatch_explain_kernel<<<1, 1, 0, stream>>>(source, report);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

Status require_words(const char* what, std::size_t bytes) {
  if (bytes == 0 || bytes % 8 != 0) {
    return Error(ErrorCode::usage, std::string(what) + ": " + std::to_string(bytes) +
                                       " bytes is not a positive multiple of 8");
  }
  return Ok{};
}

}  // namespace

Status check_pattern(const PatternCheck& args, cudaStream_t stream) {
  GA_CHECK(require_words("check_pattern", args.bytes));
  GA_CHECK(check_pointer("check_pattern: data", args.data, 8));
  const PatternSource source{static_cast<const std::uint64_t*>(args.data), args.key, args.kind};
  return run(source, args.bytes / 8, args.report, stream);
}

Status check_triad(const TriadCheck& args, cudaStream_t stream) {
  GA_CHECK(require_words("check_triad", args.bytes));
  GA_CHECK(check_pointer("check_triad: a", args.a, 8));
  const TriadSource source{reinterpret_cast<const std::uint64_t*>(args.a), args.key_b, args.key_c,
                           args.s};
  return run(source, args.bytes / 8, args.report, stream);
}

Status check_equal(const EqualCheck& args, cudaStream_t stream) {
  if (args.bytes == 0) return Error(ErrorCode::usage, "check_equal: nothing to compare");
  GA_CHECK(check_pointer("check_equal: data", args.data, 8));
  GA_CHECK(check_pointer("check_equal: reference", args.reference, 8));
  const EqualSource source{args.data, args.reference, args.bytes};
  return run(source, (args.bytes + 7) / 8, args.report, stream);
}

Status check_reduce(const ReduceCheck& args, cudaStream_t stream) {
  if (args.count == 0) return Error(ErrorCode::usage, "check_reduce: nothing to compare");
  if (!is_reduce_type(args.type) || args.ranks < 1 || args.ranks > kExactReduceMostRanks) {
    return Error(ErrorCode::usage, "check_reduce: bf16, fp16 or fp32 and 1 to 8 ranks are needed");
  }
  const auto size = static_cast<std::size_t>(element_bytes(args.type));
  GA_CHECK(check_pointer("check_reduce: data", args.data, size));
  const ReduceSource source{args.data, args.type, exact_reduce_key(args.seed), args.ranks};
  return run(source, args.count, args.report, stream);
}

}  // namespace ga
