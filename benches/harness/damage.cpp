#include "benches/harness/damage.h"

namespace ga {
namespace {

Damage damage_of(Injection injection) {
  if (injection == Injection::zero_tile) return Damage::zero_tile;
  return injection == Injection::nan ? Damage::nan : Damage::bitflip;
}

}  // namespace

int damaged_bit(ElementType type) { return 8 * element_bytes(type) - 2; }

bool damages_output(Injection injection) {
  return injection == Injection::bitflip || injection == Injection::zero_tile ||
         injection == Injection::nan || injection == Injection::wrong_everywhere;
}

Status damage_output(Inject output, Injection injection, cudaStream_t stream) {
  output.row = output.rows / 2;
  output.col = output.cols / 2;
  output.bit = damaged_bit(output.type);
  output.damage = damage_of(injection);
  return inject(output, stream);
}

}  // namespace ga
