#include "reports/seal/envelope.h"

#include <gtest/gtest.h>

#include "reports/codec/json.h"
#include "reports/codec/report_codec.h"
#include "reports/codec/testing/random_report.h"
#include "reports/seal/ecdsa.h"
#include "reports/seal/identity.h"
#include "reports/seal/sealed_report.h"

namespace ga {
namespace {

constexpr std::string_view kText = R"({"_type":"x"})";

class Envelope : public ::testing::Test {
 protected:
  const SigningKey key_ = *SigningKey::generate();
  const std::vector<PublicKey> trusted_{key_.public_key()};
  const std::string sealed_ = *seal(kText, key_);

  // The error of opening `bytes`; "" when they open.
  std::string refusal(std::string_view bytes) const {
    const auto opened = open_envelope(bytes, trusted_);
    return opened ? "" : opened.error().what();
  }
  // The envelope with `from` replaced by `to`, once.
  std::string with(std::string_view from, std::string_view to) const {
    std::string out = sealed_;
    const std::size_t at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? out : out.replace(at, from.size(), to);
  }
  std::string joined(std::string_view payload, std::string_view sig) const {
    return "{\"payload\":\"" + std::string(payload) + "\",\"payloadType\":\"" +
           std::string(kPayloadType) + "\",\"signatures\":[{\"keyid\":\"" + trusted_[0].id() +
           "\",\"sig\":\"" + std::string(sig) + "\"}]}\n";
  }
};

// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
TEST(Pae, IsWhatTheDsseProtocolShows) {
  EXPECT_EQ(pae("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pae("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(pae("t\xc3\xa9", "\xf0\x9f\x94\x92"), "DSSEv1 3 t\xc3\xa9 4 \xf0\x9f\x94\x92");
}

TEST(Base64, OfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(*base64_decode(text), bytes);
  }
}

TEST(Base64, RefusesEverythingThatIsNotCanonical) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Z===", "Zg==Zg==", "Zm 9v",
        "Zm9v\n", "-_8=", "Zm9*", "Z\xc3\xa9=", "Z=9v", "Zg=a"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  EXPECT_FALSE(base64_decode(std::string_view("Zm9\0", 4)));
}

TEST(Base64, EveryShortTextDecodesOnlyIfItEncodesBack) {
  constexpr std::string_view kSome = "AQgZ9+/=-";
  int good = 0;
  for (std::size_t n = 0; n < kSome.size() * kSome.size() * kSome.size() * kSome.size(); ++n) {
    std::string text;
    for (std::size_t rest = n, i = 0; i < 4; ++i, rest /= kSome.size()) text += kSome[rest % 9];
    const auto bytes = base64_decode(text);
    if (!bytes) continue;
    ++good;
    ASSERT_EQ(base64_encode(*bytes), text);
  }
  EXPECT_GT(good, 7 * 7 * 7 * 7);
}

TEST_F(Envelope, OpensWhatWasSealed) {
  const auto opened = open_envelope(sealed_, trusted_);
  ASSERT_TRUE(opened) << opened.error().str();
  EXPECT_EQ(opened->payload, kText);
  EXPECT_EQ(opened->key_id, key_.public_key().id());
  EXPECT_TRUE(sealed_.ends_with("\"}]}\n"));
}

TEST_F(Envelope, IsStrictJsonOfThreeKeys) {
  const auto json = parse_json(sealed_);
  ASSERT_TRUE(json);
  EXPECT_EQ(dump(*json) + "\n", sealed_);
  EXPECT_EQ(*base64_decode(json->find("payload")->as_string()), kText);
}

TEST_F(Envelope, RefusesWhatIsTooLarge) {
  EXPECT_TRUE(refusal(std::string(kMaxEnvelope + 1, ' ')).starts_with("size: "));
  const auto large = seal(std::string(kMaxPayload + 1, ' '), key_);
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().what().starts_with("size: "));
  const std::string payload = base64_encode(std::string(kMaxPayload + 1, ' '));
  EXPECT_TRUE(refusal(joined(payload, "AAAA")).starts_with("size: "));
  const std::string largest(kMaxPayload, ' ');
  EXPECT_EQ(open_envelope(*seal(largest, key_), trusted_)->payload, largest);
}

TEST_F(Envelope, RefusesWhatIsNotJson) {
  for (const std::string& bytes :
       {std::string(), std::string("{"), std::string("null\n"), std::string("[]\n"),
        sealed_ + sealed_, sealed_ + '\0', "\xef\xbb\xbf" + sealed_,
        with("\"payload\"", "\"payloadType\""), with("{\"keyid\"", "{\"more\":1,\"keyid\""),
        with("]}", "],\"more\":1}"), with("\"keyid\"", "\"KEYID\""),
        with("\"payload\":\"", "\"payload\":1,\"x\":\"")}) {
    EXPECT_TRUE(refusal(bytes).starts_with("json: ")) << refusal(bytes);
  }
}

TEST_F(Envelope, RefusesAnotherPayloadType) {
  EXPECT_TRUE(refusal(with("vnd.in-toto+json", "json")).starts_with("type: "));
  EXPECT_TRUE(refusal(with("application/", "Application/")).starts_with("type: "));
}

TEST_F(Envelope, RefusesAnotherSpelling) {
  const Json json = *parse_json(sealed_);
  Json moved;
  moved.add("payloadType", *json.find("payloadType")).add("payload", *json.find("payload"));
  moved.add("signatures", *json.find("signatures"));
  Json two = json;
  for (auto& [name, value] : two.as_object()) {
    if (name == "signatures") value.as_array().push_back(value.as_array()[0]);
  }
  for (const std::string& bytes :
       {dump(moved) + "\n", dump(two) + "\n", sealed_.substr(0, sealed_.size() - 1), sealed_ + "\n",
        " " + sealed_, with(",", ", "), with("\n", "\r\n"),
        with("\"sig\":\"M", "\"sig\":\"\\u004d"), with("==\",\"payloadType", "\",\"payloadType"),
        with("==\",\"payloadType", "=\\u003d\",\"payloadType"), with("keyid\":\"", "keyid\":\"0"),
        with("sig\":\"", "sig\":\"="), dump_pretty(json)}) {
    EXPECT_TRUE(refusal(bytes).starts_with("form: ")) << bytes << refusal(bytes);
  }
}

TEST_F(Envelope, RefusesUnpaddedUrlSafeAndLooseBase64) {
  const std::string sig = base64_encode(*key_.sign(pae(kPayloadType, "a")));
  EXPECT_EQ(refusal(joined("YQ==", sig)), "");
  for (const char* payload : {"YQ", "YR==", "YQ= =", "-_8="}) {
    EXPECT_TRUE(refusal(joined(payload, sig)).starts_with("form: payload: ")) << payload;
  }
}

TEST_F(Envelope, RefusesAKeyThatIsNotTrusted) {
  const std::vector<PublicKey> other{SigningKey::generate()->public_key()};
  EXPECT_TRUE(open_envelope(sealed_, other).error().what().starts_with("key: "));
  EXPECT_TRUE(open_envelope(sealed_, {}).error().what().starts_with("key: "));
}

TEST_F(Envelope, RefusesATrustedKeysNameOnAnothersSignature) {
  const SigningKey other = *SigningKey::generate();
  const std::string sig = base64_encode(*other.sign(pae(kPayloadType, kText)));
  EXPECT_TRUE(refusal(joined(base64_encode(kText), sig)).starts_with("signature: "));
  // Both are trusted, and the name says which one counts.
  const std::vector<PublicKey> both{key_.public_key(), other.public_key()};
  EXPECT_FALSE(open_envelope(joined(base64_encode(kText), sig), both));
  EXPECT_TRUE(open_envelope(*seal(kText, other), both));
}

TEST_F(Envelope, RefusesASignatureOfSomethingElse) {
  for (const std::string& message :
       {std::string(kText), pae("application/json", kText), pae(kPayloadType, "{}"),
        pae(kPayloadType, std::string(kText) + " "), std::string()}) {
    const std::string sig = base64_encode(*key_.sign(message));
    EXPECT_TRUE(refusal(joined(base64_encode(kText), sig)).starts_with("signature: ")) << message;
  }
}

TEST_F(Envelope, RefusesTheOtherFormsOfARightSignature) {
  const std::string der = *key_.sign(pae(kPayloadType, kText));
  const EcdsaSignature low = *parse_der(der);
  std::string raw(low.r.begin(), low.r.end());
  raw.append(low.s.begin(), low.s.end());
  std::string long_form = der;
  long_form.insert(1, "\x81");
  for (const std::string& other :
       {raw, der + '\0', long_form, der.substr(0, der.size() - 1), std::string()}) {
    EXPECT_TRUE(
        refusal(joined(base64_encode(kText), base64_encode(other))).starts_with("signature: "));
  }
}

TEST(SealedReport, OpensAndBindsItsSubjects) {
  const SigningKey key = *SigningKey::generate();
  const std::vector<PublicKey> trusted{key.public_key()};
  const Report report = testing::small_report();
  const auto bytes = seal_report(report, key);
  ASSERT_TRUE(bytes) << bytes.error().str();
  EXPECT_LE(bytes->size(), 14'000U);
  const auto opened = open_report(*bytes, trusted);
  ASSERT_TRUE(opened) << opened.error().str();
  EXPECT_EQ(opened->report.subject, subjects_of(report.evidence.facts));
  EXPECT_EQ(opened->report.evidence, report.evidence);

  // The sample's own subjects are made up: signed as they are they do not fit its facts.
  const auto forged = open_report(*seal(*report_to_payload(report), key), trusted);
  ASSERT_FALSE(forged);
  EXPECT_TRUE(forged.error().what().starts_with("subject: node ")) << forged.error().what();
}

TEST(SealedReport, RefusesSignedBytesThatAreNoReport) {
  const SigningKey key = *SigningKey::generate();
  const std::vector<PublicKey> trusted{key.public_key()};
  for (const char* payload : {"", "{}", "null", R"({"_type":"https://in-toto.io/Statement/v1"})"}) {
    EXPECT_FALSE(open_report(*seal(payload, key), trusted)) << payload;
  }
}

}  // namespace
}  // namespace ga
