// Envelope: DSSE with one signature and one byte form. docs/report-format.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/model/result.h"
#include "reports/seal/keys.h"

namespace ga {

inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";
inline constexpr std::size_t kMaxPayload = std::size_t{4} << 20;
inline constexpr std::size_t kMaxEnvelope = std::size_t{6} << 20;

// DSSE's pre-authentication encoding: the bytes that are signed.
std::string pae(std::string_view payload_type, std::string_view payload);

// The envelope's bytes, newline included. Refuses a payload over kMaxPayload.
Result<std::string> seal(std::string_view payload, const SigningKey& key);

struct Opened {
  std::string payload;  // the very bytes that were verified
  std::string key_id;
};

// Size caps, one byte form, strict JSON, payload type, key id, signature, in that order. The error
// begins with the name of the step that failed: "size:", "form:", "json:", "type:", "key:",
// "signature:".
Result<Opened> open_envelope(std::string_view bytes, std::span<const PublicKey> trusted);

// The payload of an envelope in its one byte form, its signature NOT checked.
Result<std::string> unverified_payload(std::string_view bytes);

std::string base64_encode(std::string_view bytes);
// Standard alphabet, padded, canonical; nothing else.
Result<std::string> base64_decode(std::string_view text);

}  // namespace ga
