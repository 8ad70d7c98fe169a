// Damages one place of an output buffer on purpose, so that a check is seen to fail on real
// hardware. Only behind --inject-unsafe; a report with an injection can never accept.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/check/report.h"
#include "kernels/data/element.h"
#include "reports/model/result.h"

namespace ga {

enum class Damage {
  bitflip,    // one bit of one element
  zero_tile,  // the 8 x 8 elements from (row, col), cut at the edge
  null_tile,  // 128 x 128 elements
  nan         // one element becomes a quiet NaN; of integers, the number with a NaN's bits
};

using InjectType = ElementType;

struct Inject {
  void* data = nullptr;  // rows x cols, row-major; a plain buffer is one row
  InjectType type = InjectType::fp32;
  std::int64_t rows = 0, cols = 0, ld = 0;
  std::int64_t row = 0, col = 0;
  int bit = 0;  // of a bitflip
  Damage damage = Damage::bitflip;
};
Status inject(const Inject& args, cudaStream_t stream);

// The same where the SM clock is at least `mhz`, measured on the spot in 20,000 cycles.
Status inject_at_clock(const Inject& args, std::int64_t mhz, cudaStream_t stream);

// Flips bit `args.bit` of the first element of every tile that SM `sm` computed.
Status inject_sm(const Inject& args, const TileMap& tiles, std::uint32_t sm, cudaStream_t stream);

}  // namespace ga
