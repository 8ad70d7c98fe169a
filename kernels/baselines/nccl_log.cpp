#include "kernels/baselines/nccl_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "reports/model/digest.h"

namespace ga {
namespace {

// A line for each call of a run that may be long; more than this is not NCCL's.
constexpr std::size_t kMostLogBytes = std::size_t{256} << 20;

// Reads a message from the left; once something does not fit, nothing fits any more.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view expected) {
    good_ = good_ && rest_.starts_with(expected);
    if (good_) rest_.remove_prefix(expected.size());
  }

  // Digits alone, not negative.
  std::int64_t number() {
    std::int64_t value = 0;
    const char* const end = rest_.data() + rest_.size();
    good_ = good_ && !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_[0])) != 0;
    if (!good_) return 0;
    const auto [at, error] = std::from_chars(rest_.data(), end, value);
    good_ = error == std::errc();
    rest_.remove_prefix(static_cast<std::size_t>(at - rest_.data()));
    return good_ ? value : 0;
  }

  // Letters, digits and underscores, made lower case.
  std::string word() {
    std::string text;
    while (good_ && !rest_.empty() && fits(rest_[0])) {
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(rest_[0])));
      rest_.remove_prefix(1);
    }
    good_ = good_ && !text.empty();
    return text;
  }

  bool good() const { return good_; }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  static bool fits(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

  std::string_view rest_;
  bool good_ = true;
};

// "AllReduce: 1048576 Bytes -> Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15}"
std::optional<NcclCall> plain_call(std::string_view message) {
  Reader read(message);
  NcclCall call;
  read.literal("AllReduce: ");
  call.bytes = read.number();
  read.literal(" Bytes -> Algo ");
  call.algorithm = read.word();
  read.literal(" proto ");
  call.protocol = read.word();
  read.literal(" channel{Lo..Hi}={");
  const std::int64_t low = read.number();
  read.literal("..");
  const std::int64_t high = read.number();
  read.literal("}");
  if (!read.at_end() || call.algorithm == "unknown" || high < low || high - low > 1024) return {};
  call.channels = static_cast<int>(high - low + 1);
  return call;
}

// "AllReduce [Symmetric]: 8192 Bytes -> Kernel AllReduce_AGxLL_R nchannels 4 nthreads 512 nWorks
// 1", the last two words from 2.28 on.
std::optional<NcclCall> symmetric_call(std::string_view message) {
  Reader read(message);
  NcclCall call;
  call.algorithm = "symmetric";
  read.literal("AllReduce [Symmetric]: ");
  call.bytes = read.number();
  read.literal(" Bytes -> Kernel ");
  call.protocol = read.word();
  read.literal(" nchannels ");
  const std::int64_t channels = read.number();
  read.literal(" nthreads ");
  read.number();
  if (!read.at_end()) {
    read.literal(" nWorks ");
    read.number();
  }
  if (!read.at_end() || channels < 1 || channels > 1024) return {};
  call.channels = static_cast<int>(channels);
  return call;
}

// Up to 2.28 NCCL goes on without NVLS where multicast memory is refused, unless it was demanded;
// from 2.29 on it fails. Where the algorithm was demanded, the call finds none.
bool refuses_nvls(std::string_view message) {
  if (message.starts_with("NVLS multicast support is not available on dev ")) return true;
  if (message.starts_with("Failed to bind NVLink SHARP (NVLS) Multicast memory ")) return true;
  return message.find("o algorithm/protocol available for function AllReduce ") < 16 &&
         message.find(" NCCL_ALGO was set to NVLS.") != std::string_view::npos;
}

// What follows "NCCL INFO " or "NCCL WARN "; empty where a line has neither.
std::string_view message_of(std::string_view line) {
  for (const std::string_view mark : {"NCCL INFO ", "NCCL WARN "}) {
    const std::size_t at = line.find(mark);
    if (at != std::string_view::npos) return line.substr(at + mark.size());
  }
  return {};
}

bool same(const NcclCall& a, const NcclCall& b) {
  return a.bytes == b.bytes && a.algorithm == b.algorithm && a.protocol == b.protocol &&
         a.channels == b.channels;
}

void add(std::vector<NcclCall>& calls, NcclCall call) {
  call.times = 1;
  for (NcclCall& known : calls) {
    if (same(known, call)) {
      ++known.times;
      return;
    }
  }
  calls.push_back(std::move(call));
}

std::string short_text(const NcclCall& call) {
  return fmt::format("{} {} {}ch", call.algorithm, call.protocol, call.channels);
}

}  // namespace

NcclLog parse_nccl_log(std::string_view text) {
  NcclLog log;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view message = message_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (message.empty()) continue;
    std::optional<NcclCall> call = plain_call(message);
    if (!call) call = symmetric_call(message);
    if (call) add(log.calls, *std::move(call));
    if (log.nvls_refused.empty() && refuses_nvls(message)) log.nvls_refused = message;
  }
  return log;
}

Result<NcclLog> read_nccl_log(const std::string& path) {
  GA_TRY(const std::string text, read_file(path, kMostLogBytes));
  return parse_nccl_log(text);
}

Result<NcclCall> nccl_call(const NcclLog& log, std::int64_t bytes) {
  std::vector<NcclCall> found;
  for (const NcclCall& call : log.calls) {
    if (call.bytes == bytes) found.push_back(call);
  }
  if (found.empty()) {
    return Error(ErrorCode::environment,
                 fmt::format("NCCL's log tells of no all-reduce of {} bytes", bytes))
        .hinted("one rank alone only copies; otherwise this version of NCCL logs in another way");
  }
  if (found.size() > 1) {
    return Error(ErrorCode::environment,
                 fmt::format("NCCL ran all-reduces of {} bytes in {} ways: {} and {}", bytes,
                             found.size(), short_text(found[0]), short_text(found[1])));
  }
  return found.front();
}

std::string nccl_algorithm(std::string_view version, const NcclCall& call) {
  return fmt::format("nccl {} {}", version, short_text(call));
}

}  // namespace ga
