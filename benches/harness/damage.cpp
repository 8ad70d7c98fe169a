#include "benches/harness/damage.h"

namespace ga {
namespace {

Damage damage_of(InjectionKind kind) {
  if (kind == InjectionKind::zero_tile) return Damage::zero_tile;
  if (kind == InjectionKind::null_tile) return Damage::null_tile;
  return kind == InjectionKind::nan ? Damage::nan : Damage::bitflip;
}

}  // namespace

int damaged_bit(ElementType type) { return 8 * element_bytes(type) - 2; }

bool strikes(const Injection& injection, std::uint64_t serial, bool first) {
  switch (injection.kind) {
    case InjectionKind::bitflip:
      if (injection.number == 0) return first;
      return (serial + 1) % static_cast<std::uint64_t>(injection.number) == 0;
    case InjectionKind::zero_tile:
    case InjectionKind::null_tile:
    case InjectionKind::nan:
    case InjectionKind::boost:
      return first;
    case InjectionKind::sm:
    case InjectionKind::wrong_everywhere:
      return true;
    case InjectionKind::none:
    case InjectionKind::slow:
    case InjectionKind::hang:
    case InjectionKind::crash:
      break;
  }
  return false;
}

Status damage_output(Inject output, const Injection& injection, const TileMap& tiles,
                     cudaStream_t stream) {
  output.row = output.rows / 2;
  output.col = output.cols / 2;
  output.bit = damaged_bit(output.type);
  output.damage = damage_of(injection.kind);
  if (injection.kind == InjectionKind::boost) {
    return inject_at_clock(output, injection.number, stream);
  }
  if (injection.kind != InjectionKind::sm) return inject(output, stream);
  if (tiles.smid == nullptr) return Ok{};
  return inject_sm(output, tiles, static_cast<std::uint32_t>(injection.number), stream);
}

}  // namespace ga
