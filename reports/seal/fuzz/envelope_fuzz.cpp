// The envelope's reader with a key that everyone knows: what opens must be exactly what sealing its
// payload writes around the same signature, and must be strict JSON that says the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "reports/codec/json.h"
#include "reports/seal/envelope.h"
#include "reports/seal/testing/test_key.h"

namespace {

const ga::SigningKey& key() {
  static const ga::SigningKey made = *ga::SigningKey::from_pem(ga::testing::kTestKeyPem);
  return made;
}

// Whatever the bytes are, base64 has one text for them and they come back.
void check_base64(std::string_view bytes) {
  const auto back = ga::base64_decode(ga::base64_encode(bytes));
  if (!back || *back != bytes) std::abort();
  const auto decoded = ga::base64_decode(bytes);
  if (decoded && ga::base64_encode(*decoded) != bytes) std::abort();
}

void check_opened(std::string_view bytes, const ga::Opened& opened) {
  const auto json = ga::parse_json(bytes);
  if (!json || ga::dump(*json) + "\n" != bytes) std::abort();
  const ga::Json* payload = json->find("payload");
  if (payload == nullptr || payload->as_string() != ga::base64_encode(opened.payload)) std::abort();
  if (opened.key_id != key().public_key().id()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ga::PublicKey trusted[] = {key().public_key()};
  const auto opened = ga::open_envelope(bytes, trusted);
  if (opened) {
    check_opened(bytes, *opened);
  } else if (opened.error().what().find(": ") == std::string::npos) {
    std::abort();  // a refusal names its step
  }
  check_base64(bytes);
  // The bytes as a payload: sealed they open, and with any one bit of the file turned they do not.
  std::string sealed = *ga::seal(bytes, key());
  if (!ga::open_envelope(sealed, trusted)) std::abort();
  const std::size_t at = size == 0 ? 0 : (data[0] * std::size_t{257} + size) % sealed.size();
  sealed[at] = static_cast<char>(sealed[at] ^ (1 << (size % 8)));
  if (ga::open_envelope(sealed, trusted)) std::abort();
  return 0;
}
