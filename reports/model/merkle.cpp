#include "reports/model/merkle.h"

#include <set>
#include <utility>

namespace ga {
namespace {

std::string bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest node_digest(const Digest& left, const Digest& right) {
  return sha256("\x01" + bytes_of(left) + bytes_of(right));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<Digest> digest_from_hex(const std::string& text) {
  Digest digest{};
  bool good = text.size() == 2 * digest.size();
  for (std::size_t i = 0; good && i < digest.size(); ++i) {
    const int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
    good = high >= 0 && low >= 0;
    digest[i] = static_cast<unsigned char>(good ? high * 16 + low : 0);
  }
  if (good) return digest;
  return Error(ErrorCode::parse, "a path has what is no SHA-256 of 64 lower-case digits");
}

// The next digest that an opening's path has to give.
struct Reader {
  const Opening* opening = nullptr;
  std::size_t next = 0;
};

struct Node {
  Digest digest;
  std::size_t owner = 0;  // the lowest opening below
};

}  // namespace

Digest leaf_digest(std::string_view bytes) {
  std::string leaf(1, '\0');
  return sha256(leaf.append(bytes));
}

MerkleTree::MerkleTree(std::vector<Digest> leaves) {
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> level;
    level.reserve(below.size() / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
      level.push_back(node_digest(below[i], below[i + 1]));
    }
    levels_.push_back(std::move(level));
  }
}

std::vector<Opening> MerkleTree::open(const std::vector<std::int64_t>& leaves) const {
  std::vector<Opening> openings;
  std::map<std::size_t, std::size_t> known;  // node of the level -> its owner
  for (const std::int64_t leaf : leaves) {
    known.emplace(static_cast<std::size_t>(leaf), openings.size());
    openings.push_back({.tile = leaf});
  }
  for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
    std::map<std::size_t, std::size_t> above;
    for (const auto& [node, owner] : known) {
      if (!known.contains(node ^ 1)) {
        openings[owner].path.push_back(hex_of(levels_[level][node ^ 1]));
      }
      above.emplace(node / 2, owner);
    }
    known = std::move(above);
  }
  return openings;
}

Result<std::string> root_of(std::int64_t leaf_count, const std::vector<Opening>& openings,
                            const std::map<std::int64_t, Digest>& leaves) {
  const Error misplaced(ErrorCode::parse, "the opened tiles are not in ascending order");
  std::vector<Reader> readers;
  std::map<std::int64_t, Node> known;
  for (const Opening& opening : openings) {
    const auto leaf = leaves.find(opening.tile);
    const bool ascends = known.empty() || known.rbegin()->first < opening.tile;
    if (!ascends || leaf == leaves.end() || opening.tile < 0 || opening.tile >= leaf_count) {
      return misplaced;
    }
    known.emplace(opening.tile, Node{leaf->second, readers.size()});
    readers.push_back({&opening});
  }
  if (known.empty()) return Error(ErrorCode::parse, "no tile is opened");
  for (std::int64_t width = leaf_count; width > 1; width /= 2) {
    std::map<std::int64_t, Node> above;
    for (const auto& [node, here] : known) {
      if (above.contains(node / 2)) continue;  // its left sibling has seen to it
      Digest sibling{};
      if (const auto beside = known.find(node ^ 1); beside != known.end()) {
        sibling = beside->second.digest;
      } else {
        Reader& reader = readers[here.owner];
        if (reader.next == reader.opening->path.size()) {
          return Error(ErrorCode::parse, "a path to the root is too short");
        }
        GA_TRY(sibling, digest_from_hex(reader.opening->path[reader.next++]));
      }
      const bool is_left = node % 2 == 0;
      above.emplace(node / 2, Node{is_left ? node_digest(here.digest, sibling)
                                           : node_digest(sibling, here.digest),
                                   here.owner});
    }
    known = std::move(above);
  }
  for (const Reader& reader : readers) {
    if (reader.next != reader.opening->path.size()) {
      return Error(ErrorCode::parse, "a path to the root is too long");
    }
  }
  return hex_of(known.begin()->second.digest);
}

std::vector<std::int64_t> opened_leaves(std::string_view root, std::int64_t leaf_count,
                                        std::int64_t count) {
  std::set<std::int64_t> leaves;
  for (std::int64_t draw = 0; static_cast<std::int64_t>(leaves.size()) < count; ++draw) {
    const Digest digest =
        sha256("gpuaccept openings 1\n" + std::string(root) + "\n" + std::to_string(draw));
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word = word << 8 | digest[i];
    leaves.insert(static_cast<std::int64_t>(word % static_cast<std::uint64_t>(leaf_count)));
  }
  return {leaves.begin(), leaves.end()};
}

}  // namespace ga
