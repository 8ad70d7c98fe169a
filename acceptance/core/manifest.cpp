#include "acceptance/core/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "reports/codec/checked.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 20;
constexpr std::size_t kMostOfNode = 1024;
constexpr std::string_view kHeader = "node,serial";

Error refused(const std::string& where, const std::string& why, const std::string& remedy) {
  return Error(ErrorCode::parse, fmt::format("{}: {}", where, why)).hinted(remedy);
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Status check_word(const std::string& where, std::string_view what, std::string_view word) {
  if (word.empty()) {
    return refused(where, fmt::format("the {} is empty", what), "fill it in, or remove the row");
  }
  if (word.size() > kMaxName || !is_plain(word)) {
    return refused(where,
                   fmt::format("the {} has other characters than letters, digits, - _ .", what),
                   "write it as the part's label has it; a spreadsheet must keep it as text");
  }
  return Ok{};
}

// Collects rows and refuses what no delivery has.
class RowReader {
 public:
  Status add(const std::string& where, std::string_view node, std::string_view serial) {
    GA_CHECK(check_word(where, "node", node));
    GA_CHECK(check_word(where, "serial", serial));
    ManifestRow row{std::string(node), std::string(serial)};
    const auto [before, fresh] = seen_.try_emplace({row.node, row.serial}, where);
    if (!fresh) {
      return refused(where, fmt::format("the row stands twice, first at {}", before->second),
                     "remove one of them");
    }
    if (++of_node_[row.node] > kMostOfNode) {
      return refused(where, fmt::format("more than {} GPUs of node {}", kMostOfNode, row.node),
                     "check the column `node`");
    }
    rows_.push_back(std::move(row));
    return Ok{};
  }
  std::vector<ManifestRow> take() { return std::move(rows_); }

 private:
  std::vector<ManifestRow> rows_;
  std::map<std::pair<std::string, std::string>, std::string> seen_;
  std::map<std::string, std::size_t> of_node_;
};

// The next line without its end, "\n" or "\r\n"; `text` begins behind it afterwards.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Status read_csv(std::string_view text, const std::string& file, RowReader& rows) {
  if (take_line(text) != kHeader) {
    return refused(file + ":1", fmt::format("the first line is not \"{}\"", kHeader),
                   "save as CSV with commas, without a byte-order mark, with these two columns");
  }
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string where = fmt::format("{}:{}", file, number);
    const std::string_view line = take_line(text);
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos || line.find(',', comma + 1) != std::string_view::npos) {
      return refused(where, "not two columns", "write a node and a serial number, one comma");
    }
    GA_CHECK(rows.add(where, line.substr(0, comma), line.substr(comma + 1)));
  }
  return Ok{};
}

Status read_json(std::string_view text, const std::string& file, RowReader& rows) {
  const auto in_file = [&](Error error) {
    return std::move(error).with(file).hinted("docs/manifest-format.md has the form");
  };
  const Result<Json> json = parse_json(text);
  if (!json) return in_file(json.error());
  Fields fields(*json, "manifest");
  if (fields.integer("format") != 1 && fields.ok()) fields.refuse("format", "only 1 is known");
  const JsonArray& gpus = fields.array("gpus");
  if (Status whole = fields.close(); !whole) return in_file(whole.error());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const std::string at = fmt::format("manifest.gpus[{}]", i);
    Fields row(gpus[i], at);
    const std::string node = row.text("node");
    const std::string serial = row.text("serial");
    if (Status read = row.close(); !read) return in_file(read.error());
    GA_CHECK(rows.add(fmt::format("{}: {}", file, at), node, serial));
  }
  return Ok{};
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, const std::string& file) {
  if (text.size() > kMostBytes) {
    return refused(file, "more than 32 MiB", "give the manifest of this delivery alone");
  }
  RowReader rows;
  const bool json =
      text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())).starts_with('{');
  GA_CHECK(json ? read_json(text, file, rows) : read_csv(text, file, rows));
  Manifest manifest{.sha256 = sha256_hex(text), .rows = rows.take()};
  if (manifest.rows.empty()) {
    return refused(file, "no GPU is listed", "list each GPU that was delivered");
  }
  return manifest;
}

ManifestExcerpt excerpt_of(const Manifest& manifest, const Facts& facts) {
  std::set<std::string, std::less<>> here;
  for (const GpuFacts& gpu : facts.gpus) {
    if (gpu.serial) here.insert(*gpu.serial);
  }
  ManifestExcerpt excerpt{.sha256 = manifest.sha256,
                          .rows = static_cast<std::int64_t>(manifest.rows.size()),
                          .entries = {}};
  for (const ManifestRow& row : manifest.rows) {
    const bool of_node = facts.node.name && row.node == *facts.node.name;
    if (of_node || here.contains(row.serial)) excerpt.entries.push_back(row);
  }
  return excerpt;
}

}  // namespace ga
