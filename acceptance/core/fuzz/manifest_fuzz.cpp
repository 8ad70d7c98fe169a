// Any bytes as a manifest: refused with the file's name, or read into rows that mean something.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/core/manifest.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = ga::parse_manifest(text, "fuzz.csv");
  if (!manifest) {
    demand(manifest.error().what().find("fuzz.csv") != std::string::npos);
    return 0;
  }
  demand(!manifest->rows.empty());
  for (const ga::ManifestRow& row : manifest->rows) {
    for (const std::string& word : {row.node, row.serial}) {
      demand(!word.empty() && word.find_first_of(" ,\"\r\n") == std::string::npos);
    }
  }
  return 0;
}
