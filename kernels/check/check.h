// Is what a kernel left in device memory right? Patterns, equality, hashes, digests, checksums.
//
// Every check writes a small report into device memory that the caller fetches once the stream has
// run; a report is complete only after that. Launchers reset their report themselves. A NaN, an
// infinity or a value outside the exact range always counts as wrong.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/check/report.h"
#include "kernels/data/element.h"
#include "kernels/data/pattern.h"
#include "kernels/data/random_gemm.h"
#include "reports/model/result.h"

namespace ga {

// Compares with the pattern of kernels/data/pattern.h; indices count 64-bit words.
struct PatternCheck {
  const void* data = nullptr;
  std::size_t bytes = 0;
  std::uint64_t key = 0;
  PatternKind kind = PatternKind::words;
  Mismatch* report = nullptr;  // on the device
};
Status check_pattern(const PatternCheck& args, cudaStream_t stream);

// Compares a triad's result with b + s c recomputed from the keys of b and c; 64-bit words.
struct TriadCheck {
  const float* a = nullptr;
  std::size_t bytes = 0;
  std::uint64_t key_b = 0;
  std::uint64_t key_c = 0;
  float s = 0;
  Mismatch* report = nullptr;
};
Status check_triad(const TriadCheck& args, cudaStream_t stream);

// Bitwise comparison of two buffers; `expected` is `reference`'s. Any size; indices count bytes'
// 64-bit words, a last partial word padded with zeros.
struct EqualCheck {
  const void* data = nullptr;
  const void* reference = nullptr;
  std::size_t bytes = 0;
  Mismatch* report = nullptr;
};
Status check_equal(const EqualCheck& args, cudaStream_t stream);

// Compares the result of an all-reduce of exact data (kernels/data/exact_reduce.h) with the sums in
// closed form; indices count elements, expected and got are an element's bits.
struct ReduceCheck {
  const void* data = nullptr;
  std::size_t count = 0;
  ElementType type = ElementType::bf16;  // or fp16, fp32
  std::uint64_t seed = 0;
  int ranks = 0;  // 1 to 8
  Mismatch* report = nullptr;
};
Status check_reduce(const ReduceCheck& args, cudaStream_t stream);

// A 64-bit hash of a buffer: the sum mod 2^64 of mixed words, each with its position. Integer
// addition has no order, so the hash is the same whatever the grid. A single changed word always
// changes it; several changed words escape with probability about 2^-64.
struct HashBuffer {
  const void* data = nullptr;
  std::size_t bytes = 0;  // any size; the data 8-byte aligned
  std::uint64_t* hash = nullptr;
};
Status hash_buffer(const HashBuffer& args, cudaStream_t stream);
std::uint64_t hash_buffer_ref(const void* host, std::size_t bytes);

// The linear digest mod 2^61-1 of a matrix of integers: kernels/data/exact_gemm.h's
// digest_of_product, computed where C lies. `not_exact` counts elements that are no integers of
// which the type holds every one: below 2^24 in magnitude of fp32, 2^53 of fp64 (NaN and infinity
// are none). They add nothing, and a digest with any is wrong.
struct DigestProduct {
  const void* c = nullptr;
  ElementType type = ElementType::fp32;  // or fp64, int32
  std::int64_t m = 0, n = 0, ldc = 0;
  std::uint64_t seed = 0;
  void* scratch = nullptr;  // digest_product_scratch_bytes(m, n), 16-byte aligned
  DigestReport* report = nullptr;
};
std::size_t digest_product_scratch_bytes(std::int64_t m, std::int64_t n);
Status digest_product(const DigestProduct& args, cudaStream_t stream);

// Where an exact product is wrong: every element against a plain integer product of A and B, which
// are first compared with what the seed says, so that wrong inputs are not blamed on the product.
// Slow (about a second for 8192^3): for when a digest is wrong.
struct ProductCheck {
  const void* a = nullptr;  // m x k, exact_element(seed, ., kStreamExactA, in)
  const void* b = nullptr;  // k x n, or n x k where b_along_k(in)
  const void* c = nullptr;  // m x n of gemm_type(in).sum
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldc = 0;
  std::uint64_t seed = 0;
  int tile_m = 0, tile_n = 0;           // gemm_plan()'s; zero where unknown
  const std::uint32_t* smid = nullptr;  // by tile, from the GEMM; may be null
  ElementType in = ElementType::bf16;   // of a and b
  ProductMismatch* report = nullptr;
};
Status check_product(const ProductCheck& args, cudaStream_t stream);

// Freivalds' check of a product of random matrices, in groups of columns (checksum_bound.h has the
// derivation): for every row i and every group g of 32 columns,
//   | sum_j C[i][j] x[j]  -  sum_k A[i][k] (sum_j B[k][j] x[j]) |  <=  10 sqrt(sum_j delta_ij^2)
// in double, with x random signs and delta the rounding a correct product may show; none in int8,
// where every difference is wrong. A correct GPU fails one of all the groups of an 8192^3 product
// with probability below 1e-14.
struct ChecksumProduct {
  const void* a = nullptr;
  const void* b = nullptr;  // k x n, or n x k where b_along_k(in)
  const void* c = nullptr;
  ElementType type = ElementType::bf16;  // of c
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldc = 0;
  RandomKind data = RandomKind::uniform;
  std::uint64_t seed = 0;  // of the signs: another one than the data's
  void* scratch = nullptr;
  ChecksumReport* report = nullptr;
  ElementType in = ElementType::bf16;  // of a and b
};
std::size_t checksum_product_scratch_bytes(std::int64_t n, std::int64_t k);
Status checksum_product(const ChecksumProduct& args, cudaStream_t stream);

}  // namespace ga
