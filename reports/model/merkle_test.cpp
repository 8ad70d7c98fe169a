#include "reports/model/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ga {
namespace {

// The leaves of Certificate Transparency's reference tests, and the roots published with them.
const std::vector<std::string> kLeaves{
    "",
    std::string(1, '\x00'),
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};

MerkleTree tree_of(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_digest(kLeaves[i]));
  return MerkleTree(std::move(leaves));
}

TEST(Merkle, RootsAreThoseOfRfc6962) {
  EXPECT_EQ(tree_of(1).root(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(tree_of(2).root(), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  EXPECT_EQ(tree_of(4).root(), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
  EXPECT_EQ(tree_of(8).root(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

class Opened : public ::testing::Test {
 protected:
  static constexpr std::int64_t kCount = 64;
  Opened() : tree_(digests()) {}

  static std::vector<Digest> digests() {
    std::vector<Digest> all;
    for (int i = 0; i < kCount; ++i) all.push_back(leaf_digest("leaf " + std::to_string(i)));
    return all;
  }
  static std::map<std::int64_t, Digest> chosen(const std::vector<std::int64_t>& leaves) {
    std::map<std::int64_t, Digest> out;
    for (const std::int64_t leaf : leaves) out[leaf] = digests()[static_cast<std::size_t>(leaf)];
    return out;
  }

  MerkleTree tree_;
};

TEST_F(Opened, EverySetOfLeavesLeadsToTheRoot) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<std::int64_t> leaves;
    const auto share = random() % 64 + 1;
    for (std::int64_t i = 0; i < kCount; ++i) {
      if (random() % 64 < share) leaves.push_back(i);
    }
    if (leaves.empty()) continue;
    const auto root = root_of(kCount, tree_.open(leaves), chosen(leaves));
    ASSERT_TRUE(root) << root.error().what();
    EXPECT_EQ(*root, tree_.root());
  }
}

TEST_F(Opened, OneLeafHasItsWholePathAndAllLeavesHaveNone) {
  EXPECT_EQ(tree_.open({17})[0].path.size(), 6u);
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < kCount; ++i) all.push_back(i);
  for (const Opening& opening : tree_.open(all)) EXPECT_TRUE(opening.path.empty());
}

TEST_F(Opened, AnotherLeafLeadsElsewhere) {
  const std::vector<std::int64_t> leaves{3, 20, 21};
  auto wrong = chosen(leaves);
  wrong[20][0] = static_cast<unsigned char>(wrong[20][0] ^ 1);
  EXPECT_NE(*root_of(kCount, tree_.open(leaves), wrong), tree_.root());
}

TEST_F(Opened, RefusesEveryOtherForm) {
  const std::vector<std::int64_t> leaves{3, 20, 21};
  const std::vector<Opening> good = tree_.open(leaves);
  const auto refused = [&](auto spoil) {
    std::vector<Opening> bad = good;
    spoil(bad);
    return !root_of(kCount, bad, chosen(leaves));
  };
  EXPECT_TRUE(refused([](auto& o) { o.clear(); }));
  EXPECT_TRUE(refused([](auto& o) { std::swap(o[0], o[1]); }));
  EXPECT_TRUE(refused([](auto& o) { o[1].tile = 3; }));
  EXPECT_TRUE(refused([](auto& o) { o[1].tile = 19; }));  // a leaf that nobody computed
  EXPECT_TRUE(refused([](auto& o) { o[2].tile = 64; }));
  EXPECT_TRUE(refused([](auto& o) { o[0].tile = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o[0].path.pop_back(); }));
  EXPECT_TRUE(refused([](auto& o) { o[0].path.push_back(o[0].path[0]); }));
  EXPECT_TRUE(refused([](auto& o) { o[2].path.push_back(o[0].path[0]); }));
  EXPECT_TRUE(refused([](auto& o) { o[0].path[0].pop_back(); }));
  EXPECT_TRUE(refused([](auto& o) { o[0].path[0][0] = 'A'; }));
}

TEST(OpenedLeaves, AreDifferentAscendingAndTheRoots) {
  const std::string root(64, '0');
  const std::vector<std::int64_t> leaves = opened_leaves(root, 1024, 460);
  EXPECT_EQ(leaves.size(), 460u);
  EXPECT_TRUE(std::is_sorted(leaves.begin(), leaves.end()));
  EXPECT_EQ(std::adjacent_find(leaves.begin(), leaves.end()), leaves.end());
  EXPECT_NE(leaves, opened_leaves(std::string(64, '1'), 1024, 460));
  EXPECT_EQ(opened_leaves(root, 4, 4), (std::vector<std::int64_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace ga
