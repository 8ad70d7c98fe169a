// Where a pointer chase ended. No CUDA header: the CPU tests of the kernels read it too.
#pragma once

#include <cstdint>

namespace ga {

struct ChaseEnd {
  std::uint32_t line = 0;
  std::uint32_t hops = 0;  // made
};

}  // namespace ga
