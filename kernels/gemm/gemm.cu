// GEMM: arguments, the choice of a kernel, and the launches of the portable one. What bounds it:
// gemm_kernel.cuh; Hopper's own: gemm_sm90.cu; fp32 and fp64: gemm_fma.cu.
#include <string>

#include "kernels/check/grid.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/gemm_fma.h"
#include "kernels/gemm/gemm_instance.cuh"
#include "kernels/gemm/gemm_sm90.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

struct Policy {
  int arch;   // this architecture and newer ones, up to the row above
  Tile tile;  // for products of at least one wave of its tiles
};
// Untuned: the largest tile whose stages fit the architecture's shared memory (227 KiB on 90, 100,
// 103; 163 KiB on 80; 99 KiB on 86, 89 and 120). No sweep has been run.
constexpr Policy kPolicies[] = {
    {120, Tile::medium3}, {90, Tile::large4}, {81, Tile::medium3}, {80, Tile::large3}};

Instance instance_for(const Gemm& args, Tile tile, bool async) {
  if (args.in == ElementType::bf16) {
    return args.out == GemmOut::fp32 ? instance_of<Bf16, float>(tile, async)
                                     : instance_of<Bf16, Bf16>(tile, async);
  }
  if (args.in == ElementType::fp16) {
    return args.out == GemmOut::fp32 ? instance_of<Fp16, float>(tile, async)
                                     : instance_of<Fp16, Fp16>(tile, async);
  }
  return types_instance(args, tile, async);
}

bool aligned(const void* pointer, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
}

std::int64_t tiles_of(std::int64_t size, int tile) { return (size + tile - 1) / tile; }

Tile pick(const Gemm& args, const DeviceShape& shape, bool async) {
  if (!async) return Tile::medium3;
  for (const Policy& policy : kPolicies) {
    if (shape.arch < policy.arch) continue;
    const bool full_wave =
        tiles_of(args.m, Large4<Bf16>::kM) * tiles_of(args.n, Large4<Bf16>::kN) >= shape.sm_count;
    return full_wave ? policy.tile : Tile::medium3;
  }
  return Tile::medium3;
}

Status require(const Gemm& args) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 31;
  const bool shape = args.m >= 1 && args.n >= 1 && args.k >= 1 && args.m < kLimit &&
                     args.n < kLimit && args.k < kLimit;
  if (!shape) {
    return Error(ErrorCode::usage, "gemm: m, n and k must be between 1 and 2^31 - 1");
  }
  const GemmType& type = gemm_type(args.in);
  if (type.in != args.in || (args.out != type.out && args.out != type.sum)) {
    return Error(
        ErrorCode::usage,
        "gemm: the inputs or the output are of a type that kGemmTypes does not have there");
  }
  if (args.lda < args.k || args.ldb < (b_along_k(args.in) ? args.k : args.n) || args.ldc < args.n) {
    return Error(
        ErrorCode::usage,
        "gemm: a leading dimension is shorter than the row: lda >= k, ldc >= n and ldb >= n "
        "(tf32, fp8, int8: ldb >= k) are needed");
  }
  const auto bytes = static_cast<std::size_t>(element_bytes(args.in));
  GA_CHECK(check_pointer("gemm: a", args.a, bytes));
  GA_CHECK(check_pointer("gemm: b", args.b, bytes));
  return check_pointer("gemm: c", args.c, static_cast<std::size_t>(element_bytes(args.out)));
}

bool async(const void* data, std::int64_t ld, ElementType type) {
  return aligned(data, kChunkBytes) && ld * element_bytes(type) % kChunkBytes == 0;
}

