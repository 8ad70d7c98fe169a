#include "acceptance/gates/gemm_speed.h"

namespace ga {

Params gemm_params(const Sizes& sizes) {
  if (sizes.gemm_n <= 0) return {};
  return {{"m", sizes.gemm_n}, {"n", sizes.gemm_n}, {"k", sizes.gemm_n}};
}

}  // namespace ga
