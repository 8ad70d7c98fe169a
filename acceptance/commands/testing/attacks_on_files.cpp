// Attacks on the envelope and on the signed payload inside: other bytes, other spellings, what
// parsers disagree about.
#include <fmt/format.h>

#include <array>

#include "acceptance/commands/testing/attacks.h"
#include "reports/codec/report_codec.h"
#include "reports/codec/testing/random_report.h"
#include "reports/seal/ecdsa.h"
#include "reports/seal/envelope.h"

namespace ga::testing {
namespace {

std::string sealed(std::string_view payload) { return *seal(payload, signer()); }
std::string good() { return sealed(payload_of(sound_report())); }

std::string envelope(std::string_view payload64, std::string_view sig64,
                     const std::string& key_id = signer().public_key().id()) {
  return fmt::format(
      R"({{"payload":"{}","payloadType":"{}","signatures":[{{"keyid":"{}","sig":"{}"}}]}})"
      "\n",
      payload64, kPayloadType, key_id, sig64);
}

// The sound report under a signature that was made or changed by hand.
Refusal with_signature(const std::function<std::string(const std::string& payload)>& sign) {
  const std::string payload = payload_of(sound_report());
  return refusal_of(envelope(base64_encode(payload), base64_encode(sign(payload))));
}
Refusal with_changed_der(const std::function<std::string(const std::string& der)>& change) {
  return with_signature([&](const std::string& payload) {
    return change(*signer().sign(pae(kPayloadType, payload)));
  });
}

// (r, n-s): OpenSSL calls it valid too.
std::string high_s(const std::string& der) {
  constexpr std::array<int, 32> kOrder{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                       0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  EcdsaSignature signature = *parse_der(der);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = kOrder[i] - signature.s[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    signature.s[i] = static_cast<std::uint8_t>(digit & 0xff);
  }
  return to_der(signature);
}

std::string raw_form(const std::string& der) {
  const EcdsaSignature signature = *parse_der(der);
  std::string out(signature.r.begin(), signature.r.end());
  return out.append(signature.s.begin(), signature.s.end());
}

std::string two_signatures(const std::string& bytes) {
  const std::size_t at = bytes.find("{\"keyid\"");
  const std::string one = bytes.substr(at, bytes.find("]}") - at);
  return with(bytes, one, one + "," + one);
}

Refusal spoiled(std::string_view from, std::string_view to) {
  return refusal_of_signed(with(payload_of(sound_report()), from, to));
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

// The signer's own name for its verdict on a report, in in-toto's words.
constexpr std::string_view kVerdict =
    R"({"_type":"https://in-toto.io/Statement/v1","subject":[],)"
    R"("predicateType":"https://in-toto.io/attestation/svr/v0.2","predicate":{}})";

}  // namespace

Attacks attacks_on_envelopes() {
  using S = std::string;
  return {
      {"size.envelope", [] { return refusal_of(S(kMaxEnvelope + 1, ' ')); }},
      {"size.payload",
       [] { return refusal_of(envelope(base64_encode(S(kMaxPayload + 1, ' ')), "AAAA")); }},
      {"json.duplicate_key",
       [] { return refusal_of(with(good(), "{\"payload\"", "{\"payload\":\"\",\"payload\"")); }},
      {"json.key_in_other_case", [] { return refusal_of(with(good(), "\"sig\"", "\"SIG\"")); }},
      {"json.unknown_key",
       [] { return refusal_of(with(good(), "{\"keyid\"", "{\"cert\":\"\",\"keyid\"")); }},
      {"json.nul", [] { return refusal_of(good() + '\0' + good()); }},
      {"json.byte_order_mark", [] { return refusal_of("\xef\xbb\xbf" + good()); }},
      {"json.two_documents", [] { return refusal_of(good() + good()); }},
      {"form.key_order",
       [] {
         const Json json = *parse_json(good());
         Json moved;
         moved.add("payloadType", *json.find("payloadType")).add("payload", *json.find("payload"));
         return refusal_of(dump(moved.add("signatures", *json.find("signatures"))) + "\n");
       }},
      {"form.whitespace", [] { return refusal_of(with(good(), ",", ", ")); }},
      {"form.last_newline", [] { return refusal_of(good() + "\n"); }},
      {"form.escaped_key", [] { return refusal_of(with(good(), "\"sig\"", "\"s\\u0069g\"")); }},
      {"form.no_signature",
       [] {
         const S bytes = good();
         return refusal_of(bytes.substr(0, bytes.find("{\"keyid\"")) + "]}\n");
       }},
      {"form.two_signatures", [] { return refusal_of(two_signatures(good())); }},
      {"form.keyid_in_capitals",
       [] {
         S id = signer().public_key().id();
         for (char& c : id) c = c >= 'a' ? static_cast<char>(c - 32) : c;
         return refusal_of(with(good(), signer().public_key().id(), id));
       }},
      {"base64.loose_bits", [] { return refusal_of(envelope("YR==", "AAAA")); }},
      {"base64.whitespace", [] { return refusal_of(envelope("YQ= =", "AAAA")); }},
      {"base64.url_safe", [] { return refusal_of(envelope("-_8=", "AAAA")); }},
      {"base64.no_padding", [] { return refusal_of(envelope("YQ", "AAAA")); }},
      {"base64.garbage", [] { return refusal_of(envelope("YQ*=", "AAAA")); }},
      {"type.other_payload",
       [] { return refusal_of(with(good(), S(kPayloadType), "application/json")); }},
      {"type.not_ascii", [] { return refusal_of(with(good(), "+json", "+js\xc3\xb6n")); }},
      {"key.not_trusted", [] { return refusal_of(*seal(payload_of(sound_report()), stranger())); }},
      {"key.name_swapped",
       [] {
         return refusal_of(with(good(), signer().public_key().id(), stranger().public_key().id()));
       }},
      {"signature.anothers_under_a_trusted_name",
       [] {
         return with_signature(
             [](const S& payload) { return *stranger().sign(pae(kPayloadType, payload)); });
       }},
      {"signature.payload_edited",
       [] {
         const S worse = with(payload_of(sound_report()), "\"quick\"", "\"soak\"");
         const S sig = *signer().sign(pae(kPayloadType, payload_of(sound_report())));
         return refusal_of(envelope(base64_encode(worse), base64_encode(sig)));
       }},
      {"signature.over_another_type",
       [] {
         return with_signature(
             [](const S& payload) { return *signer().sign(pae("application/json", payload)); });
       }},
      {"signature.without_pae",
       [] { return with_signature([](const S& payload) { return *signer().sign(payload); }); }},
      {"signature.of_ssh",
       [] {
         return with_signature([](const S& payload) {
           return *signer().sign("SSHSIG" + S(3, '\0') + "\x0bgpu-accept" + payload);
         });
       }},
      {"signature.high_s", [] { return with_changed_der(high_s); }},
      {"signature.raw", [] { return with_changed_der(raw_form); }},
      {"signature.byte_after_der",
       [] { return with_changed_der([](const S& d) { return d + '\0'; }); }},
      {"signature.long_length",
       [] {
         return with_changed_der([](const S& d) { return d.substr(0, 1) + "\x81" + d.substr(1); });
       }},
      {"signature.zero",
       [] {
         return with_changed_der([](const S&) { return S("\x30\x06\x02\x01\x00\x02\x01\x00", 8); });
       }},
      {"signature.empty", [] { return with_changed_der([](const S&) { return S(); }); }},
  };
}

Attacks attacks_on_payloads() {
  const auto name = [](std::string_view text) {
    return spoiled("\"rack7-node12\"", fmt::format("\"{}\"", text));
  };
  return {
      {"payload.duplicate_key",
       [] { return spoiled("\"decision\":", "\"decision\":\"rejected\",\"decision\":"); }},
      {"payload.escaped_duplicate_key",
       [] { return spoiled("\"decision\":", "\"\\u0064ecision\":\"rejected\",\"decision\":"); }},
      {"payload.nul", [] { return refusal_of_signed(payload_of(sound_report()) + '\0' + "{}"); }},
      {"payload.byte_order_mark",
       [] { return refusal_of_signed("\xef\xbb\xbf" + payload_of(sound_report())); }},
      {"payload.float", [] { return spoiled("\"attempt\":1", "\"attempt\":1.0"); }},
      {"payload.negative_zero", [] { return spoiled("\"attempt\":1", "\"attempt\":-0"); }},
      {"payload.infinite", [] { return spoiled("\"attempt\":1", "\"attempt\":1e999"); }},
      {"payload.over_53_bits",
       [] { return spoiled("\"attempt\":1", "\"attempt\":9007199254740993"); }},
      {"payload.null", [] { return spoiled("\"attempt\":1", "\"attempt\":null"); }},
      {"payload.deep", [] { return spoiled("\"attempt\":1", "\"attempt\":" + nested(33)); }},
      {"payload.very_deep", [] { return refusal_of_signed(nested(100'000)); }},
      {"payload.lone_surrogate", [=] { return name("\\ud800"); }},
      {"payload.bad_utf8", [=] { return name("\xc3\x28"); }},
      {"payload.other_object", [] { return refusal_of_signed(kVerdict); }},
      {"payload.unknown_statement_key",
       [] { return spoiled("{\"_type\"", "{\"_hint\":1,\"_type\""); }},
      {"payload.unknown_key", [] { return spoiled("{\"schema\"", "{\"waived\":1,\"schema\""); }},
      {"payload.key_in_other_case", [] { return spoiled("\"decision\":", "\"Decision\":"); }},
      {"payload.next_schema", [] { return spoiled("\"schema\":1", "\"schema\":2"); }},
      {"payload.other_rules", [] { return spoiled("\"rules\":1", "\"rules\":0"); }},
      {"payload.pretty",
       [] { return refusal_of_signed(dump_pretty(report_to_json(sound_report()))); }},
      {"payload.key_order",
       [] { return spoiled("\"schema\":1,\"rules\":1", "\"rules\":1,\"schema\":1"); }},
      {"payload.escaped_letter", [=] { return name("rack7-node1\\u0032"); }},
      {"payload.other_letters",
       [=] {
         return name(
             "rack7-n\xd0\xbe"
             "de12");
       }},
      {"payload.escape_sequence", [=] { return name("\\u001b[2J"); }},
      {"payload.line_in_identity", [=] { return name("node12\\nserial 1"); }},
      {"payload.path_traversal",
       [] {
         return spoiled("\"sidecars\":[]",
                        fmt::format(R"("sidecars":[{{"name":"../key","sha256":"{}","bytes":1}}])",
                                    std::string(64, 'a')));
       }},
      {"payload.subject_of_another",
       [] {
         Report report = sound_report();
         report.evidence.facts.gpus[0].serial = std::string("1651024000001");
         return refusal_of_signed(payload_of(report));
       }},
      {"payload.subject_left_out",
       [] {
         Report report = sound_report();
         report.subject.pop_back();
         return refusal_of_signed(payload_of(report));
       }},
  };
}

}  // namespace ga::testing
