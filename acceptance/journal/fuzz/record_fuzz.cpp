// Any bytes as a line of the journal: what is taken is written back byte for byte, and so is the
// entry inside. The bytes are tried as they are and, so that a fuzzer gets past the sum, as the
// body of a record whose sum holds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/journal/entry.h"
#include "acceptance/journal/record.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void try_entry(const ga::Record& record) {
  const auto entry = ga::entry_from_json(record.type, record.body);
  if (!entry) return;
  demand(ga::type_of(*entry) == record.type);
  const auto again = ga::entry_from_json(record.type, ga::to_json(*entry));
  demand(again && *again == *entry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto record = ga::decode_record(text)) {
    demand(ga::encode_record(*record) == text);
    try_entry(*record);
  }
  // "TYPE BODY"
  const std::size_t space = text.find(' ');
  if (space == text.npos) return 0;
  const auto body = ga::parse_json(text.substr(space + 1));
  if (!body) return 0;
  const ga::Record record{.n = 0,
                          .prev = ga::no_record_hash(),
                          .t_ns = 0,
                          .type = std::string(text.substr(0, space)),
                          .body = *body};
  if (const auto again = ga::decode_record(ga::encode_record(record))) {
    demand(*again == record);
    try_entry(record);
  }
  return 0;
}