Result<Instance> portable(const Gemm& args, const DeviceShape& shape) {
  if (args.in == ElementType::fp8 && shape.arch < 89) {
    return Error(ErrorCode::environment,
                 "gemm: this GPU is older than sm_89, the first with fp8 matrix units");
  }
  const bool async_a = async(args.a, args.lda, args.in);
  const bool async_b = async(args.b, args.ldb, args.in);
  const bool both = async_a && async_b;
  Instance chosen = instance_for(args, pick(args, shape, both), both);
  if (chosen.plan.shared_bytes > static_cast<std::size_t>(shape.shared_bytes_per_block)) {
    return Error(ErrorCode::environment, "gemm: this GPU has too little shared memory");
  }
  chosen.plan.async_a = async_a;
  chosen.plan.async_b = async_b;
  chosen.plan.tiles_m = tiles_of(args.m, chosen.plan.tile_m);
  chosen.plan.tiles_n = tiles_of(args.n, chosen.plan.tile_n);
  chosen.plan.ctas = chosen.plan.tiles();
  if (chosen.plan.tiles() > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "gemm: C has more tiles than one launch covers");
  }
  return chosen;
}

// A plan of gemm_sm90.cu or gemm_fma.cu has no instance here: these launch it.
Result<Instance> choose(const Gemm& args, const DeviceShape& shape) {
  GA_CHECK(require(args));
  if (shape.arch < 80) {
    return Error(ErrorCode::environment,
                 "gemm: this GPU is older than sm_80, the first with matrix units for bf16");
  }
  if (fma_type(args.in)) {
    GA_TRY(const GemmPlan plan, fma_plan(args, shape));
    return Instance{nullptr, plan};
  }
  const Sm90Choice sm90 = sm90_choose(args.kernel, {args.m, args.n, args.k}, sm90_operands(args),
                                      {shape.arch, shape.sm_count, sm90_built()});
  if (sm90.policy != nullptr) {
    GA_TRY(const GemmPlan plan, sm90_plan(args, *sm90.policy, shape));
    return Instance{nullptr, plan};
  }
  if (const Sm90Policy* const asked = sm90_find(args.kernel)) {
    return Error(ErrorCode::usage, std::string("gemm: kernel ") + asked->name + ": " + sm90.reason);
  }
  GA_TRY(Instance chosen, portable(args, shape));
  if (shape.arch == 90 && args.kernel == GemmKernel::by_shape) chosen.plan.not_sm90 = sm90.reason;
  return chosen;
}

Status launch_portable(const Gemm& args, const Instance& chosen, const DeviceShape& shape,
                       cudaStream_t stream) {
  const GemmPlan& plan = chosen.plan;
  const auto pair = 2 * static_cast<std::size_t>(element_bytes(args.out));
  const GemmParams params{.a = args.a,
                          .b = args.b,
                          .c = args.c,
                          .m = args.m,
                          .n = args.n,
                          .k = args.k,
                          .lda = args.lda,
                          .ldb = args.ldb,
                          .ldc = args.ldc,
                          .tiles_m = plan.tiles_m,
                          .tiles_n = plan.tiles_n,
                          .placement = make_placement(args.placement, plan.tiles(), shape.sm_count),
                          .smid = args.smid,
                          .async_a = plan.async_a,
                          .async_b = plan.async_b,
                          .paired = aligned(args.c, pair) && args.ldc % 2 == 0};
  const auto shared = static_cast<int>(plan.shared_bytes);
  // More than 48 KiB is an opt-in of each kernel on each device.
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(chosen.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
  chosen.kernel<<<static_cast<unsigned>(plan.tiles()), static_cast<unsigned>(plan.threads),
                  plan.shared_bytes, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace

Result<GemmPlan> gemm_plan(const Gemm& args) {
  GA_TRY(const DeviceShape shape, current_shape());
  GA_TRY(const Instance chosen, choose(args, shape));
  return chosen.plan;
}

Status gemm(const Gemm& args, cudaStream_t stream) {
  GA_TRY(const DeviceShape shape, current_shape());
  GA_TRY(const Instance chosen, choose(args, shape));
  if (fma_type(args.in)) return fma_launch(args, chosen.plan, shape, stream);
  if (chosen.kernel == nullptr) return sm90_launch(args, chosen.plan, stream);
  return launch_portable(args, chosen, shape, stream);
}

}  // namespace ga
