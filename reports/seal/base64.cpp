// Base64 of RFC 4648 with padding, and only its canonical form: what decodes re-encodes the same.
#include <array>
#include <cstdint>

#include "reports/seal/envelope.h"

namespace ga {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> out{};
  for (std::uint8_t& digit : out) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    out[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return out;
}
constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

unsigned digit(char c) { return kDigits[static_cast<unsigned char>(c)]; }
unsigned byte(char c) { return static_cast<unsigned char>(c); }
char low_byte(unsigned v) { return static_cast<char>(v & 0xffU); }

Error bad_at(std::size_t offset) {
  return Error(ErrorCode::parse, "not canonical base64 at character " + std::to_string(offset));
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  std::size_t at = 0;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const unsigned group = byte(bytes[i]) << 16 | byte(bytes[i + 1]) << 8 | byte(bytes[i + 2]);
    out[at++] = kAlphabet[group >> 18];
    out[at++] = kAlphabet[group >> 12 & 63U];
    out[at++] = kAlphabet[group >> 6 & 63U];
    out[at++] = kAlphabet[group & 63U];
  }
  if (i == bytes.size()) return out;
  const bool two = i + 2 == bytes.size();
  const unsigned group = byte(bytes[i]) << 16 | (two ? byte(bytes[i + 1]) << 8 : 0U);
  out[at++] = kAlphabet[group >> 18];
  out[at++] = kAlphabet[group >> 12 & 63U];
  if (two) out[at] = kAlphabet[group >> 6 & 63U];
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0) return bad_at(text.size());
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t whole = (text.size() - (padding > 0 ? 4 : 0)) / 4;
  std::string out(text.size() / 4 * 3 - padding, '\0');
  std::size_t at = 0;
  for (std::size_t i = 0; i < whole * 4; i += 4) {
    const unsigned a = digit(text[i]);
    const unsigned b = digit(text[i + 1]);
    const unsigned c = digit(text[i + 2]);
    const unsigned d = digit(text[i + 3]);
    if ((a | b | c | d) > 63U) return bad_at(i);
    const unsigned group = a << 18 | b << 12 | c << 6 | d;
    out[at++] = low_byte(group >> 16);
    out[at++] = low_byte(group >> 8);
    out[at++] = low_byte(group);
  }
  if (padding == 0) return out;
  const std::size_t last = whole * 4;
  const unsigned a = digit(text[last]);
  const unsigned b = digit(text[last + 1]);
  const unsigned c = padding == 1 ? digit(text[last + 2]) : 0;
  // The bits that padding cuts off must be zero: "YR==" and "YQ==" would both say "a".
  const unsigned cut = padding == 1 ? c & 3U : b & 15U;
  if ((a | b | c) > 63U || cut != 0) return bad_at(last);
  out[at++] = low_byte(a << 2 | b >> 4);
  if (padding == 1) out[at] = low_byte(b << 4 | c >> 2);
  return out;
}

}  // namespace ga
