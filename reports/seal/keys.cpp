#include "reports/seal/keys.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "reports/model/digest.h"
#include "reports/seal/ecdsa.h"

namespace ga {
namespace {

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

Owned<BIO> reader(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free_all};
}
Owned<BIO> writer() { return {BIO_new(BIO_s_mem()), &BIO_free_all}; }

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// An encrypted key must not make OpenSSL ask for a password on the terminal.
int no_password(char*, int, int, void*) { return 0; }

// SubjectPublicKeyInfo, DER.
std::string spki(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

// Every P-256 key with a named curve and an uncompressed point begins like this and has 64 bytes
// more (RFC 5480). Requiring it gives one key one form, and so one id.
constexpr std::string_view kSpkiHead{
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00\x04",
    27};

Error not_p256() {
  return Error(ErrorCode::usage, "key.kind: not an ECDSA P-256 key")
      .hinted("make one with gpuaccept keygen --out DIR");
}

// The key in a file; what is wrong with it names the file and what to do.
template <class Key>
Result<Key> key_in(const std::string& path, const char* remedy) {
  auto pem = read_file(path, kMaxKeyFile);
  if (!pem) return std::move(pem).error().hinted(remedy);
  auto key = Key::from_pem(*pem);
  if (!key) return std::move(key).error().with(path).hinted(remedy);
  return key;
}

// Exactly one PEM block, of the kind asked for: a second one would be ignored in silence.
Status check_one_block(std::string_view pem, std::string_view label) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  const std::size_t first = pem.find(kBegin);
  if (first == std::string_view::npos) {
    return Error(ErrorCode::usage, "key.block: no PEM block found");
  }
  if (pem.find(kBegin, first + 1) != std::string_view::npos) {
    return Error(ErrorCode::usage, "key.one: more than one PEM block");
  }
  const std::string_view found = pem.substr(first + kBegin.size());
  if (found.starts_with(std::string(label) + "-----")) return Ok{};
  return Error(ErrorCode::usage, "key.label: the PEM block is \"" +
                                     std::string(found.substr(0, found.find("-----"))) +
                                     "\" and must be \"" + std::string(label) + "\"");
}

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  GA_CHECK(check_one_block(pem, "PUBLIC KEY"));
  const Owned<BIO> in = reader(pem);
  PublicKey out;
  out.key_.reset(PEM_read_bio_PUBKEY(in.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  if (!out.key_) return Error(ErrorCode::usage, "key.broken: the PEM block holds no public key");
  const std::string der = spki(out.key_.get());
  if (!der.starts_with(kSpkiHead) || der.size() != kSpkiHead.size() + 64) return not_p256();
  out.id_ = sha256_hex(der);
  return out;
}

Result<PublicKey> PublicKey::load(const std::string& path) {
  return key_in<PublicKey>(path, "give the public key of whoever signed: its key.pub.pem");
}

std::string PublicKey::pem() const {
  const Owned<BIO> out = writer();
  PEM_write_bio_PUBKEY(out.get(), key_.get());
  return contents(out.get());
}

bool PublicKey::verifies(std::string_view message, std::string_view der) const {
  if (!key_) return false;
  const auto signature = parse_der(der);
  if (!signature || !in_range(*signature) || !is_low_s(*signature)) return false;
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(message),
                          message.size()) == 1;
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  GA_CHECK(check_one_block(pem, "PRIVATE KEY"));
  const Owned<BIO> in = reader(pem);
  SigningKey out;
  out.key_.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  if (!out.key_) return Error(ErrorCode::usage, "key.broken: the PEM block holds no private key");
  if (EVP_PKEY_get_base_id(out.key_.get()) != EVP_PKEY_EC) return not_p256();
  GA_TRY(out.public_, public_half(out.key_.get()));
  return out;
}

Result<PublicKey> SigningKey::public_half(evp_pkey_st* key) {
  const Owned<BIO> text = writer();
  PEM_write_bio_PUBKEY(text.get(), key);
  return PublicKey::from_pem(contents(text.get()));
}

Result<SigningKey> SigningKey::generate() {
  SigningKey out;
  out.key_.reset(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  if (!out.key_) return Error(ErrorCode::environment, "OpenSSL could not make a P-256 key");
  GA_TRY(out.public_, public_half(out.key_.get()));
  return out;
}

Result<SigningKey> SigningKey::load(const std::string& path) {
  return key_in<SigningKey>(path,
                            "give a private key: gpuaccept keygen --out DIR makes DIR/key.pem");
}

Result<std::string> SigningKey::sign(std::string_view message) const {
  const Error failed(ErrorCode::internal, "key.sign: OpenSSL made no signature with this key");
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  if (context == nullptr || !key_ ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1) {
    return failed;
  }
  std::string der(128, '\0');  // a P-256 signature has at most 72 bytes
  std::size_t size = der.size();
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                     bytes_of(message), message.size()) != 1) {
    return failed;
  }
  der.resize(size);
  const auto signature = parse_der(der);
  if (!signature || !in_range(*signature)) return failed;
  std::string low = to_der(lowered(*signature));
  // A key file whose halves do not belong together signs, and nobody can verify it.
  if (!public_.verifies(message, low)) {
    return Error(ErrorCode::usage, "key.halves: the private key does not fit its public half");
  }
  return low;
}

std::string SigningKey::pem() const {
  const Owned<BIO> out = writer();
  PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return contents(out.get());
}

}  // namespace ga
