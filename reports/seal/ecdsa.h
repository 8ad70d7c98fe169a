// The byte form of our signatures: ECDSA P-256 in strict DER with the smaller of the two s values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ga {

struct EcdsaSignature {
  std::array<std::uint8_t, 32> r{}, s{};  // big-endian
};

// Strict DER: shortest lengths, shortest positive integers, nothing after. None otherwise.
std::optional<EcdsaSignature> parse_der(std::string_view der);
std::string to_der(const EcdsaSignature& signature);

// r and s are within [1, n-1], n the order of P-256.
bool in_range(const EcdsaSignature& signature);
// s <= n/2. Of the two signatures that everyone can make of one, only this one counts.
bool is_low_s(const EcdsaSignature& signature);
// With s replaced by n-s where that is smaller. Precondition: in_range.
EcdsaSignature lowered(EcdsaSignature signature);

}  // namespace ga
