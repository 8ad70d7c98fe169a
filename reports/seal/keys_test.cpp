#include "reports/seal/keys.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "reports/model/digest.h"
#include "reports/seal/ecdsa.h"
#include "reports/seal/envelope.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

class Keys : public ::testing::Test {
 protected:
  Keys() {
    std::string name = (fs::temp_directory_path() / "ga-keys-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  ~Keys() override { fs::remove_all(dir_); }
  std::string path(const std::string& name) const { return (dir_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  fs::path dir_;
};

// A key of another kind, as OpenSSL writes it.
std::string public_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free_all(bio);
  EVP_PKEY_free(key);
  return out;
}

std::string refusal(const std::string& pem) {
  const auto key = PublicKey::from_pem(pem);
  return key ? "" : key.error().what();
}

TEST_F(Keys, SignAndVerifyOnlyTheirOwnMessage) {
  const SigningKey key = *SigningKey::generate();
  const std::string sig = *key.sign("message");
  EXPECT_TRUE(key.public_key().verifies("message", sig));
  EXPECT_FALSE(key.public_key().verifies("massage", sig));
  EXPECT_FALSE(SigningKey::generate()->public_key().verifies("message", sig));
  EXPECT_FALSE(PublicKey().verifies("message", sig));
}

TEST_F(Keys, SignaturesAreShortestDerWithALowS) {
  const SigningKey key = *SigningKey::generate();
  for (int i = 0; i < 200; ++i) {
    const std::string sig = *key.sign("message " + std::to_string(i));
    const auto parsed = parse_der(sig);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(is_low_s(*parsed));
    EXPECT_EQ(to_der(*parsed), sig);
  }
}

// OpenSSL signs with a high s every other time, and calls it valid. Anyone can make it from the low
// one, so it would be a second signature that nobody gave.
TEST_F(Keys, RefusesAHighSThatOpensslAccepts) {
  const SigningKey key = *SigningKey::generate();
  const std::string pem = key.pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* raw = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  const auto* message = reinterpret_cast<const unsigned char*>("message");
  int high = 0;
  for (int i = 0; i < 64; ++i) {
    unsigned char der[128];
    std::size_t size = sizeof der;
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, raw);
    ASSERT_EQ(EVP_DigestSign(context, der, &size, message, 7), 1);
    EVP_MD_CTX_free(context);
    const std::string sig(reinterpret_cast<const char*>(der), size);
    const bool low = is_low_s(*parse_der(sig));
    high += low ? 0 : 1;
    EXPECT_EQ(key.public_key().verifies("message", sig), low);
    EXPECT_TRUE(key.public_key().verifies("message", to_der(lowered(*parse_der(sig)))));
  }
  EXPECT_GT(high, 0);  // missed once in 2^64 runs
  EVP_PKEY_free(raw);
  BIO_free_all(bio);
}

TEST_F(Keys, TheIdIsTheDigestOfTheSpki) {
  const PublicKey key = SigningKey::generate()->public_key();
  std::string base64 = key.pem();
  base64 = base64.substr(base64.find('\n') + 1);
  base64 = base64.substr(0, base64.find("-----"));
  std::erase(base64, '\n');
  EXPECT_EQ(key.id(), sha256_hex(*base64_decode(base64)));
}

TEST_F(Keys, RefusesOtherKindsOfKey) {
  EXPECT_TRUE(refusal(public_pem(EVP_EC_gen("P-384"))).starts_with("key.kind: "));
  EXPECT_TRUE(refusal(public_pem(EVP_EC_gen("secp256k1"))).starts_with("key.kind: "));
  EXPECT_TRUE(refusal(public_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")))
                  .starts_with("key.kind: "));
  EXPECT_TRUE(refusal(public_pem(EVP_RSA_gen(2048))).starts_with("key.kind: "));
}

// The same point, written shorter: it would have another id.
TEST_F(Keys, RefusesACompressedPoint) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed");
  EXPECT_TRUE(refusal(public_pem(key)).starts_with("key.kind: "));
}

TEST_F(Keys, RefusesFilesThatAreNotOnePublicKey) {
  const SigningKey key = *SigningKey::generate();
  const std::string pem = key.public_key().pem();
  EXPECT_TRUE(refusal("").starts_with("key.block: "));
  EXPECT_TRUE(refusal("ssh-rsa AAAA").starts_with("key.block: "));
  EXPECT_TRUE(refusal(key.pem()).starts_with("key.label: the PEM block is \"PRIVATE KEY\""));
  EXPECT_TRUE(refusal(pem + pem).starts_with("key.one: "));
  std::string broken = pem;
  broken.replace(broken.find("MFkw"), 4, "MFkx");
  EXPECT_TRUE(refusal(broken).starts_with("key.broken: "));
  EXPECT_TRUE(refusal(pem.substr(0, 60)).starts_with("key.broken: "));
}

TEST_F(Keys, ASecretKeyIsUnencryptedPkcs8OfP256) {
  const SigningKey key = *SigningKey::generate();
  EXPECT_EQ(SigningKey::from_pem(key.pem())->public_key().id(), key.public_key().id());
  const auto refused = [](const std::string& pem) {
    const auto loaded = SigningKey::from_pem(pem);
    return loaded ? "" : loaded.error().what();
  };
  EXPECT_TRUE(refused(key.public_key().pem()).starts_with("key.label: "));
  EXPECT_TRUE(refused("-----BEGIN EC PRIVATE KEY-----\n").starts_with("key.label: "));
  EXPECT_TRUE(refused("-----BEGIN ENCRYPTED PRIVATE KEY-----\n").starts_with("key.label: "));
  EXPECT_TRUE(refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
                  .starts_with("key.broken: "));
  EVP_PKEY* other = EVP_EC_gen("P-384");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, other, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  EXPECT_TRUE(refused(std::string(data, static_cast<std::size_t>(size))).starts_with("key.kind: "));
  BIO_free_all(bio);
  EVP_PKEY_free(other);
}

// A file whose public half was replaced by another key's.
TEST_F(Keys, RefusesToSignWithHalvesThatDoNotFit) {
  const auto der = [](const std::string& pem) {
    std::string base64 = pem.substr(pem.find('\n') + 1);
    base64 = base64.substr(0, base64.find("-----"));
    std::erase(base64, '\n');
    return *base64_decode(base64);
  };
  const std::string mine = der(SigningKey::generate()->pem());
  const std::string other = der(SigningKey::generate()->pem());
  const std::string mixed = mine.substr(0, mine.size() - 64) + other.substr(other.size() - 64);
  const auto key = SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\n" + base64_encode(mixed) +
                                        "\n-----END PRIVATE KEY-----\n");
  if (!key) return;  // refused when it was read: better still
  const auto sig = key->sign("message");
  ASSERT_FALSE(sig);
  EXPECT_TRUE(sig.error().what().starts_with("key.halves: ")) << sig.error().what();
}

TEST_F(Keys, WritesAPairThatLoadsAndOnlyTheOwnerCanRead) {
  const SigningKey key = *SigningKey::generate();
  ASSERT_TRUE(write_key_pair(key, path("new/folder")));
  EXPECT_EQ(SigningKey::load(path("new/folder/key.pem"))->public_key().id(), key.public_key().id());
  EXPECT_EQ(PublicKey::load(path("new/folder/key.pub.pem"))->id(), key.public_key().id());
  struct stat info {};
  ASSERT_EQ(::stat(path("new/folder/key.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(path("new/folder")), {}), 2);
}

TEST_F(Keys, NeverOverwritesAKey) {
  const SigningKey key = *SigningKey::generate();
  for (const char* present : {"key.pem", "key.pub.pem"}) {
    fs::remove_all(dir_);
    fs::create_directory(dir_);
    write(present, "kept");
    const auto status = write_key_pair(key, dir_.string());
    ASSERT_FALSE(status);
    EXPECT_TRUE(status.error().what().starts_with("key.exists: ")) << status.error().what();
    EXPECT_EQ(*read_file(path(present)), "kept");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_), {}), 1);
  }
  fs::remove_all(dir_);
  fs::create_directory(dir_);
  fs::create_symlink("/nowhere/at/all", path("key.pem"));  // a dangling link is not followed
  EXPECT_FALSE(write_key_pair(key, dir_.string()));
}

TEST_F(Keys, SaysWhatToGiveWhereAFileHoldsNoKey) {
  std::ofstream(path("text.pem")) << "hello";
  for (const char* name : {"text.pem", "absent.pem"}) {
    const auto secret = SigningKey::load(path(name));
    ASSERT_FALSE(secret);
    EXPECT_TRUE(secret.error().what().starts_with(path(name))) << secret.error().what();
    EXPECT_NE(secret.error().hint().find("gpuaccept keygen"), std::string::npos);
    const auto shown = PublicKey::load(path(name));
    ASSERT_FALSE(shown);
    EXPECT_NE(shown.error().hint().find("key.pub.pem"), std::string::npos);
  }
}

// A file size limit is what a full disk looks like to write().
TEST_F(Keys, LeavesNoHalfKeyOnAFullDisk) {
  const SigningKey key = *SigningKey::generate();
  for (const rlim_t room : {rlim_t{0}, rlim_t{100}, rlim_t{200}}) {
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small { room, before.rlim_max };
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto status = write_key_pair(key, dir_.string());
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), ErrorCode::io);
    EXPECT_TRUE(fs::is_empty(dir_)) << room;
  }
}

