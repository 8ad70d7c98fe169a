// Why every correct backward has these gradients, bit for bit.
//
// Scores. q = A c, A dim scale = 128. A key of the group has A c . c (2 + u) = 2 A dim, scaled 256;
// any other group's code c' differs from c, so c . c' is 0 and c . c' u at most dim: scaled 128
// less, 184 in base 2. 2^-150 is 0 in fp32. So lse = 256 + ln n. An fp32 kernel has exp(256 - lse)
// within 2^-13 of 1/n: in base 2 both are below 512, where a unit in the last place is 2^-15, and
// each is rounded a few times. P, a power of two, and dS, an integer of at most 9 bits over one,
// are at least 2^-12 of themselves from where the type (8 or 11 bits) would round them elsewhere.
//
// Sums, in units of their last place; each at most 2^24, so that no partial sum is rounded:
// - S: of dim products of A and 1 or 3: 3 dim <= 384.         - dO . V, D: 2 x 2 dim <= 512.
// - dV: over the rows that may see a key, of |dO| <= 2.        - O: over n, of |v| <= 2.
// - dK: over these rows, of |dO . w| <= 2 dim = 256 (q = +-A), or twice that where others have
// twice
//   the n: rows <= 2^15.
// - dQ: over n keys, of 256 x 3: n <= 2^14.
// D is exact because O is b. dO . V - D is exact, and +-(dO . w). Answers are sums times powers of
// two; beyond the type's range they are infinite for everybody.
//
// The gradients. A row i that drew a code c with n keys has t_p(i) = dO_i . w_p of two neighbours,
// and dQ_i = scale/n c sum_p t_p(i) (u_2p - u_2p+1), as sum_j dS_ij = 0. With g the sum of dO_i / n
// over the rows that drew key j: dV_j = g, dK_j = +-scale A c (g . w_p).
// 0 is +0: a sum that begins at +0 and cancels is +0.
#include "kernels/data/exact_attention_bwd.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "kernels/data/exact_fill.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/hash_term.h"

namespace ga {
namespace {

constexpr int kMiddleRange = 1, kSpreadRange = 1;  // of b and w
constexpr std::int64_t kMostRows = std::int64_t{1} << 15;
constexpr std::int64_t kMostMembers = std::int64_t{1} << 14;
constexpr int kScaledScore = 256;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }
int amplitude(std::int64_t dim) { return static_cast<int>(1024 / dim); }

std::uint16_t bits_of(float value, ElementType type) {
  return type == ElementType::fp16 ? to_fp16(value).bits : to_bf16(value).bits;
}

using Row = std::vector<std::int32_t>;

// Row `row` of dim integers of a stream.
Row drawn(const ExactAttention& a, std::int64_t row, std::uint32_t stream, int range) {
  const std::int64_t dim = a.shape.dim;
  std::vector<std::uint32_t> raw(at(dim + 12));
  exact_fill(a.seed, static_cast<std::uint64_t>(row * dim / 4), static_cast<std::uint64_t>(dim / 4),
             stream, range, raw.data());
  Row out(at(dim));
  for (std::size_t d = 0; d < out.size(); ++d) out[d] = static_cast<std::int32_t>(raw[d]) - range;
  return out;
}

std::int32_t dot(const Row& x, const Row& y) {
  std::int32_t sum = 0;
  for (std::size_t d = 0; d < x.size(); ++d) sum += x[d] * y[d];
  return sum;
}

// Sylvester's Hadamard matrix: rows of +1 and -1.
std::vector<Row> walsh(std::int64_t dim) {
  std::vector<Row> rows(at(dim), Row(at(dim)));
  for (unsigned i = 0; i < rows.size(); ++i) {
    for (unsigned d = 0; d < rows.size(); ++d) rows[i][d] = std::popcount(i & d) % 2 == 0 ? 1 : -1;
  }
  return rows;
}

struct Key {
  std::size_t group;
  std::size_t own;  // the row of walsh() that is u
};

// What a query draws: a group that is none's repeat; and whether it sees the repeat as well.
struct Draw {
  std::size_t group;
  bool both;
};

// The keys of one key head.
class Head {
 public:
  Head(const ExactAttention& a, std::int64_t batch, std::int64_t kv_head)
      : a_(a),
        batch_(batch),
        kv_head_(kv_head),
        groups_(exact_attention_groups(a.shape.seq_kv, a.shape.dim)) {
    const auto number = static_cast<std::uint64_t>(batch * a.shape.kv_heads + kv_head);
    order_ = philox(a.seed, number << 32, kStreamExactK);
    const auto others = static_cast<std::uint32_t>(a.shape.dim - 1);
    std::size_t group = 0;
    for (std::int64_t j = 0; j < a.shape.seq_kv; ++j) {
      if (j == groups_[group].end) ++group;
      const std::uint32_t word =
          philox_word(a.seed, static_cast<std::uint64_t>(row_of(j)), kStreamExactOwn);
      keys_.push_back({group, 1 + word % others});
    }
  }

