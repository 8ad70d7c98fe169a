// What is special of fp32 and fp64 on a GPU. Exactness, repeats, placements and rounding are tested
// for all types in gemm_gpu_test.cpp.
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/data/random_gemm.h"
#include "kernels/testing/gemm_gpu_run.h"

namespace {

using ga::ElementType;
using ga::ErrorCode;
using ga::GemmKernel;
using ga::testing::exact_operands;
using ga::testing::ExactOperands;
using ga::testing::must;
using ga::testing::must_ok;
using ga::testing::to_device;
using ga::testing::to_host;

template <class T>
class GemmFmaGpu : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(GemmFmaGpu, Types);

template <class T>
constexpr ElementType kType = std::is_same_v<T, float> ? ElementType::fp32 : ElementType::fp64;

// C of A, m x k, times B, k x n, both `skew` elements behind a 256-byte address.
template <class T>
std::vector<T> product(std::int64_t m, std::int64_t n, std::int64_t k, std::vector<T> a,
                       std::vector<T> b, std::int64_t skew = 0) {
  a.insert(a.begin(), static_cast<std::size_t>(skew), T{0});
  b.insert(b.begin(), static_cast<std::size_t>(skew), T{0});
  const auto da = to_device(a);
  const auto db = to_device(b);
  const auto dc = to_device(std::vector<T>(static_cast<std::size_t>(m * n), T{-1}));
  must_ok(ga::gemm({.a = da.data() + skew,
                    .b = db.data() + skew,
                    .c = dc.data(),
                    .m = m,
                    .n = n,
                    .k = k,
                    .lda = k,
                    .ldb = n,
                    .ldc = n,
                    .in = kType<T>,
                    .out = kType<T>},
                   nullptr));
  return to_host(dc);
}

template <class T>
std::vector<T> random(std::int64_t count, std::uint32_t stream) {
  std::vector<T> data(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<T>(
        ga::random_number(ga::philox_word(3, i, stream), ga::RandomKind::uniform, kType<T>));
  }
  return data;
}

// Bit for bit, on every architecture: also where one instruction does two multiply-adds.
TEST(GemmFp32Gpu, IsTheChainOfMultiplyAddsInTheOrderOfK) {
  constexpr std::int64_t m = 133, n = 140, k = 301;
  const auto a = random<float>(m * k, ga::kStreamRandomA);
  const auto b = random<float>(k * n, ga::kStreamRandomB);
  for (const std::int64_t skew : {0, 1}) {
    const auto c = product(m, n, k, a, b, skew);
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::size_t l = 0; l < k; ++l) sum = std::fmaf(a[i * k + l], b[l * n + j], sum);
        ASSERT_EQ(c[i * n + j], sum) << i << ", " << j << ", skew " << skew;
      }
    }
  }
}

// Copies of 16 bytes and of single elements, tiles that are whole and ragged.
TYPED_TEST(GemmFmaGpu, AnElementDoesNotDependOnWhereItLies) {
  constexpr std::int64_t n = 260, k = 203;
  const auto left = random<TypeParam>(k, ga::kStreamRandomA);
  const auto right = random<TypeParam>(k, ga::kStreamRandomB);
  std::vector<TypeParam> a, b;
  for (std::int64_t i = 0; i < n; ++i) a.insert(a.end(), left.begin(), left.end());
  for (const TypeParam x : right) b.insert(b.end(), static_cast<std::size_t>(n), x);
  const auto first = product(1, 1, k, left, right);
  for (const std::int64_t skew : {0, 1}) {
    for (const TypeParam x : product(n, n, k, a, b, skew)) ASSERT_EQ(x, first[0]) << skew;
  }
}

TYPED_TEST(GemmFmaGpu, CarriesSpecialValuesToTheirRowAndColumnAlone) {
  using T = TypeParam;
  constexpr std::size_t n = 130, k = 37;
  constexpr T kNan = std::numeric_limits<T>::quiet_NaN(), kInf = std::numeric_limits<T>::infinity();
  std::vector<T> a(n * k, T{1}), b(k * n, T{2});
  a[3 * k + 36] = kNan;
  a[129 * k + 36] = -kInf;
  b[5 * n + 129] = kNan;
  const auto c = product<T>(n, n, k, a, b);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i == 3 || j == 129) {
        ASSERT_TRUE(std::isnan(c[i * n + j])) << i << ", " << j;
      } else {
        ASSERT_EQ(c[i * n + j], i == 129 ? -kInf : T{74}) << i << ", " << j;
      }
    }
  }
}

TYPED_TEST(GemmFmaGpu, KeepsDenormals) {
  using T = TypeParam;
  constexpr T kLeast = std::numeric_limits<T>::denorm_min(),
              kNormal = std::numeric_limits<T>::min();
  constexpr std::size_t n = 9, k = 20;
  std::vector<T> a(n * k, T{0}), b(k * n, T{1});
  a[1 * k + 2] = kLeast;
  a[2 * k + 3] = kNormal;
  b[3 * n + 4] = T{0.25};
  a[4 * k] = kNormal;
  a[4 * k + 9] = -kNormal / 2;
  a[5 * k + 1] = -T{0};
  const auto c = product<T>(n, n, k, a, b);
  EXPECT_EQ(c[1 * n + 8], kLeast);
  EXPECT_EQ(c[2 * n + 4], kNormal / 4);
  EXPECT_EQ(c[4 * n], kNormal / 2);
  EXPECT_EQ(c[5 * n], T{0});
  EXPECT_FALSE(std::signbit(c[5 * n]));
}

TYPED_TEST(GemmFmaGpu, HasNoHopperKernelOfItsOwn) {
  ExactOperands o = exact_operands({GemmKernel::by_shape, kType<TypeParam>}, {8, 8, 8}, 1);
  const ga::GemmPlan plan = must(ga::gemm_plan(o.gemm));
  EXPECT_EQ(plan.kernel, GemmKernel::portable);
  EXPECT_EQ(std::string(plan.not_sm90).empty(), must(ga::current_shape()).arch != 90);
  o.gemm.kernel = GemmKernel::sm90_128x128;
  const auto asked = ga::gemm_plan(o.gemm);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code(), ErrorCode::usage);
}

}  // namespace
