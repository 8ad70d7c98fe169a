// Keys: ECDSA P-256, as PEM. A key id is the hexadecimal SHA-256 of the public key's SPKI.
//
// A refusal begins with its id: key.pem key.one key.label key.broken key.kind key.halves key.exists
// key.none, after the file's name where there is one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

struct evp_pkey_st;

namespace ga {

inline constexpr std::size_t kMaxKeyFile = std::size_t{1} << 16;

class PublicKey {
 public:
  // Refuses any key that is not P-256.
  static Result<PublicKey> from_pem(std::string_view pem);
  static Result<PublicKey> load(const std::string& path);

  const std::string& id() const { return id_; }
  std::string pem() const;
  // Whether `der` is a strict-DER, low-S signature of SHA-256(message) by this key.
  bool verifies(std::string_view message, std::string_view der) const;

 private:
  friend class SigningKey;
  std::shared_ptr<evp_pkey_st> key_;
  std::string id_;
};

class SigningKey {
 public:
  static Result<SigningKey> generate();
  static Result<SigningKey> load(const std::string& path);  // PKCS#8 PEM, not encrypted
  static Result<SigningKey> from_pem(std::string_view pem);

  PublicKey public_key() const { return public_; }
  // DER, low-S.
  Result<std::string> sign(std::string_view message) const;
  std::string pem() const;  // PKCS#8

 private:
  static Result<PublicKey> public_half(evp_pkey_st* key);

  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_;
};

// Writes DIR/key.pem (0600) and DIR/key.pub.pem, both whole or neither. Refuses to overwrite.
Status write_key_pair(const SigningKey& key, const std::string& dir);

// A PEM file, or every *.pem of a directory that holds a public key (at least one).
Result<std::vector<PublicKey>> load_trusted(const std::string& path);

}  // namespace ga