  std::size_t groups() const { return groups_.size(); }
  const ExactKeyGroup& group(std::size_t i) const { return groups_[i]; }
  const Key& key(std::int64_t j) const { return keys_[at(j)]; }
  // The row of walsh() that is c.
  std::size_t code(std::size_t group) const {
    const auto original = static_cast<std::uint32_t>(groups_[group].original);
    const auto dim = static_cast<std::uint32_t>(a_.shape.dim);
    return ((order_.word[0] | 1u) * original + order_.word[1]) % dim;
  }
  // Of K and V, a row of dim elements.
  std::int64_t row_of(std::int64_t key) const {
    return (batch_ * a_.shape.seq_kv + key) * a_.shape.kv_heads + kv_head_;
  }
  Row middle(std::size_t group) const {
    const ExactKeyGroup& of = groups_[groups_[group].original];
    return drawn(a_, row_of(of.end - of.size), kStreamExactV, kMiddleRange);
  }
  // Of a key and its neighbour. A key that is alone has none: zeros.
  Row spread(std::int64_t key) const {
    if (groups_[keys_[at(key)].group].size == 1) return Row(at(a_.shape.dim));
    return drawn(a_, row_of(key / 2 * 2), kStreamExactSpread, kSpreadRange);
  }
  static int sign(std::int64_t key) { return key % 2 == 0 ? 1 : -1; }

  // Of groups that a query sees all of any is drawn; but for one of whose repeat it sees a part the
  // first key. groups() where it sees no key.
  Draw drawn_by(std::int64_t row, std::int64_t head) const {
    const std::int64_t seen = visible_keys(a_.shape, row);
    std::size_t whole = 0;
    while (whole < groups() && groups_[whole].end <= seen) ++whole;
    if (whole == 0) return {groups(), false};
    const std::int64_t index = (batch_ * a_.shape.heads + head) * a_.shape.seq_q + row;
    const std::uint64_t word =
        philox_word(a_.seed, static_cast<std::uint64_t>(index), kStreamExactQ);
    const std::size_t group = groups_[word * whole >> 32].original;
    const std::size_t repeat = groups_[group].repeat;
    const bool in_part = repeat == whole && seen > groups_[whole - 1].end;
    return in_part ? Draw{0, false} : Draw{group, repeat != group && repeat < whole};
  }
  std::int64_t members(const Draw& draw) const {
    return groups_[draw.group].size * (draw.both ? 2 : 1);
  }