TEST_F(Keys, TrustIsAFileOrEveryPublicKeyOfAFolder) {
  const SigningKey a = *SigningKey::generate();
  const SigningKey b = *SigningKey::generate();
  ASSERT_TRUE(write_key_pair(a, dir_.string()));
  EXPECT_EQ(load_trusted(path("key.pub.pem"))->size(), 1U);
  EXPECT_EQ(load_trusted(dir_.string())->size(), 1U);  // the private key is passed over
  write("b.pem", b.public_key().pem());
  write("readme.txt", "no key");
  const auto both = load_trusted(dir_.string());
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ((*both)[0].id(), b.public_key().id());
}

TEST_F(Keys, TrustThatIsNotThereOrNotP256IsAnError) {
  EXPECT_TRUE(load_trusted(dir_.string()).error().what().starts_with("key.none: "));
  EXPECT_EQ(load_trusted(path("absent.pem")).error().code(), ErrorCode::io);
  write("good.pem", SigningKey::generate()->public_key().pem());
  write("other.pem", public_pem(EVP_EC_gen("P-384")));
  const auto trusted = load_trusted(dir_.string());
  ASSERT_FALSE(trusted);
  EXPECT_EQ(trusted.error().what().find(path("other.pem") + ": key.kind: "), 0U)
      << trusted.error().what();
}

}  // namespace
}  // namespace ga
