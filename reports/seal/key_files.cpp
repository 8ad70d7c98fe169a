// Key pairs and trust folders on disk.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "reports/model/digest.h"
#include "reports/seal/keys.h"

namespace ga {
namespace {

Error io_error(const std::string& path) {
  return Error(ErrorCode::io, path + ": " + std::strerror(errno));
}

// A file that is removed again unless it was given its final name.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (made_) ::unlink(path_.c_str());
  }

  // All of `text` on disk, or an error.
  Status write(std::string_view text, mode_t mode) {
    const int fd = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (fd < 0) return io_error(path_);
    made_ = true;
    while (!text.empty()) {
      const ssize_t done = ::write(fd, text.data(), text.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(done));
    }
    const bool good = text.empty() && ::fsync(fd) == 0;
    const int reason = errno;
    const bool closed = ::close(fd) == 0;
    if (good && closed) return Ok{};
    if (!good) errno = reason;
    return io_error(path_);
  }

  // link() and not rename(): it never replaces a file that appeared meanwhile.
  Status publish(const std::string& name) {
    if (::link(path_.c_str(), name.c_str()) == 0) return Ok{};
    if (errno == EEXIST) return exists(name);
    return io_error(name);
  }

  static Error exists(const std::string& name) {
    return Error(ErrorCode::usage, "key.exists: " + name + " exists and is not overwritten")
        .hinted("choose another folder, or move the old key away");
  }

 private:
  std::string path_;
  bool made_ = false;
};

void sync_folder(const std::string& dir) {
  const int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Status write_key_pair(const SigningKey& key, const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return Error(ErrorCode::io, dir + ": " + error.message());
  const std::string secret = dir + "/key.pem";
  const std::string shown = dir + "/key.pub.pem";
  for (const std::string& name : {secret, shown}) {
    struct stat info {};
    if (::lstat(name.c_str(), &info) == 0) return NewFile::exists(name);
  }
  const std::string suffix = ".new." + std::to_string(::getpid());
  NewFile new_secret(secret + suffix);
  NewFile new_shown(shown + suffix);
  GA_CHECK(new_secret.write(key.pem(), 0600));
  GA_CHECK(new_shown.write(key.public_key().pem(), 0644));
  GA_CHECK(new_secret.publish(secret));
  if (auto status = new_shown.publish(shown); !status) {
    ::unlink(secret.c_str());  // half a pair is of no use to anybody
    return status;
  }
  sync_folder(dir);
  return Ok{};
}

Result<std::vector<PublicKey>> load_trusted(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    GA_TRY(PublicKey key, PublicKey::load(path));
    return std::vector<PublicKey>{std::move(key)};
  }
  std::vector<std::string> names;
  std::filesystem::directory_iterator entries(path, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() == ".pem") names.push_back(entries->path().string());
  }
  if (error) return Error(ErrorCode::io, path + ": " + error.message());
  std::sort(names.begin(), names.end());
  std::vector<PublicKey> keys;
  for (const std::string& name : names) {
    GA_TRY(const std::string pem, read_file(name, kMaxKeyFile));
    // A private key may lie beside its public half; it says nothing about trust.
    if (pem.find("-----BEGIN PUBLIC KEY-----") == std::string::npos) continue;
    auto key = PublicKey::from_pem(pem);
    if (!key) return std::move(key).error().with(name);
    keys.push_back(*std::move(key));
  }
  if (!keys.empty()) return keys;
  return Error(ErrorCode::usage, "key.none: " + path + " holds no *.pem file with a public key")
      .hinted("put the signer's key.pub.pem there");
}

}  // namespace ga
