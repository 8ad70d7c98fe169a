// Four questions to each type. "Own" is our kernel, the other cuBLASLt's.
//
// Speed. Evidence: random matrices, all GPUs at once, at the power cap and after a warm-up by time;
// every timed output held against a checksum with a stated bound. The library's first heuristic is
// used. Where the profile sets a ratio, the library runs block by block beside our kernel, so that
// both see the same clock.
// Limit: a floor in operations per second of the profile, keyed to part, driver and power limit;
// the ratio decides in a ci profile and warns elsewhere.
// False pass: cold blocks, which the warm-up and the trend rule exclude; a ratio cannot see what
// slows both kernels alike. False fail: heat, a power brake, a locked clock or a starved host,
// which the explanation tells and blames; a bug of a kernel, which is accused itself where it is
// wrong on every GPU and the other is right.
//
// Exactness. Evidence: products of small integers, whose sums are exact in any order, cold and hot,
// with the placement of our tiles permuted from launch to launch; each launch's output as a digest
// on the device. On parts whose newest tensor path our kernel does not use, the library's is what
// exercises it.
// Limit: none. The digest is computed here from the data, never taken from the worker.
// False pass: a fault in what these data do not exercise; a wrong product keeps its digest with
// probability 2^-60. False fail: a bug of a kernel. Ours is qualified first: wrong on every GPU
// while the vendor's is right accuses the kernel; and the library where it is the other way round
// on several GPUs.
#include "acceptance/gates/gemm_gates.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "acceptance/gates/exact.h"
#include "acceptance/gates/gemm_speed.h"

namespace ga {
namespace {

using NextFunction = decltype(Gate::next);
using JudgeFunction = decltype(Gate::judge);

// A gate's texts live as long as the program.
struct Texts {
  std::string id, question, question_ko;

  Gate gate(NextFunction next, JudgeFunction judge) const {
    return {id, question, question_ko, next, judge};
  }
};

Texts speed_texts(const GemmSubject& subject) {
  const std::string_view type = subject.type.name;
  if (subject.kernel == GemmKernel::own) {
    return {speed_id(subject),
            fmt::format("Does the GPU multiply {} matrices with our kernel as fast as it should?",
                        type),
            fmt::format("자체 커널의 {} 행렬 곱 속도가 기준에 도달합니까?", type)};
  }
  return {speed_id(subject),
          fmt::format("Does the GPU multiply {} matrices with cuBLASLt as fast as ordered?", type),
          fmt::format("cuBLASLt의 {} 행렬 곱 속도가 주문한 사양에 도달합니까?", type)};
}

Texts exact_texts(const GemmSubject& subject) {
  const bool own = subject.kernel == GemmKernel::own;
  return {exact_id(subject),
          fmt::format("Does {} {} kernel give the exact answer, cold and hot?",
                      own ? "our" : "the vendor's", subject.type.name),
          fmt::format("{} {} 커널이 냉간·열간 상태에서 정확한 답을 냅니까?",
                      own ? "자체" : "제조사", subject.type.name)};
}

template <std::size_t kType, GemmKernel kKernel>
constexpr GemmSubject kSubject{kGemmTypes[kType], kKernel};

template <std::size_t kType, GemmKernel kKernel>
Gate speed_gate() {
  static const Texts texts = speed_texts(kSubject<kType, kKernel>);
  return texts.gate(
      [](const Order& order, const Evidence& evidence) {
        return next_gemm_speed(kSubject<kType, kKernel>, order, evidence);
      },
      [](const Order& order, const Evidence& evidence) {
        return judge_gemm_speed(kSubject<kType, kKernel>, order, evidence);
      });
}

template <std::size_t kType, GemmKernel kKernel>
Gate exact_gate() {
  static const Texts texts = exact_texts(kSubject<kType, kKernel>);
  return texts.gate(
      [](const Order& order, const Evidence& evidence) {
        return next_exact(kSubject<kType, kKernel>, order, evidence);
      },
      [](const Order& order, const Evidence& evidence) {
        return judge_exact(kSubject<kType, kKernel>, order, evidence);
      });
}

template <std::size_t kType>
void add_type(std::vector<Gate>& gates) {
  gates.push_back(speed_gate<kType, GemmKernel::cublaslt>());
  gates.push_back(speed_gate<kType, GemmKernel::own>());
  gates.push_back(exact_gate<kType, GemmKernel::own>());
  gates.push_back(exact_gate<kType, GemmKernel::cublaslt>());
}

template <std::size_t... kType>
std::vector<Gate> all_types(std::index_sequence<kType...>) {
  std::vector<Gate> gates;
  (add_type<kType>(gates), ...);
  return gates;
}

}  // namespace

std::span<const Gate> gemm_gates() {
  static const auto gates = all_types(std::make_index_sequence<kGemmTypes.size()>{});
  return gates;
}

}  // namespace ga
