// Which tile of the Hopper kernel a product gets, and the tensor maps it needs. No CUDA: tests and
// sweeps read the table too.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/data/element.h"
#include "kernels/data/tensor_map.h"

namespace ga {

// by_shape takes what the policies say. The others are for tests, comparisons and sweeps.
enum class GemmKernel {
  by_shape,
  portable,
  sm90_128x256,
  sm90_256x128,
  sm90_128x128,
  sm90_128x256_pair,  // clusters of two CTAs share B by multicast
  sm90_128x128_promoted,
  sm90_128x128_pair_promoted
};

// A set of element types, a bit each.
using TypeSet = std::uint32_t;
template <class... Types>
constexpr TypeSet type_set(Types... types) {
  return (0u | ... | (1u << static_cast<unsigned>(types)));
}
constexpr bool contains(TypeSet set, ElementType type) { return (set & type_set(type)) != 0; }

// fp8 products have two kinds of sums. In "fast" ones all of k is added in the tensor cores, which
// keep about 14 bits of a sum (DeepSeek-V3 report, section 3.3.2); cuBLASLt's counterpart is
// CUBLASLT_MATMUL_DESC_FAST_ACCUM. "Promoted" ones leave them every 128 of k and are added in fp32.
struct Sm90Policy {
  GemmKernel kernel;
  const char* name;
  int tile_m, tile_n, stages, cluster;
  bool promotes;
  TypeSet serves;     // types of the operands
  TypeSet by_shape;   // of these, for which it may be chosen by shape; others get it by name alone
  const char* sweep;  // the row of docs/measuring.md that its numbers come from
};
inline constexpr TypeSet kSm90Halves = type_set(ElementType::bf16, ElementType::fp16);
inline constexpr TypeSet kSm90Exact =
    kSm90Halves | type_set(ElementType::tf32, ElementType::int8);  // sums of full precision
inline constexpr TypeSet kSm90Fp8 = type_set(ElementType::fp8);
// Stages: what shared memory holds. Clusters not by shape until a sweep has shown that they pay:
// reports of others on multicast disagree. fp8 by shape is promoted: right before fast. Two sets of
// sums in registers leave a promoted tile half the size.
inline constexpr std::array kSm90Policies{
    Sm90Policy{GemmKernel::sm90_128x256, "128x256", 128, 256, 4, 1, false, kSm90Exact | kSm90Fp8,
               kSm90Exact, "untuned"},
    Sm90Policy{GemmKernel::sm90_256x128, "256x128", 256, 128, 4, 1, false, kSm90Halves, kSm90Halves,
               "untuned"},
    Sm90Policy{GemmKernel::sm90_128x128, "128x128", 128, 128, 6, 1, false, kSm90Exact | kSm90Fp8,
               kSm90Exact, "untuned"},
    Sm90Policy{GemmKernel::sm90_128x256_pair, "128x256-pair", 128, 256, 4, 2, false,
               kSm90Exact | kSm90Fp8, 0, "untuned"},
    Sm90Policy{GemmKernel::sm90_128x128_promoted, "128x128-promoted", 128, 128, 6, 1, true,
               kSm90Fp8, kSm90Fp8, "untuned"},
    Sm90Policy{GemmKernel::sm90_128x128_pair_promoted, "128x128-pair-promoted", 128, 128, 6, 2,
               true, kSm90Fp8, 0, "untuned"}};

struct ProductShape {
  std::int64_t m = 0, n = 0, k = 0;
};

// The clocks that a policy's tiles take by a simple model:
// rounds of tiles over the SMs, each bound by the tensor cores or by what the L2 gives an SM. As if
// every SM had a place in a cluster; how many have one is the driver's answer, for the launch.
double sm90_model_cycles(const Sm90Policy& policy, const ProductShape& shape, ElementType in,
                         int sm_count);

// The policy with the least of it; the first of equals. nullptr where none is for operands of this
// type.
const Sm90Policy* sm90_pick(const ProductShape& shape, ElementType in, int sm_count);

// The clusters to launch where `resident` of them fit on the GPU at once: no more than there is
// work for.
std::int64_t sm90_clusters(const Sm90Policy& policy, const ProductShape& shape, int resident);

// nullptr where there is no such kernel.
const Sm90Policy* sm90_find(GemmKernel kernel);

struct Sm90Operands {
  const void* a = nullptr;
  const void* b = nullptr;
  const void* c = nullptr;
  std::int64_t lda = 0, ldb = 0, ldc = 0;  // elements
  ElementType in = ElementType::bf16, out = ElementType::bf16;
};
struct Sm90Maps {
  TensorMapShape a, b, c;
};
Sm90Maps sm90_maps(const ProductShape& shape, const Sm90Operands& operands,
                   const Sm90Policy& policy);

// nullptr, or why TMA cannot read or write these operands, so that the portable kernel must.
const char* sm90_fault(const ProductShape& shape, const Sm90Maps& maps);

struct Sm90Device {
  int arch = 0;  // 10 * major + minor
  int sm_count = 0;
  bool built = false;  // this program holds machine code for sm_90a
};
// The policy, or nullptr for the portable kernel and why.
struct Sm90Choice {
  const Sm90Policy* policy = nullptr;
  const char* reason = "";
};
Sm90Choice sm90_choose(GemmKernel asked, const ProductShape& shape, const Sm90Operands& operands,
                       const Sm90Device& device);

}  // namespace ga
