// Record: one line of the journal. {n, prev, t_ns, type, body, sum}: prev is the SHA-256 of the
// line before (64 zeros for the first), sum that of the line itself up to the sum. prev binds the
// order; sum lets the last line, which nothing follows, be checked too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/codec/json.h"

namespace ga {

inline constexpr std::size_t kMaxRecord = std::size_t{4} << 20;

struct Record {
  std::int64_t n = 0;
  std::string prev;       // of the line before
  std::int64_t t_ns = 0;  // monotonic
  std::string type;
  Json body;
  friend bool operator==(const Record&, const Record&) = default;
};

std::string no_record_hash();  // the prev of the first record

// The line without its newline. Its SHA-256 is the next record's prev.
std::string encode_record(const Record& record);
// Strict: one byte form, and the sum must hold.
Result<Record> decode_record(std::string_view line);

}  // namespace ga
