#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "acceptance/node/bmc.h"
#include "reports/codec/toml.h"
#include "reports/model/digest.h"

namespace ga {

namespace {

constexpr std::size_t kMostBmcFileBytes = 64 << 10;

bool is_hex_digest(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// A host, or a host and a port; nothing that could begin a path or another user.
bool is_address(const std::string& text) {
  return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

Result<BmcAccess> read_bmc_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error(ErrorCode::usage, path + " holds a password and others may read it")
        .hinted("chmod 600 " + path);
  }
  GA_TRY(const std::string text, read_file(path, kMostBmcFileBytes));
  GA_TRY(TomlTable table, TomlTable::parse(text, path));
  BmcAccess access;
  access.address = table.text("address");
  access.user = table.text("user");
  access.password = table.text("password");
  access.ca_file = table.optional_text("ca_file").value_or("");
  access.public_key_sha256 = table.optional_text("public_key_sha256").value_or("");
  if (table.ok()) {
    if (!is_address(access.address))
      table.refuse("address", "must be a host, or a host and a port");
    if (access.ca_file.empty() == access.public_key_sha256.empty()) {
      table.refuse("address", "needs one of ca_file and public_key_sha256",
                   "docs/bmc.md says how to get either");
    }
    if (!access.public_key_sha256.empty() && !is_hex_digest(access.public_key_sha256)) {
      table.refuse("public_key_sha256", "must be 64 lower-case hexadecimal digits");
    }
  }
  GA_CHECK(table.close());
  return access;
}

}  // namespace ga
