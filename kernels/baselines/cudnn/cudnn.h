// cuDNN: the vendor's fused attention, the yardstick of ours. This folder alone knows its
// interface.
//
// The library is opened with dlopen when it is first needed and never linked. The attention is
// described as a graph of elementary operations; cuDNN's heuristics return configurations of the
// engines that know the pattern, and compiles their kernels when a plan is made, in about a second.
// Scores and sums in fp32, probabilities rounded to the type.
//
// Taken are 9.10 and later of major version 9: older ones want another number than -infinity for
// a key that is not seen. Loaded and planned with: 9.19.0.
//
// The backward is deterministic: its graph is the one for which cuDNN adds nothing up by atomics,
// and engines that are noted as non-deterministic are left out. The price is the workspace: dS of
// all pairs. dK and dV of a query head stay in fp32 until the heads are added up.
//
// Which engine: a gate takes the first that heuristic mode A returns, unless that one is noted as
// non-deterministic and a later one is not. Comparisons time every one.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/data/attention_shape.h"
#include "kernels/loader/loader.h"
#include "reports/model/result.h"

namespace ga {

struct CudnnProblem {
  AttentionShape shape;
  float scale = 0;
  bool with_lse = false;
  bool backward = false;  // of dQ, dK and dV, by deterministic engines alone
};

// A usage error where cuDNN has no such attention: bf16 or fp16, dim a multiple of 8 and at most
// 128, heads a multiple of kv_heads, and at least 1 of everything.
Status cudnn_check(const CudnnProblem& problem);

// The most workspace that cuDNN 9.19 wants for a backward of that shape on Hopper: dS in 16 bits,
// of whole tiles, and dK and dV of each query head.
std::int64_t cudnn_backward_workspace_bytes(const AttentionShape& shape);

// Device pointers, 16-byte aligned, in the layout of attention_shape.h.
struct CudnnOperands {
  const void* q = nullptr;
  const void* k = nullptr;
  const void* v = nullptr;
  void* o = nullptr;
  float* lse = nullptr;       // written where the problem is with_lse; the backward reads it, and O
  void* workspace = nullptr;  // workspace_bytes()
  const void* d_o = nullptr;  // of the backward
  void* d_q = nullptr;
  void* d_k = nullptr;
  void* d_v = nullptr;
};

// A configuration of an engine, in the library's own numbers.
struct CudnnEngine {
  std::int64_t index = -1;
  std::vector<std::pair<std::int64_t, std::int64_t>> knobs;  // type and value
  bool deterministic = true;
  friend bool operator==(const CudnnEngine&, const CudnnEngine&) = default;
};
// "engine 2 knob 24 = 7", and "nondeterministic" where it is noted.
std::string to_text(const CudnnEngine& engine);

// Position of the one that a gate uses. Precondition: not empty.
std::size_t pick_for_gate(std::span<const CudnnEngine> engines);

struct CudnnLibrary;  // the open library, its functions and its handle

// One attention, planned. Used by one thread at a time, as is the library.
class CudnnAttention {
 public:
  CudnnAttention(CudnnAttention&&) noexcept;
  CudnnAttention& operator=(CudnnAttention&&) noexcept;
  ~CudnnAttention();

  // In the library's order: those of heuristic mode A, fastest expected first, then those of its
  // fallback list. Never empty.
  const std::vector<CudnnEngine>& engines() const;

  // Compiles that one's kernels, once; at first a gate's is chosen. On an error the old one stays.
  Status choose(std::size_t engine);
  std::size_t chosen() const;
  std::string text() const;  // "cudnn 9.19.0 engine 2 knob 24 = 7 workspace 0"
  std::size_t workspace_bytes() const;

  // Enqueues the chosen one; neither allocates nor synchronises.
  Status run(const CudnnOperands& operands, cudaStream_t stream) const;

 private:
  friend class Cudnn;
  struct State;
  explicit CudnnAttention(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Cudnn {
 public:
  // Opens the library and takes its functions; needs no GPU. An environment error where it is not
  // found (with the places), misses a function, or is of another version than those above.
  static Result<Cudnn> load(const LibraryPlaces& places);

  // For the current device: cudnn_check() first, and an environment error where the library offers
  // no engine. The first call creates the library's handle: without a driver that is an environment
  // error.
  Result<CudnnAttention> plan(const CudnnProblem& problem);
  // For the GPU that `device` describes as cuDNN writes it, in JSON. Needs no GPU; run() refuses.
  Result<CudnnAttention> plan_for(const CudnnProblem& problem, std::string_view device);

  const std::string& version() const;  // "9.19.0"
  const std::string& path() const;
  // For the report: libcudnn.so.9, and of its parts, which it loads itself, those that choose and
  // compile an attention. Hashes the files at the first call.
  Result<std::vector<Library>> describe() const;

 private:
  explicit Cudnn(std::shared_ptr<CudnnLibrary> library);
  std::shared_ptr<CudnnLibrary> library_;
};

}  // namespace ga