 private:
  const ExactAttention& a_;
  std::int64_t batch_, kv_head_;
  std::vector<ExactKeyGroup> groups_;
  std::vector<Key> keys_;
  Philox4 order_{};
};

// For each query of the heads that read one key head: body(head, row, the row's number in Q).
template <class Body>
void each_row(const AttentionShape& s, std::int64_t batch, std::int64_t kv_head, Body body) {
  const std::int64_t ratio = s.heads / s.kv_heads;
  for (std::int64_t row = 0; row < s.seq_q; ++row) {
    for (std::int64_t head = kv_head * ratio; head < (kv_head + 1) * ratio; ++head) {
      body(head, row, (batch * s.seq_q + row) * s.heads + head);
    }
  }
}

void write(std::vector<std::uint16_t>& to, std::int64_t row, const Row& of, ElementType type,
           float factor) {
  std::uint16_t* out = to.data() + row * static_cast<std::int64_t>(of.size());
  for (const std::int32_t x : of) *out++ = bits_of(static_cast<float>(x) * factor, type);
}

Row product(const Row& x, const Row& y, std::int32_t factor = 1) {
  Row out(x.size());
  for (std::size_t d = 0; d < x.size(); ++d) out[d] = x[d] * y[d] * factor;
  return out;
}

void write_data(const ExactAttention& a, std::int64_t batch, std::int64_t kv_head,
                const std::vector<Row>& codes, ExactAttentionBackwardData& to) {
  const AttentionShape& s = a.shape;
  const Head keys(a, batch, kv_head);
  for (std::int64_t j = 0; j < s.seq_kv; ++j) {
    const Key& key = keys.key(j);
    Row k = codes[key.own], v = keys.middle(key.group);
    for (std::int32_t& x : k) x += 2;
    const Row spread = keys.spread(j);
    for (std::size_t d = 0; d < v.size(); ++d) v[d] += Head::sign(j) * spread[d];
    write(to.k, keys.row_of(j), product(k, codes[keys.code(key.group)]), s.type, 1);
    write(to.v, keys.row_of(j), v, s.type, 1);
  }
  each_row(s, batch, kv_head, [&](std::int64_t head, std::int64_t row, std::int64_t number) {
    write(to.d_o, number, drawn(a, number, kStreamExactGradient, kExactGradientRange), s.type, 1);
    const Draw draw = keys.drawn_by(row, head);
    const bool none = draw.group == keys.groups();
    const Row& code = codes[none ? 0 : keys.code(draw.group)];
    write(to.q, number, code, s.type, static_cast<float>(amplitude(s.dim)));
    if (!none) write(to.o, number, keys.middle(draw.group), s.type, 1);
    to.lse[at((batch * s.heads + head) * s.seq_q + row)] =
        none ? -std::numeric_limits<float>::infinity()
             : static_cast<float>(kScaledScore + std::log(static_cast<double>(keys.members(draw))));
  });
}

// What the keys of a group add to c dQ of a row, in units of scale over n.
void add_keys(const Head& keys, std::size_t group, const Row& d_o, const std::vector<Row>& spreads,
              const std::vector<Row>& codes, Row& sum) {
  const std::int64_t end = keys.group(group).end, first = end - keys.group(group).size;
  for (std::int64_t j = first; j + 1 < end; j += 2) {
    const std::int32_t t = dot(d_o, spreads[at(j / 2)]);
    const Row &mine = codes[keys.key(j).own], &neighbours = codes[keys.key(j + 1).own];
    for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += t * (mine[d] - neighbours[d]);
  }
}

void write_gradients(const ExactAttention& a, std::int64_t batch, std::int64_t kv_head,
                     const std::vector<Row>& codes, ExactAttentionGradients& to) {
  const AttentionShape& s = a.shape;
  const Head keys(a, batch, kv_head);
  // By group: of dO over n, in units of 1 over twice its size.
  std::vector<Row> sums(keys.groups(), Row(at(s.dim)));
  std::vector<Row> spreads;  // of two neighbours each
  for (std::int64_t j = 0; j < s.seq_kv; j += 2) spreads.push_back(keys.spread(j));
  each_row(s, batch, kv_head, [&](std::int64_t head, std::int64_t row, std::int64_t number) {
    const Draw draw = keys.drawn_by(row, head);
    if (draw.group == keys.groups()) return;
    const std::size_t repeat = keys.group(draw.group).repeat;
    const Row d_o = drawn(a, number, kStreamExactGradient, kExactGradientRange);
    Row d_q(d_o.size());
    add_keys(keys, draw.group, d_o, spreads, codes, d_q);
    if (draw.both) add_keys(keys, repeat, d_o, spreads, codes, d_q);
    const float factor = kExactBackwardScale / static_cast<float>(keys.members(draw));
    write(to.q, number, product(d_q, codes[keys.code(draw.group)]), s.type, factor);
    for (std::size_t d = 0; d < d_o.size(); ++d) {
      sums[draw.group][d] += d_o[d] * (draw.both ? 1 : 2);
      if (draw.both) sums[repeat][d] += d_o[d];
    }
  });
  for (std::int64_t j = 0; j < s.seq_kv; ++j) {
    const std::size_t group = keys.key(j).group;
    const float unit = 0.5f / static_cast<float>(keys.group(group).size);
    write(to.v, keys.row_of(j), sums[group], s.type, unit);
    const std::int32_t spread = Head::sign(j) * dot(sums[group], keys.spread(j));
    Row k = codes[keys.code(group)];
    for (std::int32_t& x : k) x *= spread;
    write(to.k, keys.row_of(j), k, s.type,
          static_cast<float>(amplitude(s.dim)) * kExactBackwardScale * unit);
  }
}

// Groups of at most `most` keys, a power of two; and how many codes they need.
std::vector<ExactKeyGroup> groups_of(std::int64_t seq_kv, std::uint64_t most, std::size_t& codes) {
  std::vector<ExactKeyGroup> groups;
  std::vector<std::size_t> largest;
  std::uint64_t end = 0;
  for (const auto keys = static_cast<std::uint64_t>(seq_kv); end < keys;) {
    std::uint64_t size = end == 0 ? 1 : std::min(std::bit_floor(end), most);
    while (end + size > keys) size /= 2;
    end += size;
    const std::size_t i = groups.size();
    groups.push_back({static_cast<std::int64_t>(end), static_cast<std::int64_t>(size), i, i});
    if (size == most) largest.push_back(i);
  }
  const std::size_t apart = (largest.size() + 1) / 2;
  for (std::size_t i = apart; i < largest.size(); ++i) {
    groups[largest[i]].original = largest[i - apart];
    groups[largest[i - apart]].repeat = largest[i];
  }
  codes = groups.size() - largest.size() / 2;
  return groups;
}

}  // namespace

