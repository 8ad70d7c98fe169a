#include "acceptance/journal/log_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "reports/codec/evidence_codec.h"

namespace ga {
namespace {

// The log's part of the 4 MiB that a report may have; so many bytes are fewer lines than the 65,536
// that a list may have. The last quarter is for the first line of a boot, device and code.
constexpr std::size_t kMostLogBytes = std::size_t{1} << 20;
constexpr std::size_t kForFirstLines = kMostLogBytes / 4;
constexpr std::size_t kFirstLines = 20;  // of a kind, as a worker keeps them of one reading

std::size_t bytes_of(const LogEvent& line) { return dump(to_json(line)).size(); }

bool is_xid(std::string_view code) { return code.starts_with("xid.") || code.starts_with("sxid."); }

}  // namespace

bool LogKeeper::is_first(const LogEvent& line) const {
  const auto near = kinds_.lower_bound({line.boot, line.gpu, line.code, "", ""});
  if (near == kinds_.end()) return true;
  const auto& [boot, gpu, code, source, text] = near->first;
  return boot != line.boot || gpu != line.gpu || code != line.code;
}

void LogKeeper::take(LogEvent line, std::int64_t told_ns, std::vector<LogEvent>& log) {
  const Kind kind{line.boot, line.gpu, line.code, line.source, is_xid(line.code) ? line.text : ""};
  const auto found = kinds_.find(kind);
  if (found != kinds_.end()) {
    const std::vector<std::size_t>& at = found->second.at;
    if (std::any_of(at.begin(), at.end(), [&](std::size_t i) { return log[i] == line; })) return;
    if (at.size() > kFirstLines) return renew(found->second, std::move(line), told_ns, log);
  }
  const std::size_t most = is_first(line) ? kMostLogBytes : kMostLogBytes - kForFirstLines;
  const std::size_t bytes = bytes_of(line);
  if (bytes_ + bytes > most) return cut(line, told_ns, log);
  bytes_ += bytes;
  kinds_[kind].at.push_back(log.size());
  log.push_back(std::move(line));
}

// The newest takes the place of the one before. An older one was told of before, or is between the
// first and the newest, which say all that it would.
void LogKeeper::renew(Kept& kept, LogEvent line, std::int64_t told_ns, std::vector<LogEvent>& log) {
  const auto newer = [&](std::size_t i) { return log[i].t_ns >= line.t_ns; };
  if (std::any_of(kept.at.begin(), kept.at.end(), newer)) return;
  LogEvent& last = log[kept.at.back()];
  const std::size_t others = bytes_ - bytes_of(last), bytes = bytes_of(line);
  if (others + bytes > kMostLogBytes) return cut(line, told_ns, log);
  bytes_ = others + bytes;
  last = std::move(line);
  ++kept.more;
  LogEvent mark{.t_ns = last.t_ns,
                .source = last.source,
                .gpu = last.gpu,
                .code = "log.repeated",
                .text = fmt::format("{}: at least {} more lines", last.code, kept.more),
                .boot = last.boot};
  if (kept.mark) {
    log[*kept.mark] = std::move(mark);
    return;
  }
  bytes_ += bytes_of(mark);
  kept.mark = log.size();
  log.push_back(std::move(mark));
}

// What is left out now may be of any time: the log is not whole from now on, whenever it was said.
void LogKeeper::cut(const LogEvent& line, std::int64_t told_ns, std::vector<LogEvent>& log) {
  const std::int64_t when_ns = std::max(line.t_ns, told_ns);
  if (line.boot + 1 == cut_boots_) log[cut_at_].t_ns = std::max(log[cut_at_].t_ns, when_ns);
  if (line.boot < cut_boots_) return;
  cut_boots_ = line.boot + 1;
  cut_at_ = log.size();
  log.push_back({.t_ns = when_ns,
                 .source = line.source,
                 .gpu = "",
                 .code = "log.cut",
                 .text = "more lines than a report can carry",
                 .boot = line.boot});
}

}  // namespace ga
