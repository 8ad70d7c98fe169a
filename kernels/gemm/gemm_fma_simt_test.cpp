// The fp32 and fp64 GEMM itself, executed on the CPU: copies, pipeline, fragments, edges,
// placement, special values.
#include "kernels/testing/gemm_fma_run.h"
//
#include <cmath>
#include <random>

#include "kernels/data/exact_gemm.h"

namespace {

using ga::testing::FmaLayout;
using ga::testing::FmaMatrix;
using ga::testing::FmaOperands;
using ga::testing::FmaSize;
using ga::testing::run_fma;

template <class Product>
class GemmFma : public ::testing::Test {};
struct Names {
  template <class Product>
  static std::string GetName(int) {
    return sizeof(typename Product::Element) == 4 ? "fp32" : "fp64";
  }
};
using Products = ::testing::Types<ga::Fp32Product, ga::Fp64Product>;
TYPED_TEST_SUITE(GemmFma, Products, Names);

template <class T>
void expect_exact(const FmaSize& s, const FmaLayout& layout, std::uint64_t seed) {
  using Product = std::conditional_t<sizeof(T) == 4, ga::Fp32Product, ga::Fp64Product>;
  const ga::ElementType in = sizeof(T) == 4 ? ga::ElementType::fp32 : ga::ElementType::fp64;
  FmaOperands<T> o(s, layout);
  const auto element = [&](std::int64_t index, std::uint32_t stream) {
    return ga::exact_element(seed, static_cast<std::uint64_t>(index), stream, in);
  };
  o.a.fill([&](auto i, auto j) { return element(i * s.k + j, ga::kStreamExactA); });
  o.b.fill([&](auto i, auto j) { return element(i * s.n + j, ga::kStreamExactB); });
  run_fma<Product>(o);
  std::vector<std::int64_t> expected(static_cast<std::size_t>(s.m * s.n));
  ga::exact_gemm_product({s.m, s.n, s.k, seed, in}, expected.data());
  int wrong = 0;
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = 0; j < o.c.ld; ++j) {
      const T got = o.c.at(i, j);
      const bool right =
          j < s.n ? got == static_cast<T>(expected[static_cast<std::size_t>(i * s.n + j)])
                  : std::isnan(got);
      if (!right && ++wrong < 4) ADD_FAILURE() << "(" << i << ", " << j << ") is " << got;
    }
  }
  EXPECT_EQ(wrong, 0) << s.m << "x" << s.n << "x" << s.k;
  for (const std::uint32_t id : o.smid) EXPECT_LT(id, 999u);
}

// Sizes around tiles and stages, each with rows that 16-byte copies can read and with bare ones.
TYPED_TEST(GemmFma, IsExactAtRaggedSizes) {
  using T = typename TypeParam::Element;
  const FmaSize sizes[] = {{1, 1, 1},      {1, 7, 3},      {5, 1, 17},     {2, 130, 8},
                           {127, 129, 31}, {128, 128, 16}, {129, 127, 33}, {131, 61, 97}};
  std::uint64_t seed = 1;
  for (const FmaSize& s : sizes) {
    const FmaLayout aligned{.pad_a = 8 - s.k % 4, .pad_b = 8 - s.n % 4, .pad_c = 8 - s.n % 4};
    expect_exact<T>(s, aligned, seed);
    expect_exact<T>(s, {}, seed++);
  }
}

TYPED_TEST(GemmFma, IsExactWithoutAlignment) {
  using T = typename TypeParam::Element;
  std::uint64_t seed = 50;
  for (const FmaLayout& layout :
       {FmaLayout{.pad_a = 3, .pad_b = 1, .pad_c = 2}, FmaLayout{.skew_a = 1, .skew_b = 3},
        FmaLayout{.pad_a = 3, .skew_b = 1, .skew_c = 1}, FmaLayout{.pad_b = 2, .skew_a = 1}}) {
    expect_exact<T>({66, 70, 37}, layout, seed++);
  }
}

// Copies that land at once and as late as the waits allow, threads in several orders: a missing
// wait reads poison, a missing barrier reads too early or overwrites too soon.
TYPED_TEST(GemmFma, DoesNotDependOnTheOrderOfThreadsAndCopies) {
  using T = typename TypeParam::Element;
  for (const bool eager : {false, true}) {
    for (const std::uint32_t order : {0u, 1u, 77u}) {
      const FmaLayout layout{.options = {.order_seed = order, .eager_copies = eager}};
      expect_exact<T>({128, 128, TypeParam::kK * 7}, layout, 4);
      expect_exact<T>({40, 33, TypeParam::kK * 5 + 3}, layout, 5);
    }
  }
}

template <class T>
void fill_random(FmaOperands<T>& o, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<T> values(-1, 1);
  o.a.fill([&](auto, auto) { return values(random); });
  o.b.fill([&](auto, auto) { return values(random); });
}

