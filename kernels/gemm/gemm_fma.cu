// GEMM in fp32 and fp64: instances and launches. The kernel, and what bounds it:
// gemm_fma_kernel.cuh.
#include <string>

#include "kernels/gemm/gemm_fma.h"
#include "kernels/gemm/gemm_fma_fp32.cuh"
#include "kernels/gemm/gemm_fma_fp64.cuh"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// One shape for each type on all architectures, untuned: what a CTA needs of shared memory (32.5
// and 96 KiB) fits the 99 KiB of the smallest, sm_86, sm_89 and sm_120.
struct Instance {
  void (*kernel)(FmaParams);
  GemmPlan plan;
};

bool aligned(const void* pointer, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
}

// Whether every row begins at a multiple of 16 bytes.
bool chunked(const void* pointer, std::int64_t ld, ElementType type) {
  return aligned(pointer, kFmaChunkBytes) && ld % (kFmaChunkBytes / element_bytes(type)) == 0;
}

std::int64_t tiles_of(std::int64_t size, int tile) { return (size + tile - 1) / tile; }

template <class Product>
Instance instance(const Gemm& args, bool async_a, bool async_b) {
  const std::int64_t tiles_m = tiles_of(args.m, Product::kM),
                     tiles_n = tiles_of(args.n, Product::kN);
  return {async_a && async_b ? &gemm_fma_kernel<Product, true> : &gemm_fma_kernel<Product, false>,
          GemmPlan{.tile_m = Product::kM,
                   .tile_n = Product::kN,
                   .tile_k = Product::kK,
                   .stages = Product::kStages,
                   .threads = Product::kThreads,
                   .shared_bytes = Product::kSharedBytes,
                   .tiles_m = tiles_m,
                   .tiles_n = tiles_n,
                   .async_a = async_a,
                   .async_b = async_b,
                   .ctas = tiles_m * tiles_n}};
}

Instance instance_of(const Gemm& args) {
  const bool async_b = chunked(args.b, args.ldb, args.in);
  if (args.in == ElementType::fp64) {
    return instance<Fp64Product>(args, chunked(args.a, args.lda, args.in), async_b);
  }
  // A is transposed on its way, element by element however it lies: that is its fastest.
  return instance<Fp32Product>(args, true, async_b);
}

}  // namespace

Result<GemmPlan> fma_plan(const Gemm& args, const DeviceShape& device) {
  if (const Sm90Policy* const asked = sm90_find(args.kernel)) {
    return Error(ErrorCode::usage,
                 std::string("gemm: kernel ") + asked->name + ": wgmma has no fp32 and no fp64");
  }
  GemmPlan plan = instance_of(args).plan;
  if (device.arch == 90 && args.kernel == GemmKernel::by_shape) {
    plan.not_sm90 = "wgmma has no fp32 and no fp64";
  }
  if (plan.shared_bytes > static_cast<std::size_t>(device.shared_bytes_per_block)) {
    return Error(ErrorCode::environment, "gemm: this GPU has too little shared memory");
  }
  if (plan.tiles() > 0x7FFFFFFF) {
    return Error(ErrorCode::usage, "gemm: C has more tiles than one launch covers");
  }
  return plan;
}

Status fma_launch(const Gemm& args, const GemmPlan& plan, const DeviceShape& device,
                  cudaStream_t stream) {
  const Instance chosen = instance_of(args);
  const FmaParams params{.a = args.a,
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
                         .placement = make_placement(args.placement, plan.tiles(), device.sm_count),
                         .smid = args.smid,
                         .chunked_c = chunked(args.c, args.ldc, args.out)};
  // More than 48 KiB is an opt-in of each kernel on each device.
  GA_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(chosen.kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(plan.shared_bytes)));
  chosen.kernel<<<static_cast<unsigned>(plan.ctas), static_cast<unsigned>(plan.threads),
                  plan.shared_bytes, stream>>>(params);
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace ga
