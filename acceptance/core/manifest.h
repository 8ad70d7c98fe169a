// The delivery's manifest, as a buyer writes it: CSV or JSON, docs/manifest-format.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/model/facts.h"
#include "reports/model/manifest.h"
#include "reports/model/result.h"

namespace ga {

struct Manifest {
  std::string sha256;             // of the file's bytes
  std::vector<ManifestRow> rows;  // never empty
};

// `file` is only named in complaints. Refused, with line or field and remedy: more than 32 MiB,
// anything but the two columns, an empty or odd name or serial number, a row that stands twice,
// more than 1024 GPUs of one node. A serial number of two nodes is read: a gate reports it.
Result<Manifest> parse_manifest(std::string_view text, const std::string& file);

ManifestExcerpt excerpt_of(const Manifest& manifest, const Facts& facts);

}  // namespace ga
