// For tests only: writes a sealed report and its pieces into a folder, signed with the test key.
//   report.dsse.json  payload.json  pae.bin  signature.der  key.pub.pem
// With the argument "seeds" it writes the seed files of the fuzz targets instead.
#include <cstdio>
#include <fstream>
#include <string>

#include "reports/codec/report_codec.h"
#include "reports/codec/testing/random_report.h"
#include "reports/seal/sealed_report.h"
#include "reports/seal/testing/test_key.h"

namespace ga {
namespace {

bool write(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.close();
  if (!out) std::fprintf(stderr, "make_sealed: error: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

// The base64 of the one signature.
std::string signature_of(const std::string& sealed) {
  constexpr std::string_view kSig = "\"sig\":\"";
  const std::size_t begin = sealed.find(kSig) + kSig.size();
  return *base64_decode(std::string_view(sealed).substr(begin, sealed.find('"', begin) - begin));
}

int make(const std::string& dir, const SigningKey& key) {
  const std::string sealed = *seal_report(testing::small_report(), key);
  const PublicKey trusted[] = {key.public_key()};
  const Opened opened = *open_envelope(sealed, trusted);
  const bool good = write(dir + "/report.dsse.json", sealed) &&
                    write(dir + "/payload.json", opened.payload) &&
                    write(dir + "/pae.bin", pae(kPayloadType, opened.payload)) &&
                    write(dir + "/signature.der", signature_of(sealed)) &&
                    write(dir + "/key.pub.pem", key.public_key().pem());
  return good ? 0 : 1;
}

int make_seeds(const std::string& dir, const SigningKey& key) {
  const bool good =
      write(dir + "/envelope_fuzz/bare.json", *seal_report(testing::bare_report(), key)) &&
      write(dir + "/envelope_fuzz/short.json", *seal("{}", key)) &&
      write(dir + "/report_fuzz/bare.json", *report_to_payload(testing::bare_report())) &&
      write(dir + "/report_fuzz/small.json", *report_to_payload(testing::small_report()));
  return good ? 0 : 1;
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: make_sealed FOLDER [seeds]\n");
    return 2;
  }
  const ga::SigningKey key = *ga::SigningKey::from_pem(ga::testing::kTestKeyPem);
  return argc > 2 ? ga::make_seeds(argv[1], key) : ga::make(argv[1], key);
}
