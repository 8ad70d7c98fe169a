#include "acceptance/commands/run_telemetry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "acceptance/worker/spawn.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr int kMode = 0644;
constexpr int kLevel = 3;  // zstd's own default

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

Error failed(const std::string& path, int error) {
  return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(error)));
}

Status write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return Ok{};
}

// The whole of `input` as one frame; an input that is not open is empty.
Status compress(const Descriptor& input, const std::string& from, int output,
                const std::string& to) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return Error(ErrorCode::internal, "zstd: no memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> plain(ZSTD_CStreamInSize()), packed(ZSTD_CStreamOutSize());
  for (bool last = false; !last;) {
    const ssize_t got = input.open() ? ::read(input.get(), plain.data(), plain.size()) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(from, errno);
    last = got == 0;
    ZSTD_inBuffer in{plain.data(), static_cast<std::size_t>(got), 0};
    for (bool finished = false; !finished;) {
      ZSTD_outBuffer out{packed.data(), packed.size(), 0};
      const std::size_t left =
          ZSTD_compressStream2(context.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) {
        return Error(ErrorCode::internal, fmt::format("zstd: {}", ZSTD_getErrorName(left)));
      }
      GA_CHECK(write_all(output, {packed.data(), out.pos}, to));
      finished = last ? left == 0 : in.pos == in.size;
    }
  }
  return Ok{};
}

}  // namespace

Result<TelemetryRef> compress_telemetry(const std::string& from, const std::string& to) {
  const Descriptor input(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.open() && errno != ENOENT) return failed(from, errno);
  const std::string part = to + ".part";
  const Descriptor output(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!output.open()) return failed(part, errno);
  Status done = compress(input, from, output.get(), part);
  if (done && ::fsync(output.get()) != 0) done = failed(part, errno);
  if (done && ::rename(part.c_str(), to.c_str()) != 0) done = failed(to, errno);
  if (!done) {
    ::unlink(part.c_str());
    return std::move(done).error();
  }
  TelemetryRef ref;
  GA_TRY(ref.sha256, sha256_file(to));
  ref.bytes = static_cast<std::int64_t>(::lseek(output.get(), 0, SEEK_END));
  return ref;
}

}  // namespace ga
