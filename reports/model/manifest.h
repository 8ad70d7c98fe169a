// Manifest: which serial numbers were delivered, and to which node. A report carries the part of it
// that concerns its node, so that whoever holds the report can judge again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ga {

struct ManifestRow {
  std::string node, serial;  // the node's name, the serial number of one of its GPUs
  friend bool operator==(const ManifestRow&, const ManifestRow&) = default;
};

// Of the whole file the digest and the number of rows; of its rows those that name this node, and
// those that give a serial number found here to another node; in the order of the file.
struct ManifestExcerpt {
  std::string sha256;
  std::int64_t rows = 0;
  std::vector<ManifestRow> entries;
  friend bool operator==(const ManifestExcerpt&, const ManifestExcerpt&) = default;
};

}  // namespace ga
