// The strict TOML reader, driven by the document itself: every key is asked for as what it may be.
//
// No document may crash it, a key that exists must be found, and a document of which every key was
// asked for and nothing refused must close without a complaint.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/codec/toml.h"

namespace {

// Reads every key of `table` as kind number `kind`, kinds changing from key to key.
void read_all(ga::TomlTable table, unsigned kind, int depth) {
  if (depth > 64) return;
  for (const std::string& key : table.keys()) {
    if (!table.has(key) || table.where(key).empty()) std::abort();
    switch (kind++ % 7) {
      case 0:
        (void)table.text(key);
        break;
      case 1:
        (void)table.integer(key);
        break;
      case 2:
        if (!std::isfinite(table.number(key))) std::abort();
        break;
      case 3:
        (void)table.flag(key);
        break;
      case 4:
        (void)table.texts(key);
        break;
      case 5:
        read_all(table.table(key), kind, depth + 1);
        break;
      default:
        for (const ga::TomlTable& element : table.tables(key)) read_all(element, kind, depth + 1);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto table = ga::TomlTable::parse(text, "fuzz.toml");
  if (!table) {
    if (!table.error().what().starts_with("fuzz.toml")) std::abort();
    return 0;
  }
  const bool empty = table->keys().empty();
  read_all(*table, data[0], 0);
  const auto closed = table->close();
  if (closed && !table->ok()) std::abort();
  if (!closed && (empty || !closed.error().what().starts_with("fuzz.toml:"))) std::abort();
  return 0;
}
