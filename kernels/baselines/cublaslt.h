// cuBLASLt: the vendor's GEMM, the yardstick of ours. The only place that knows its interface.
//
// The library is opened with dlopen when it is first needed and never linked. Matrices are
// row-major here and column-major there: C = A B row-major is C' = B' A' column-major over the same
// bytes, so B goes in as the first operand with n rows, A as the second, and nothing is transposed.
// Where B is stored along k (b_along_k()) its bytes are a k x n matrix there, which goes in
// transposed: the "TN" that the library demands of fp8 and int8.
//
// What sums are kept in (cuBLAS documentation, "cublasLtMatmul()"): fp32 for bf16, fp16, fp8 and
// fp32; tf32 is fp32 data whose products the library may take in tf32; fp64 for fp64, int32 for
// int8. C is of gemm_type(in).out or .sum. fp8 has scales of 1.
//
// Which algorithm: a gate takes the library's first heuristic, unless that one splits k and a later
// one does not. A split sum is reduced in another order, which would round differently from the
// unsplit one, so digests between GPUs would depend on the choice; unsplit algorithms are
// reproducible bit for bit. Where all split, the first is taken and says so in its text.
// Comparisons time every heuristic.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/data/element.h"
#include "kernels/loader/loader.h"
#include "reports/model/result.h"

namespace ga {

struct LtShape {
  std::int64_t m = 0, n = 0, k = 0;
  ElementType in = ElementType::bf16;
  ElementType out = ElementType::bf16;
  // fp8 only: sums stay in the tensor cores, of which Hopper's keep about 14 bits, and are not
  // promoted to fp32 on the way (CUBLASLT_MATMUL_DESC_FAST_ACCUM). Gates use the accurate sums.
  bool fast_accumulation = false;
};

// A usage error where the library's documentation rules the shape out: fp8 takes rows of A, B and C
// that are multiples of 16 bytes, int8 n and k in multiples of 4; and m, n and k are at least 1.
Status lt_check(const LtShape& shape);

// Device pointers, 256-byte aligned; leading dimensions are the row lengths.
struct LtOperands {
  const void* a = nullptr;    // m x k
  const void* b = nullptr;    // k x n, or n x k where b_along_k()
  void* c = nullptr;          // m x n
  void* workspace = nullptr;  // kLtWorkspaceBytes
};

// What NVIDIA recommends for sm_90 and later (cuBLAS documentation, "cublasSetWorkspace").
inline constexpr std::size_t kLtWorkspaceBytes = std::size_t{32} << 20;

// One heuristic, with the library's own numbers.
struct LtAlgorithm {
  std::int64_t id = -1, tile = 0, stages = 0, split_k = 1, reduction = 0;
  std::int64_t swizzle = 0, custom = 0, inner_shape = 0, cluster_shape = 0;
  std::int64_t workspace_bytes = 0;
  bool splits() const { return split_k != 1 || reduction != 0; }
};
// "id 66 tile 20 stages 36 split-k 1 reduction 0 swizzle 0 custom 0 inner 0 cluster 0 workspace 0".
std::string to_text(const LtAlgorithm& algorithm);

// Position of the one that a gate uses. Precondition: not empty.
std::size_t pick_for_gate(std::span<const LtAlgorithm> algorithms);

struct LtLibrary;  // the open library, its functions and its handle

// Descriptors and heuristics of one shape.
class LtPlan {
 public:
  LtPlan(LtPlan&&) noexcept;
  LtPlan& operator=(LtPlan&&) noexcept;
  ~LtPlan();

  // In the library's order, fastest expected first. Never empty.
  const std::vector<LtAlgorithm>& algorithms() const;

  // Enqueues that algorithm; neither allocates nor synchronises.
  Status run(std::size_t algorithm, const LtOperands& operands, cudaStream_t stream) const;

 private:
  friend class CublasLt;
  struct State;
  explicit LtPlan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class CublasLt {
 public:
  // Opens the library and takes its functions; needs no GPU. An environment error where it is not
  // found (with the places), misses a function, or has another major version than it was built for.
  static Result<CublasLt> load(const LibraryPlaces& places);

  // Heuristics for the current device, at most `wanted` of them: lt_check() first, and an
  // environment error where the library offers none. The first call creates the library's handle:
  // without a driver that is an environment error.
  Result<LtPlan> plan(const LtShape& shape, int wanted);

  const std::string& version() const;  // "13.1.0"
  const std::string& path() const;
  Result<Library> describe() const;  // for the report; hashes the file at the first call

 private:
  explicit CublasLt(std::shared_ptr<LtLibrary> library);
  std::shared_ptr<LtLibrary> library_;
};

}  // namespace ga
