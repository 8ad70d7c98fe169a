// Exact GEMMs, attentions and gradients of the simulated node: the digest or hash that a worker
// would report, right or spoiled.
//
// Up to 512 on a side the product is really formed and the fault really put into its elements.
// Above, the checksum identity gives the right digest, and the fault's elements change it by their
// own weights: the same digest, without the product. The answer of an attention, or its gradients,
// are formed only where a fault is put into them; their hash is a sum over words, and changes by
// those that do. A fault of the gradients is put into dQ, which lies first.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_gemm.h"
#include "reports/model/measurement.h"

namespace ga {

inline constexpr std::int64_t kRealProductSide = 512;

// The products that the shipped profiles ask for without a challenge, and their digests. Each of
// eight simulated workers would walk the same 33 million elements for each, which is most of a
// rehearsal. Types with the same integers stored alike have one. A test computes them.
inline constexpr std::int64_t kShippedSide = 4096;
inline constexpr std::uint64_t kShippedSeed = 1128655123493413;
inline constexpr std::array<std::pair<ElementType, std::uint64_t>, kGemmTypes.size()>
    kShippedDigests{{{ElementType::bf16, 0x1c0f56bd0ad6350f},
                     {ElementType::fp16, 0x1c0f56bd0ad6350f},
                     {ElementType::tf32, 0x08e7f32a63a80cc4},
                     {ElementType::fp8, 0x03e3f66df4331613},
                     {ElementType::fp32, 0x1c0f56bd0ad6350f},
                     {ElementType::fp64, 0x1c0f56bd0ad6350f},
                     {ElementType::int8, 0x19ecb4343e2e81dd}}};

// The same for attention, at the length that the shipped profiles ask for.
inline constexpr std::int64_t kShippedLength = 4000;
inline constexpr std::uint64_t kShippedHash = 0x21504a931ec0a2d8;
inline constexpr std::uint64_t kShippedGradientsHash = 0x37ac26c01bba9660;

// Of an attention: its output, or the gradients dQ, dK and dV one behind the other.
enum class Pass { forward, backward };

enum class Damage { bit_flip, zero_tile, nan };

// What is wrong with the launches of one block, and where in the output it begins.
struct Spoiled {
  Damage damage = Damage::bit_flip;
  std::int64_t row = 0, col = 0;
  int bit = 0;  // of a float32 or the like of it, bit_flip only
  std::int64_t launches = 1;
  std::int64_t sm = -1;  // that computed it, where that is known
};

class ExactWorkshop {
 public:
  // The check of one block of launches of that product. Products and digests are kept.
  Check check(const ExactGemm& gemm, const std::optional<Spoiled>& spoiled);
  Check check(const ExactAttention& attention, Pass pass, const std::optional<Spoiled>& spoiled);

 private:
  using Key = std::tuple<ElementType, std::int64_t, std::int64_t, std::int64_t, std::uint64_t>;
  struct Known {
    std::uint64_t expected = 0;
    std::vector<std::int64_t> product;  // empty above kRealProductSide
  };
  const Known& known(const ExactGemm& gemm);
  struct Answer {
    std::uint64_t hash = 0;
    std::vector<std::uint16_t> output;  // empty until a fault needs it
  };

  std::map<Key, Known> known_;
  std::map<std::vector<std::int64_t>, Answer> answers_;  // by shape, seed and pass
};

// Nothing where the digest, or the hash, has to be computed.
std::optional<std::uint64_t> shipped_digest(const ExactGemm& gemm);
std::optional<std::uint64_t> shipped_hash(const ExactAttention& attention, Pass pass);

// One element of the exact C.
std::int64_t exact_product_element(const ExactGemm& gemm, std::int64_t row, std::int64_t col);

}  // namespace ga
