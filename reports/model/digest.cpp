#include "reports/model/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace ga {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Context begin() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  return context;
}

Digest finish(const Context& context) {
  Digest digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  return digest;
}

Error io_error(const std::string& path) {
  return Error(ErrorCode::io, path + ": " + std::strerror(errno));
}

// Calls f(data, size) for each piece of the file until it returns false.
template <class F>
Status for_pieces(const std::string& path, F&& f) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return io_error(path);
  std::array<char, 1 << 16> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get())) {
    if (!f(piece.data(), size)) break;
  }
  if (std::ferror(file.get()) != 0) return io_error(path);
  return Ok{};
}

}  // namespace

Digest sha256(std::string_view bytes) {
  const Context context = begin();
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  return finish(context);
}

std::string hex_of(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string sha256_hex(std::string_view bytes) { return hex_of(sha256(bytes)); }

Result<std::string> sha256_file(const std::string& path) {
  const Context context = begin();
  GA_CHECK(for_pieces(path, [&](const char* data, std::size_t size) {
    return EVP_DigestUpdate(context.get(), data, size) == 1;
  }));
  return hex_of(finish(context));
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  std::string out;
  GA_CHECK(for_pieces(path, [&](const char* data, std::size_t size) {
    out.append(data, size);
    return out.size() <= limit;
  }));
  if (out.size() > limit) {
    return Error(ErrorCode::io, path + ": larger than " + std::to_string(limit) + " bytes");
  }
  return out;
}

}  // namespace ga
