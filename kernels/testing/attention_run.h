// Attention on the CPU over poisoned buffers: data, the portable kernel lane by lane, the plain
// check. For tests, after simt_ptx.h.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/attention/attention_args.h"
#include "kernels/attention/attention_check.cuh"
#include "kernels/attention/attention_kernel.cuh"
#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/random_gemm.h"

// Its own namespace: the tests of the Hopper kernel have data and a run of their own.
namespace ga::testing::portable {

inline std::size_t words(std::int64_t count) { return static_cast<std::size_t>(count); }

// 16-bit elements, 16-byte aligned, between guards of NaN that nobody may read into a result or
// write.
class Guarded {
 public:
  static constexpr std::size_t kGuard = 256;
  static constexpr std::uint16_t kPoison = 0xFFFF;  // a NaN of both types

  explicit Guarded(std::size_t count) : memory_(count + 2 * kGuard + 8, kPoison), size_(count) {
    skew_ = kGuard;
    while (reinterpret_cast<std::uintptr_t>(memory_.data() + skew_) % 16 != 0) ++skew_;
  }
  explicit Guarded(const std::vector<std::uint16_t>& of) : Guarded(of.size()) {
    std::copy(of.begin(), of.end(), data());
  }
  std::uint16_t* data() { return memory_.data() + skew_; }
  const std::uint16_t* data() const { return memory_.data() + skew_; }
  std::vector<std::uint16_t> inside() const { return {data(), data() + size_}; }
  bool intact() const {
    std::size_t poisoned = 0;
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const bool outside = i < skew_ || i >= skew_ + size_;
      poisoned += outside && memory_[i] == kPoison ? 1 : 0;
    }
    return poisoned + size_ == memory_.size();
  }

 private:
  std::vector<std::uint16_t> memory_;
  std::size_t size_, skew_;
};

struct AttentionData {
  AttentionShape shape;
  Guarded q, k, v, o;
  std::vector<float> lse;
  std::vector<std::uint32_t> smid;
  Attention args(float scale) {
    return {.q = q.data(),
            .k = k.data(),
            .v = v.data(),
            .o = o.data(),
            .lse = lse.data(),
            .shape = shape,
            .scale = scale};
  }
};

inline AttentionData attention_data(const AttentionShape& s, const ExactAttentionData& of) {
  return {s,
          Guarded(of.q),
          Guarded(of.k),
          Guarded(of.v),
          Guarded(words(s.q_elements())),
          std::vector<float>(words(s.lse_elements()), std::nanf("")),
          {}};
}

inline AttentionData exact_attention(const AttentionShape& s, std::uint64_t seed) {
  return attention_data(s, exact_attention_data({s, seed}));
}

inline AttentionData random_attention(const AttentionShape& s, std::uint64_t seed) {
  const auto draw = [&](std::int64_t count, std::uint32_t stream) {
    std::vector<std::uint16_t> out(words(count));
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint32_t word = philox_word(seed, i, stream);
      set_element(out.data(), static_cast<std::int64_t>(i), s.type,
                  random_number(word, RandomKind::uniform, s.type));
    }
    return out;
  };
  return attention_data(
      s, {draw(s.q_elements(), kStreamAttentionQ), draw(s.kv_elements(), kStreamAttentionK),
          draw(s.kv_elements(), kStreamAttentionV)});
}

struct AttentionRun {
  float scale = 0;
  std::uint64_t placement = 0;
  simt::Options options{};
};

template <class In, class Tile>
void run_attention_kernel(AttentionData& data, const AttentionRun& run) {
  const AttentionShape& s = data.shape;
  const std::int64_t tiles_q = (s.seq_q + Tile::kRows - 1) / Tile::kRows;
  const std::int64_t tiles = s.batch * s.heads * tiles_q;
  data.smid.assign(words(tiles), 999);
  const AttentionParams params{.q = data.q.data(),
                               .k = data.k.data(),
                               .v = data.v.data(),
                               .o = data.o.data(),
                               .lse = data.lse.data(),
                               .shape = s,
                               .scale_log2 = run.scale * 1.44269504f,
                               .tiles_q = tiles_q,
                               .placement = make_placement(run.placement, tiles, 3),
                               .smid = data.smid.data()};
  simt::Options options = run.options;
  options.dynamic_shared = Tile::kSharedBytes;
  simt::run({static_cast<unsigned>(tiles)}, Tile::kThreads, options,
            [&] { attention_kernel<In, Tile>(params); });
}

// The portable kernel of kWarps warps, eight as launched or four for less work; and that it wrote
// all of O and smid, and nothing else.
template <int kWarps = 4>
void run_attention(AttentionData& data, const AttentionRun& run) {
  using Narrow = AttentionTile<64, kWarps>;
  using Wide = AttentionTile<128, kWarps>;
  const bool narrow = data.shape.dim == 64;
  if (data.shape.type == ElementType::bf16) {
    narrow ? run_attention_kernel<Bf16, Narrow>(data, run)
           : run_attention_kernel<Bf16, Wide>(data, run);
  } else {
    narrow ? run_attention_kernel<Fp16, Narrow>(data, run)
           : run_attention_kernel<Fp16, Wide>(data, run);
  }
  EXPECT_TRUE(data.o.intact());
  for (const std::uint32_t id : data.smid) EXPECT_NE(id, 999u);
}

template <int kDim>
Mismatch run_attention_check(AttentionData& data, float scale) {
  const AttentionShape& s = data.shape;
  const std::int64_t tiles = (s.seq_q + kAttentionCheckEdge - 1) / kAttentionCheckEdge;
  Mismatch report{5, 5, 5, 5};  // left over from an earlier check
  const AttentionCheckParams params{.q = data.q.data(),
                                    .k = data.k.data(),
                                    .v = data.v.data(),
                                    .o = data.o.data(),
                                    .lse = data.lse.data(),
                                    .shape = s,
                                    .scale = scale,
                                    .tiles_q = tiles,
                                    .report = &report};
  simt::run({1}, 1, {}, [&] { attention_check_reset_kernel(&report); });
  simt::run({static_cast<unsigned>(s.batch * s.heads * tiles)}, kAttentionCheckThreads,
            {.order_seed = 5, .dynamic_shared = sizeof(AttentionCheckShared<kDim>)},
            [&] { attention_check_kernel<kDim>(params); });
  simt::run({1}, 1, {}, [&] { attention_explain_kernel(data.o.data(), &report); });
  return report;
}

inline Mismatch check_attention_data(AttentionData& data, float scale) {
  return data.shape.dim == 64 ? run_attention_check<64>(data, scale)
                              : run_attention_check<128>(data, scale);
}

}  // namespace ga::testing::portable
