// Launches of deliberate damage.
#include "kernels/check/inject.cuh"
#include "kernels/check/inject.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

template <class Bits>
InjectPlace<Bits> place_of(const Inject& args) {
  return {static_cast<Bits*>(args.data), args.rows, args.cols, args.ld, args.row, args.col};
}

Status require(const Inject& args) {
  const bool inside =
      args.row >= 0 && args.row < args.rows && args.col >= 0 && args.col < args.cols;
  if (args.data == nullptr || !inside || args.ld < args.cols) {
    return Error(ErrorCode::usage, "inject: the place is outside the buffer");
  }
  if (args.bit < 0 || args.bit >= 8 * element_bytes(args.type)) {
    return Error(ErrorCode::usage, "inject: the element has no bit " + std::to_string(args.bit));
  }
  return Ok{};
}

// Calls launch with a value of the word that holds an element.
template <class Launch>
Status by_width(const Inject& args, Launch&& launch) {
  GA_CHECK(require(args));
  switch (element_bytes(args.type)) {
    case 1:
      launch(std::uint8_t{0x7F});
      break;
    case 2:
      launch(std::uint16_t{0x7FC0});
      break;
    case 8:
      launch(std::uint64_t{0x7FF8000000000000u});
      break;
    default:
      launch(std::uint32_t{0x7FC00000});
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace

Status inject(const Inject& args, cudaStream_t stream) {
  return by_width(args, [&](auto nan) {
    const auto place = place_of<decltype(nan)>(args);
    switch (args.damage) {
      case Damage::bitflip:
        inject_flip_kernel<<<1, 1, 0, stream>>>(place, args.bit);
        return;
      case Damage::zero_tile:
        inject_zero_kernel<<<1, 64, 0, stream>>>(place, 1);
        return;
      case Damage::null_tile:
        inject_zero_kernel<<<16 * 16, 64, 0, stream>>>(place, 16);
        return;
      case Damage::nan:
        inject_set_kernel<<<1, 1, 0, stream>>>(place, nan);
        return;
    }
  });
}

Status inject_at_clock(const Inject& args, std::int64_t mhz, cudaStream_t stream) {
  return by_width(args, [&](auto word) {
    inject_at_clock_kernel<<<1, 1, 0, stream>>>(place_of<decltype(word)>(args), args.bit,
                                                static_cast<std::uint64_t>(mhz));
  });
}

Status inject_sm(const Inject& args, const TileMap& tiles, std::uint32_t sm, cudaStream_t stream) {
  if (tiles.smid == nullptr || tiles.tile_m < 1 || tiles.tile_n < 1) {
    return Error(ErrorCode::usage, "inject: nobody recorded which SM computed which tile");
  }
  const std::int64_t count = ((args.rows + tiles.tile_m - 1) / tiles.tile_m) *
                             ((args.cols + tiles.tile_n - 1) / tiles.tile_n);
  const auto blocks = static_cast<unsigned>((count + 255) / 256);
  return by_width(args, [&](auto word) {
    inject_sm_kernel<<<blocks, 256, 0, stream>>>(place_of<decltype(word)>(args), args.bit, tiles,
                                                 sm);
  });
}

}  // namespace ga
