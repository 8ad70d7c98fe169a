#include "reports/seal/ecdsa.h"

#include <algorithm>

namespace ga {
namespace {

using Word = std::array<std::uint8_t, 32>;

// FIPS 186-4 D.1.2.3: the order of P-256, and half of it rounded down.
constexpr Word kOrder{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                      0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                      0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

constexpr Word halved(Word value) {
  unsigned carry = 0;
  for (std::uint8_t& byte : value) {
    const unsigned wide = carry << 8 | byte;
    byte = static_cast<std::uint8_t>(wide >> 1);
    carry = wide & 1U;
  }
  return value;
}
constexpr Word kHalfOrder = halved(kOrder);

// Reads one INTEGER from the front of `der`; false where it is not in its shortest form.
bool take_integer(std::string_view& der, Word& out) {
  if (der.size() < 2 || der[0] != 0x02) return false;
  const std::size_t size = static_cast<unsigned char>(der[1]);
  if (size == 0 || size > 33 || der.size() < 2 + size) return false;
  std::string_view value = der.substr(2, size);
  der.remove_prefix(2 + size);
  const auto high = [&](std::size_t i) {
    return (static_cast<unsigned char>(value[i]) & 0x80U) != 0;
  };
  if (high(0)) return false;  // negative
  if (value[0] == 0 && size > 1) {
    if (!high(1)) return false;  // a leading zero that nothing asked for
    value.remove_prefix(1);
  }
  if (value.size() > out.size()) return false;
  out.fill(0);
  std::transform(value.begin(), value.end(), out.end() - static_cast<std::ptrdiff_t>(value.size()),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

void append_integer(std::string& out, const Word& value) {
  auto first = std::find_if(value.begin(), value.end() - 1, [](std::uint8_t b) { return b != 0; });
  const bool padded = (*first & 0x80U) != 0;
  const auto size = static_cast<std::size_t>(value.end() - first) + (padded ? 1 : 0);
  out += '\x02';
  out += static_cast<char>(size);
  if (padded) out += '\0';
  std::transform(first, value.end(), std::back_inserter(out),
                 [](std::uint8_t b) { return static_cast<char>(b); });
}

bool is_valid_scalar(const Word& value) { return value != Word{} && value < kOrder; }

}  // namespace

std::optional<EcdsaSignature> parse_der(std::string_view der) {
  // 72 bytes at most, so every length is one byte.
  if (der.size() < 8 || der.size() > 72 || der[0] != 0x30) return std::nullopt;
  if (static_cast<unsigned char>(der[1]) != der.size() - 2) return std::nullopt;
  der.remove_prefix(2);
  EcdsaSignature out;
  if (!take_integer(der, out.r) || !take_integer(der, out.s) || !der.empty()) return std::nullopt;
  return out;
}

std::string to_der(const EcdsaSignature& signature) {
  std::string body;
  append_integer(body, signature.r);
  append_integer(body, signature.s);
  return std::string("\x30") + static_cast<char>(body.size()) + body;
}

bool in_range(const EcdsaSignature& signature) {
  return is_valid_scalar(signature.r) && is_valid_scalar(signature.s);
}

bool is_low_s(const EcdsaSignature& signature) { return signature.s <= kHalfOrder; }

EcdsaSignature lowered(EcdsaSignature signature) {
  if (is_low_s(signature)) return signature;
  int borrow = 0;
  for (std::size_t i = kOrder.size(); i-- > 0;) {
    const int difference = int{kOrder[i]} - int{signature.s[i]} - borrow;
    borrow = difference < 0 ? 1 : 0;
    signature.s[i] = static_cast<std::uint8_t>(difference + (borrow << 8));
  }
  return signature;
}

}  // namespace ga
