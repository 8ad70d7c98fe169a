// keygen: makes the key pair that signs reports.
#include <fmt/format.h>

#include <filesystem>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "reports/seal/keys.h"

namespace ga {

int keygen_command(const std::string& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) {
    return fail(Error(ErrorCode::io, fmt::format("\"{}\": {}", out, error.message()))
                    .hinted("name a directory that you may write with --out"));
  }
  const Result<SigningKey> key = SigningKey::generate();
  if (!key) return fail(key.error());
  const Status written = write_key_pair(*key, out);
  if (!written) return fail(written.error());
  const std::string id = key->public_key().id();
  note(fmt::format("keep {}/key.pem secret; give {}/key.pub.pem to whoever verifies", out, out));
  note(fmt::format("next: gpuaccept run --profile hgx-h200 --key {}/key.pem", out));
  return answer(fmt::format("key id {}\n{}/key.pem\n{}/key.pub.pem\n", id, out, out));
}

}  // namespace ga
