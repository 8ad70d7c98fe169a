#include "kernels/gemm/gemm_sm90_policy.h"

#include <algorithm>

#include "kernels/gemm/gemm_sm90_shape.h"

namespace ga {
namespace {

// Dense flops of one SM and clock: 4096 of a 16-bit type, half of it for tf32, twice for fp8 and
// int8. NVIDIA's peaks of 989, 494 and 1979 Tflop/s are these x 132 x 1.83 GHz.
double flops_per_clock(ElementType in) { return 8192.0 / element_bytes(in); }
// Bytes that the L2 gives a clock, to one SM and to all: the model of DeepGEMM's heuristics.
constexpr double kL2BytesPerClock = 64, kL2BytesPerClockAll = 6154;

std::int64_t tiles(std::int64_t size, int tile) { return (size + tile - 1) / tile; }

TensorMapShape map_of(const void* data, ElementType element, std::int64_t rows, std::int64_t cols,
                      std::int64_t ld, std::uint32_t box_rows) {
  const auto bytes = static_cast<std::uint32_t>(element_bytes(element));
  return {.data = data,
          .element = element,
          .cols = static_cast<std::uint64_t>(cols),
          .rows = static_cast<std::uint64_t>(rows),
          .pitch_bytes = static_cast<std::uint64_t>(ld) * bytes,
          .box_cols = kBoxRowBytes / bytes,
          .box_rows = box_rows};
}

}  // namespace

double sm90_model_cycles(const Sm90Policy& policy, const ProductShape& shape, ElementType in,
                         int sm_count) {
  const std::int64_t unit_m = std::int64_t{policy.tile_m} * policy.cluster;
  const std::int64_t ctas =
      tiles(shape.m, static_cast<int>(unit_m)) * tiles(shape.n, policy.tile_n) * policy.cluster;
  const std::int64_t places = sm_count / policy.cluster * policy.cluster;
  const std::int64_t active = std::max<std::int64_t>(1, std::min(ctas, places));
  const double area = static_cast<double>(policy.tile_m) * policy.tile_n;
  const double tensor = 2 * area / flops_per_clock(in);  // cycles for one step of k
  const double bytes = element_bytes(in) * (policy.tile_m + policy.tile_n / policy.cluster);
  const double given =
      std::min(kL2BytesPerClock, kL2BytesPerClockAll / static_cast<double>(active));
  const auto rounds = static_cast<double>((ctas + active - 1) / active);
  return rounds * std::max(tensor, bytes / given) * static_cast<double>(shape.k);
}

const Sm90Policy* sm90_pick(const ProductShape& shape, ElementType in, int sm_count) {
  const Sm90Policy* best = nullptr;
  double least = 0;
  for (const Sm90Policy& policy : kSm90Policies) {
    if (!contains(policy.by_shape, in)) continue;
    const double cycles = sm90_model_cycles(policy, shape, in, sm_count);
    if (best != nullptr && cycles >= least) continue;
    best = &policy;
    least = cycles;
  }
  return best;
}

std::int64_t sm90_clusters(const Sm90Policy& policy, const ProductShape& shape, int resident) {
  const std::int64_t units =
      tiles(shape.m, policy.tile_m * policy.cluster) * tiles(shape.n, policy.tile_n);
  return std::min<std::int64_t>(units, resident);
}

const Sm90Policy* sm90_find(GemmKernel kernel) {
  const auto* const found = std::find_if(kSm90Policies.begin(), kSm90Policies.end(),
                                         [&](const auto& p) { return p.kernel == kernel; });
  return found == kSm90Policies.end() ? nullptr : found;
}

Sm90Maps sm90_maps(const ProductShape& shape, const Sm90Operands& o, const Sm90Policy& policy) {
  const auto rows_a = static_cast<std::uint32_t>(policy.tile_m);
  const auto rows_b = static_cast<std::uint32_t>(policy.tile_n / policy.cluster);
  return {map_of(o.a, o.in, shape.m, shape.k, o.lda, rows_a),
          b_along_k(o.in) ? map_of(o.b, o.in, shape.n, shape.k, o.ldb, rows_b)
                          : map_of(o.b, o.in, shape.k, shape.n, o.ldb, kBoxRowsAlongN),
          map_of(o.c, o.out, shape.m, shape.n, o.ldc, kStagedRows)};
}

const char* sm90_fault(const ProductShape& shape, const Sm90Maps& maps) {
  // Coordinates of a tile's last box are 32-bit integers.
  constexpr std::int64_t kLargest = (std::int64_t{1} << 31) - 1024;
  if (shape.m > kLargest || shape.n > kLargest || shape.k > kLargest) return "a side above 2^31";
  for (const TensorMapShape& map : {maps.a, maps.b, maps.c}) {
    if (const char* fault = tensor_map_fault(map)) return fault;
    if (!tensor_map_aligned(map.data)) return "address is no multiple of 16 bytes";
  }
  // A store would overwrite what lies behind the row: tensor_map.h.
  const std::uint64_t row = maps.c.cols * static_cast<std::uint64_t>(element_bytes(maps.c.element));
  if (row % 16 != 0) return "a row of C is no multiple of 16 bytes";
  return nullptr;
}

Sm90Choice sm90_choose(GemmKernel asked, const ProductShape& shape, const Sm90Operands& operands,
                       const Sm90Device& device) {
  if (asked == GemmKernel::portable) return {nullptr, "the portable kernel was asked for"};
  if (device.arch != 90) return {nullptr, "the GPU is no Hopper"};
  if (!device.built) return {nullptr, "this build has no kernel for sm_90a"};
  const Sm90Policy* const policy = asked == GemmKernel::by_shape
                                       ? sm90_pick(shape, operands.in, device.sm_count)
                                       : sm90_find(asked);
  const GemmType& type = gemm_type(operands.in);
  const bool writes = operands.out == type.out || operands.out == type.sum;
  if (policy == nullptr || !contains(policy->serves, operands.in) || !writes) {
    return {nullptr, "not for elements of these types"};
  }
  if (device.sm_count < policy->cluster) return {nullptr, "fewer SMs than a cluster"};
  if (tiles(shape.m, policy->tile_m) * tiles(shape.n, policy->tile_n) > 0x7FFFFFFF) {
    return {nullptr, "more tiles than one launch covers"};
  }
  const char* const fault = sm90_fault(shape, sm90_maps(shape, operands, *policy));
  return fault == nullptr ? Sm90Choice{policy, ""} : Sm90Choice{nullptr, fault};
}

}  // namespace ga
