// The portable GEMM's instances for types whose B is stored along k.
#include "kernels/gemm/gemm_instance.cuh"

namespace ga {

Instance types_instance(const Gemm& args, Tile tile, bool async) {
  switch (args.in) {
    case ElementType::tf32:
      return instance_of<Tf32, float>(tile, async);
    case ElementType::fp8:
      return args.out == GemmOut::fp32 ? instance_of<Fp8, float>(tile, async)
                                       : instance_of<Fp8, Bf16>(tile, async);
    case ElementType::int8:
      return instance_of<std::int8_t, std::int32_t>(tile, async);
    default:
      return {};
  }
}

}  // namespace ga
