// Openings of a tree as a report may have them: no bytes lead root_of() astray, and what it takes
// is what MerkleTree::open() gives, tile by tile and path by path.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "reports/model/merkle.h"

namespace {

constexpr std::int64_t kLeaves = 16;

void demand(bool holds) {
  if (!holds) std::abort();
}

ga::MerkleTree tree_of(std::map<std::int64_t, ga::Digest>& leaves) {
  std::vector<ga::Digest> all;
  for (std::int64_t leaf = 0; leaf < kLeaves; ++leaf) {
    all.push_back(ga::leaf_digest(std::to_string(leaf)));
    leaves.emplace(leaf, all.back());
  }
  return ga::MerkleTree(std::move(all));
}

std::vector<std::int64_t> tiles_of(const std::vector<ga::Opening>& openings) {
  std::vector<std::int64_t> tiles;
  for (const ga::Opening& opening : openings) tiles.push_back(opening.tile);
  return tiles;
}

}  // namespace

// Two bytes say which leaves are opened; each further pair takes an opening and changes it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::map<std::int64_t, ga::Digest> leaves;
  const ga::MerkleTree tree = tree_of(leaves);
  std::vector<std::int64_t> opened;
  for (std::int64_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (((data[0] | data[1] << 8) >> leaf & 1) != 0) opened.push_back(leaf);
  }
  const std::vector<ga::Opening> honest = tree.open(opened);
  std::vector<ga::Opening> openings = honest;
  for (std::size_t i = 2; i + 1 < size && !openings.empty(); i += 2) {
    ga::Opening& opening = openings[data[i] % openings.size()];
    const std::string digest = ga::hex_of(leaves.at(data[i + 1] % kLeaves));
    switch (data[i] / 16 % 6) {
      case 0:
        opening.tile = static_cast<std::int8_t>(data[i + 1]);
        break;
      case 1:
        opening.path.push_back(digest);
        break;
      case 2:
        opening.path.insert(opening.path.begin(), digest);
        break;
      case 3:
        opening.path.assign(1, std::string(1, static_cast<char>(data[i + 1])));
        break;
      case 4:
        opening.path.clear();
        break;
      default:
        std::swap(opening, openings[data[i + 1] % openings.size()]);
        break;
    }
  }
  const auto root = ga::root_of(kLeaves, openings, leaves);
  demand(root || !opened.empty() ? true : honest.empty());
  if (openings == honest && !honest.empty()) demand(root && *root == tree.root());
  if (root && *root == tree.root()) demand(openings == tree.open(tiles_of(openings)));
  return 0;
}
