// Launches of deliberate damage.
#include "kernels/check/inject.cuh"
#include "kernels/check/inject.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

template <class Bits>
Status damage(const Inject& args, Bits nan, cudaStream_t stream) {
  if (args.bit < 0 || args.bit >= static_cast<int>(8 * sizeof(Bits))) {
    return Error(ErrorCode::usage, "inject: the element has no bit " + std::to_string(args.bit));
  }
  const InjectPlace<Bits> place{
      static_cast<Bits*>(args.data), args.rows, args.cols, args.ld, args.row, args.col};
  switch (args.damage) {
    case Damage::bitflip:
      inject_flip_kernel<<<1, 1, 0, stream>>>(place, args.bit);
      break;
    case Damage::zero_tile:
      inject_zero_kernel<<<1, 64, 0, stream>>>(place);
      break;
    case Damage::nan:
      inject_set_kernel<<<1, 1, 0, stream>>>(place, nan);
      break;
  }
  GA_CUDA(cudaGetLastError());
  return Ok{};
}

}  // namespace

std::optional<Damage> parse_damage(std::string_view name) {
  if (name == "bitflip") return Damage::bitflip;
  if (name == "zero-tile") return Damage::zero_tile;
  if (name == "nan") return Damage::nan;
  return std::nullopt;
}

Status inject(const Inject& args, cudaStream_t stream) {
  const bool inside =
      args.row >= 0 && args.row < args.rows && args.col >= 0 && args.col < args.cols;
  if (args.data == nullptr || !inside || args.ld < args.cols) {
    return Error(ErrorCode::usage, "inject: the place is outside the buffer");
  }
  switch (element_bytes(args.type)) {
    case 1:
      return damage<std::uint8_t>(args, 0x7F, stream);
    case 2:
      return damage<std::uint16_t>(args, 0x7FC0, stream);
    case 8:
      return damage<std::uint64_t>(args, 0x7FF8000000000000u, stream);
    default:
      return damage<std::uint32_t>(args, 0x7FC00000, stream);
  }
}

}  // namespace ga
