// A tree of digests over the tiles of an output: one root commits to all of them, and any set of
// tiles can be opened against it later.
//
// The tree is RFC 6962's (section 2.1: a leaf is hashed with a leading byte 0, a node with 1), for
// a power of two of leaves. Several leaves are opened together: what one of them or a pair of them
// yields is not written down again, so that 460 of 1,024 leaves need about 380 digests and not
// 4,600.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/digest.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

Digest leaf_digest(std::string_view bytes);

class MerkleTree {
 public:
  // Precondition: a power of two of leaves, at least one.
  explicit MerkleTree(std::vector<Digest> leaves);

  std::string root() const { return hex_of(levels_.back().front()); }

  // For these leaves, ascending and without repetition. Each path has the siblings, leaf first,
  // that no opened leaf yields; the lowest opened leaf below a node is the one that names its
  // sibling.
  std::vector<Opening> open(const std::vector<std::int64_t>& leaves) const;

 private:
  std::vector<std::vector<Digest>> levels_;  // leaves first
};

// The root that these leaves and paths lead to, in a tree of so many leaves. An error where the
// openings are not in the one form that MerkleTree::open() gives: a leaf out of order, a sibling
// too many or too few, what is no digest.
Result<std::string> root_of(std::int64_t leaf_count, const std::vector<Opening>& openings,
                            const std::map<std::int64_t, Digest>& leaves);

// Which leaves a root opens, ascending: `count` different ones of `leaf_count`, drawn from SHA-256
// of the root. Whoever made the tree cannot choose them without making another tree.
std::vector<std::int64_t> opened_leaves(std::string_view root, std::int64_t leaf_count,
                                        std::int64_t count);

}  // namespace ga