TYPED_TEST(GemmFma, EveryPlacementGivesTheSameBitsAndEveryTile) {
  using T = typename TypeParam::Element;
  std::vector<T> natural;
  std::vector<std::uint32_t> natural_smid;
  for (std::uint64_t placement = 0; placement < 4; ++placement) {
    FmaOperands<T> o({300, 260, 20}, {.placement = placement});
    fill_random(o, 3);
    run_fma<TypeParam>(o);
    const std::vector<T> c(o.c.data, o.c.data + o.c.rows * o.c.ld);
    for (const std::uint32_t id : o.smid) EXPECT_LT(id, 999u);
    if (placement == 0) {
      natural = c;
      natural_smid = o.smid;
      continue;
    }
    EXPECT_EQ(c, natural) << "placement " << placement;
    EXPECT_NE(o.smid, natural_smid) << "placement " << placement << " moved nothing";
  }
}

// Equal rows of A and columns of B give equal bits wherever in a tile they lie.
TYPED_TEST(GemmFma, AnElementDoesNotDependOnWhereItLies) {
  using T = typename TypeParam::Element;
  FmaOperands<T> o({140, 150, 43});
  std::mt19937 random(9);
  std::uniform_real_distribution<T> values(-1, 1);
  std::vector<T> left, right;
  for (int l = 0; l < 43; ++l) {
    left.push_back(values(random));
    right.push_back(values(random));
  }
  o.a.fill([&](auto, auto l) { return left[static_cast<std::size_t>(l)]; });
  o.b.fill([&](auto l, auto) { return right[static_cast<std::size_t>(l)]; });
  run_fma<TypeParam>(o);
  for (std::int64_t i = 0; i < 140; ++i) {
    for (std::int64_t j = 0; j < 150; ++j) ASSERT_EQ(o.c.at(i, j), o.c.at(0, 0)) << i << ", " << j;
  }
}

TEST(GemmFmaFp32, IsTheChainOfMultiplyAddsInTheOrderOfK) {
  for (const FmaLayout& layout : {FmaLayout{}, FmaLayout{.pad_b = 1, .skew_a = 3}}) {
    FmaOperands<float> o({133, 68, 201}, layout);
    fill_random(o, 11);
    run_fma<ga::Fp32Product>(o);
    for (std::int64_t i = 0; i < 133; ++i) {
      for (std::int64_t j = 0; j < 68; ++j) {
        float sum = 0;
        for (std::int64_t l = 0; l < 201; ++l) sum = std::fmaf(o.a.at(i, l), o.b.at(l, j), sum);
        ASSERT_EQ(ga::float_bits(o.c.at(i, j)), ga::float_bits(sum)) << i << ", " << j;
      }
    }
  }
}

// In the last of k too, behind which a stage holds zeros.
TYPED_TEST(GemmFma, CarriesNanAndInfinityToTheirRowAndColumnAlone) {
  using T = typename TypeParam::Element;
  const FmaSize s{130, 131, 37};
  FmaOperands<T> o(s);
  o.a.fill([](auto, auto) { return 1; });
  o.b.fill([](auto, auto) { return 2; });
  constexpr T kNan = std::numeric_limits<T>::quiet_NaN(), kInf = std::numeric_limits<T>::infinity();
  o.a.at(3, 36) = kNan;
  o.a.at(129, 36) = -kInf;
  o.b.at(5, 130) = kNan;
  o.b.at(36, 7) = kInf;
  run_fma<TypeParam>(o);
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = 0; j < s.n; ++j) {
      const T got = o.c.at(i, j);
      if (i == 3 || j == 130) {
        ASSERT_TRUE(std::isnan(got)) << i << ", " << j;
      } else {
        ASSERT_EQ(got, i == 129 ? -kInf : j == 7 ? kInf : T{74}) << i << ", " << j;
      }
    }
  }
}

// Denormals count, as operands, products and sums; -0 added to +0 is +0.
TYPED_TEST(GemmFma, KeepsDenormals) {
  using T = typename TypeParam::Element;
  constexpr T kLeast = std::numeric_limits<T>::denorm_min(),
              kNormal = std::numeric_limits<T>::min();
  FmaOperands<T> o({9, 9, 20});
  o.a.fill([](auto, auto) { return 0; });
  o.b.fill([](auto, auto) { return 1; });
  o.a.at(1, 2) = kLeast;
  o.a.at(2, 3) = kNormal;
  o.b.at(3, 4) = T{0.25};
  o.a.at(4, 0) = kNormal;
  o.a.at(4, 9) = -kNormal / 2;
  o.a.at(5, 1) = -T{0};
  run_fma<TypeParam>(o);
  EXPECT_EQ(o.c.at(1, 8), kLeast);
  EXPECT_EQ(o.c.at(2, 4), kNormal / 4);
  EXPECT_EQ(o.c.at(4, 0), kNormal / 2);
  EXPECT_EQ(o.c.at(5, 0), T{0});
  EXPECT_FALSE(std::signbit(o.c.at(5, 0)));
}

}  // namespace
