#include "reports/seal/envelope.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/codec/fields.h"

namespace ga {
namespace {

// The one byte form: these four texts with three values between them, and nothing else.
constexpr std::string_view kHead = R"({"payload":")";
constexpr std::string_view kType =
    R"(","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":")";
constexpr std::string_view kSig = R"(","sig":")";
constexpr std::string_view kTail = "\"}]}\n";

struct Parts {
  std::string_view payload, key_id, sig;  // as written
};

std::string join(std::string_view payload, std::string_view key_id, std::string_view sig) {
  std::string out;
  out.reserve(kHead.size() + payload.size() + kType.size() + key_id.size() + kSig.size() +
              sig.size() + kTail.size());
  return out.append(kHead)
      .append(payload)
      .append(kType)
      .append(key_id)
      .append(kSig)
      .append(sig)
      .append(kTail);
}

// Takes `literal` from the front.
bool skip(std::string_view& rest, std::string_view literal) {
  if (!rest.starts_with(literal)) return false;
  rest.remove_prefix(literal.size());
  return true;
}

// Takes everything up to the next quote.
std::string_view value(std::string_view& rest) {
  const std::string_view out = rest.substr(0, rest.find('"'));
  rest.remove_prefix(out.size());
  return out;
}

std::optional<Parts> split(std::string_view bytes) {
  Parts parts;
  if (!skip(bytes, kHead)) return std::nullopt;
  parts.payload = value(bytes);
  if (!skip(bytes, kType)) return std::nullopt;
  parts.key_id = value(bytes);
  if (!skip(bytes, kSig)) return std::nullopt;
  parts.sig = value(bytes);
  if (bytes != kTail) return std::nullopt;
  return parts;
}

Error refused(std::string_view step, const std::string& why) {
  return Error(ErrorCode::parse, fmt::format("{}: {}", step, why));
}

// Why these bytes are not the one form: not JSON, not an envelope, another type, another spelling.
Error diagnose(std::string_view bytes) {
  const auto json = parse_json(bytes);
  if (!json) return refused("json", json.error().what());
  Fields envelope(*json, "envelope");
  (void)envelope.text("payload");  // close() tells of a missing or wrong one
  const std::string type = envelope.text("payloadType");
  const JsonArray& signatures = envelope.array("signatures");
  if (const auto status = envelope.close(); !status) return refused("json", status.error().what());
  if (type != kPayloadType) {
    return refused("type", fmt::format("payloadType must be \"{}\"", kPayloadType));
  }
  if (signatures.size() != 1) return refused("form", "must hold exactly one signature");
  Fields signature(signatures[0], "envelope.signatures[0]");
  (void)signature.text("keyid");  // as above
  (void)signature.text("sig");
  if (const auto status = signature.close(); !status) {
    return refused("json", status.error().what());
  }
  return refused("form",
                 "an envelope, but not in its one byte form: key order, spaces, escapes or the "
                 "newline at the end differ")
      .hinted("use the report file exactly as it was written");
}

bool is_key_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::string> decode(std::string_view what, std::string_view text) {
  auto bytes = base64_decode(text);
  if (!bytes) return refused("form", fmt::format("{}: {}", what, bytes.error().what()));
  return bytes;
}

// Everything but who signed.
struct Unsigned {
  std::string payload, key_id, sig;
};

Result<Unsigned> read_envelope(std::string_view bytes) {
  if (bytes.size() > kMaxEnvelope) {
    return refused("size", fmt::format("the envelope has {} bytes and may have {}", bytes.size(),
                                       kMaxEnvelope));
  }
  const auto parts = split(bytes);
  if (!parts) return diagnose(bytes);
  if (parts->payload.size() / 4 * 3 > kMaxPayload + 2) {
    return refused("size", fmt::format("the payload may have {} bytes", kMaxPayload));
  }
  if (!is_key_id(parts->key_id)) {
    return refused("form", "keyid must be 64 lower-case hexadecimal digits");
  }
  Unsigned out{.payload = {}, .key_id = std::string(parts->key_id), .sig = {}};
  GA_TRY(out.sig, decode("sig", parts->sig));
  GA_TRY(out.payload, decode("payload", parts->payload));
  if (out.payload.size() > kMaxPayload) {
    return refused("size", fmt::format("the payload may have {} bytes", kMaxPayload));
  }
  if (join(base64_encode(out.payload), out.key_id, base64_encode(out.sig)) != bytes) {
    return refused("form", "does not re-encode to itself");
  }
  return out;
}

}  // namespace

std::string pae(std::string_view payload_type, std::string_view payload) {
  std::string out =
      fmt::format("DSSEv1 {} {} {} ", payload_type.size(), payload_type, payload.size());
  out += payload;
  return out;
}

Result<std::string> seal(std::string_view payload, const SigningKey& key) {
  if (payload.size() > kMaxPayload) {
    return refused("size", fmt::format("the payload has {} bytes and may have {}", payload.size(),
                                       kMaxPayload));
  }
  GA_TRY(const std::string sig, key.sign(pae(kPayloadType, payload)));
  return join(base64_encode(payload), key.public_key().id(), base64_encode(sig));
}

Result<std::string> unverified_payload(std::string_view bytes) {
  GA_TRY(Unsigned envelope, read_envelope(bytes));
  return std::move(envelope.payload);
}

Result<Opened> open_envelope(std::string_view bytes, std::span<const PublicKey> trusted) {
  GA_TRY(Unsigned envelope, read_envelope(bytes));
  const auto key = std::find_if(trusted.begin(), trusted.end(),
                                [&](const PublicKey& k) { return k.id() == envelope.key_id; });
  if (key == trusted.end()) {
    return refused("key", fmt::format("signed by {}, which is not trusted", envelope.key_id))
        .hinted("if that key is known to be the signer's, give its key.pub.pem to --trust");
  }
  if (!key->verifies(pae(kPayloadType, envelope.payload), envelope.sig)) {
    return refused("signature", "is not the trusted key's signature of this payload");
  }
  return Opened{.payload = std::move(envelope.payload), .key_id = key->id()};
}

}  // namespace ga
