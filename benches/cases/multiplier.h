// Multiplier: one way to compute C = A B, ours or the vendor's, so that both are timed and checked
// by the same code.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benches/cases/cases.h"
#include "kernels/gemm/gemm.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

struct GemmShape {
  std::int64_t m = 0, n = 0, k = 0;
  ElementType in = ElementType::bf16;
  ElementType out = ElementType::bf16;
  bool fast_accumulation = false;  // of the vendor's fp8 sums: LtShape
  std::size_t a_bytes() const { return bytes(m * k, in); }
  std::size_t b_bytes() const { return bytes(k * n, in); }
  std::size_t c_bytes() const { return bytes(m * n, out); }
  // B as it is stored: b_along_k().
  std::int64_t b_rows() const { return b_along_k(in) ? n : k; }
  std::int64_t b_cols() const { return b_along_k(in) ? k : n; }

 private:
  static std::size_t bytes(std::int64_t elements, ElementType type) {
    return static_cast<std::size_t>(elements * element_bytes(type));
  }
};
GemmShape gemm_shape(const Params& params, ElementType in, ElementType out);

// The operands of one launch, without padding.
struct Product {
  const void* a = nullptr;  // m x k
  const void* b = nullptr;  // b_rows() x b_cols()
  void* c = nullptr;
  std::uint64_t placement = 0;    // ours only: which SM computes which tile
  std::uint32_t* smid = nullptr;  // ours only: who computed each tile; may be null
};

// Tiles of our kernel; none for the vendor's, which does not say.
struct Tiling {
  int tile_m = 0, tile_n = 0;
  std::int64_t tiles = 0;
};

class Multiplier {
 public:
  virtual ~Multiplier() = default;
  virtual Status multiply(const Product& product, cudaStream_t stream) = 0;
  virtual Tiling tiling() const { return {}; }
  // What was chosen, for the report; "" where there is no choice.
  virtual std::string algorithm() const { return {}; }
};

// `example` has the alignment of all products to come. A gate takes the kernel by shape.
Result<std::unique_ptr<Multiplier>> own_multiplier(const GemmShape& shape, const Product& example,
                                                   GemmKernel kernel = GemmKernel::by_shape);

// `heuristics`: how many to ask for. algorithm_count() says how many there are, and choose() which
// of them multiply() uses; at first that of a gate.
class VendorMultiplier : public Multiplier {
 public:
  virtual std::size_t algorithm_count() const = 0;
  virtual void choose(std::size_t algorithm) = 0;
};
Result<std::unique_ptr<VendorMultiplier>> cublaslt_multiplier(const GemmShape& shape,
                                                              int heuristics, CublasLt& library);

// A gate looks at the first few heuristics only, for one that does not split k.
inline constexpr int kGateHeuristics = 16;

// What the multiplier of the vendor allocates.
inline constexpr std::int64_t kVendorBytes = static_cast<std::int64_t>(kLtWorkspaceBytes);

}  // namespace ga
