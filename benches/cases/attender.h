// Attender: one way to compute an attention, ours or the vendor's, so that both are timed and
// checked by the same code.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "benches/cases/cases.h"
#include "kernels/attention/attention.h"
#include "kernels/check/inject.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

AttentionShape attention_of(const Params& params, ElementType type);

// Bytes of Q, as of O, and of K, as of V.
inline std::size_t q_bytes(const AttentionShape& s) {
  return static_cast<std::size_t>(s.q_elements() * element_bytes(s.type));
}
inline std::size_t kv_bytes(const AttentionShape& s) {
  return static_cast<std::size_t>(s.kv_elements() * element_bytes(s.type));
}

// The operands of one launch.
struct AttentionOperands {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  void* o = nullptr;
  std::uint64_t placement = 0;    // ours only: which SM computes which tile
  std::uint32_t* smid = nullptr;  // ours only: who computed each tile; may be null
};

// Tiles of our kernel, numbered (batch * heads + head) * tiles_q + tile; none for the vendor's.
struct AttentionTiling {
  int rows = 0;
  std::int64_t tiles_q = 0, tiles = 0;
};

// The tile that holds that element of O; -1 where there are none.
std::int64_t tile_of(const AttentionShape& shape, const AttentionTiling& tiling,
                     std::int64_t element);

// O as a matrix: a row for each query of each batch.
Inject attention_output(const AttentionShape& shape, void* o);

class Attender {
 public:
  virtual ~Attender() = default;
  virtual Status attend(const AttentionOperands& operands, cudaStream_t stream) = 0;
  virtual AttentionTiling tiling() const { return {}; }
  virtual std::string algorithm() const = 0;  // what was chosen, for the report
};

// `example` has the alignment of all operands to come. A gate takes the kernel by shape.
Result<std::unique_ptr<Attender>> own_attender(const AttentionShape& shape, float scale,
                                               const AttentionOperands& example,
                                               AttentionKernel kernel = AttentionKernel::by_shape);

// algorithm_count() says how many the library offers, and choose() which of them attend() uses, and
// fails where the library cannot build it; at first that of a gate.
class VendorAttender : public Attender {
 public:
  virtual std::size_t algorithm_count() const = 0;
  virtual Status choose(std::size_t algorithm) = 0;
};
Result<std::unique_ptr<VendorAttender>> cudnn_attender(const AttentionShape& shape, float scale,
                                                       Cudnn& library);

// The most that the vendor's attender allocates: an algorithm that wants more is refused.
inline constexpr std::int64_t kCudnnWorkspaceBytes = std::int64_t{256} << 20;

}  // namespace ga
