#include "acceptance/journal/record.h"

#include <fmt/format.h>

#include "reports/codec/checked.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::string_view kSumKey = ",\"sum\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kHexDigits = 64;
constexpr std::size_t kTail = kSumKey.size() + kHexDigits + kEnd.size();

// The line up to its sum, without the brace that ends it.
std::string without_sum(const Record& record) {
  Json out;
  out.add("n", record.n).add("prev", record.prev).add("t_ns", record.t_ns);
  out.add("type", record.type).add("body", record.body);
  std::string text = dump(out);
  text.pop_back();
  return text;
}

}  // namespace

std::string no_record_hash() { return std::string(kHexDigits, '0'); }

std::string encode_record(const Record& record) {
  std::string line = without_sum(record);
  const std::string sum = sha256_hex(line);
  line += kSumKey;
  line += sum;
  line += kEnd;
  return line;
}

Result<Record> decode_record(std::string_view line) {
  if (line.size() > kMaxRecord) return Error(ErrorCode::parse, "the record is too long");
  if (line.size() < kTail || line.substr(line.size() - kTail, kSumKey.size()) != kSumKey) {
    return Error(ErrorCode::parse, "the record does not end with its sum");
  }
  const std::string_view text = line.substr(0, line.size() - kTail);
  if (line.substr(line.size() - kEnd.size() - kHexDigits, kHexDigits) != sha256_hex(text)) {
    return Error(ErrorCode::parse, "the record's sum does not hold");
  }
  GA_TRY(const Json json, parse_json(line));
  Fields fields(json, "record");
  Record record;
  record.n = read_count(fields, "n");
  record.prev = read_digest(fields, "prev");
  record.t_ns = read_count(fields, "t_ns");
  record.type = read_name(fields, "type");
  record.body = fields.any("body");
  (void)read_digest(fields, "sum");  // held above
  GA_CHECK(fields.close());
  if (encode_record(record) != line) {
    return Error(ErrorCode::parse, "the record is not in its one byte form");
  }
  return record;
}

}  // namespace ga