std::vector<ExactKeyGroup> exact_attention_groups(std::int64_t seq_kv, std::int64_t dim) {
  for (std::uint64_t most = 8;; most *= 2) {
    std::size_t codes = 0;
    auto groups = groups_of(seq_kv, most, codes);
    if (codes <= at(dim)) return groups;
  }
}

Status exact_attention_bwd_check(const AttentionShape& s) {
  if (s.type != ElementType::bf16 && s.type != ElementType::fp16) {
    return Error(ErrorCode::usage, "exact gradients: the type is neither bf16 nor fp16");
  }
  if (s.dim != 64 && s.dim != 128) {
    return Error(ErrorCode::usage, "exact gradients: dim is neither 64 nor 128");
  }
  if (s.batch < 1 || s.seq_q < 1 || s.seq_kv < 1 || s.kv_heads < 1 || s.heads < 1 ||
      s.heads % s.kv_heads != 0) {
    return Error(ErrorCode::usage,
                 "exact gradients: batch, heads and lengths must be positive, and heads a multiple "
                 "of kv_heads");
  }
  const std::int64_t most_keys = kMostMembers * s.dim / 2;
  if (s.seq_kv > most_keys) {
    return Error(ErrorCode::usage, "exact gradients: at most " + std::to_string(most_keys) +
                                       " keys for dim " + std::to_string(s.dim));
  }
  if (s.seq_q > kMostRows / (s.heads / s.kv_heads)) {
    return Error(ErrorCode::usage, "exact gradients: at most " + std::to_string(kMostRows) +
                                       " queries of all heads that share a key head");
  }
  return Ok{};
}

ExactAttentionBackwardData exact_attention_bwd_data(const ExactAttention& a) {
  const AttentionShape& s = a.shape;
  const std::size_t rows = at(s.q_elements()), keys = at(s.kv_elements());
  ExactAttentionBackwardData data{.q = std::vector<std::uint16_t>(rows),
                                  .k = std::vector<std::uint16_t>(keys),
                                  .v = std::vector<std::uint16_t>(keys),
                                  .o = std::vector<std::uint16_t>(rows),
                                  .d_o = std::vector<std::uint16_t>(rows),
                                  .lse = std::vector<float>(at(s.lse_elements()))};
  const auto codes = walsh(s.dim);
  for (std::int64_t i = 0; i < s.batch * s.kv_heads; ++i) {
    write_data(a, i / s.kv_heads, i % s.kv_heads, codes, data);
  }
  return data;
}

ExactAttentionGradients exact_attention_gradients(const ExactAttention& a) {
  const AttentionShape& s = a.shape;
  ExactAttentionGradients out{std::vector<std::uint16_t>(at(s.q_elements())),
                              std::vector<std::uint16_t>(at(s.kv_elements())),
                              std::vector<std::uint16_t>(at(s.kv_elements()))};
  const auto codes = walsh(s.dim);
  for (std::int64_t i = 0; i < s.batch * s.kv_heads; ++i) {
    write_gradients(a, i / s.kv_heads, i % s.kv_heads, codes, out);
  }
  return out;
}

ExactAttentionGradientHashes exact_attention_gradient_hashes(const ExactAttention& a) {
  const ExactAttentionGradients of = exact_attention_gradients(a);
  const auto hash = [](const std::vector<std::uint16_t>& x) {
    return hash_bytes(x.data(), 2 * x.size());
  };
  return {hash(of.q), hash(of.k), hash(of.v)};
}

std::uint64_t exact_attention_bwd_hash(const ExactAttention& a) {
  ExactAttentionGradients of = exact_attention_gradients(a);
  of.q.insert(of.q.end(), of.k.begin(), of.k.end());
  of.q.insert(of.q.end(), of.v.begin(), of.v.end());
  return hash_bytes(of.q.data(), 2 * of.q.size());
}

}  // namespace ga
