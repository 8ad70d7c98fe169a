// Four questions to GEMM in each type, to attention, and to its backward. "Own" is our kernel, the
// other the library's: cuBLASLt's, or cuDNN's.
//
// Speed. Evidence: random data, all GPUs at once, at the power cap and after a warm-up by time;
// every timed output held against a checksum, of attention against a plain computation of the same
// data, with a stated bound. The library's first heuristic is used. Where the profile sets a ratio,
// the library runs block by block beside our kernel, so that both see the same clock. Limit: a
// floor in operations per second of the profile, keyed to part, driver and power limit; the ratio
// decides in a ci profile and warns elsewhere. False pass: cold blocks, which the warm-up and the
// trend rule exclude; a ratio cannot see what slows both kernels alike. False fail: heat, a power
// brake, a locked clock or a starved host, which the explanation tells and blames; a bug of a
// kernel, which is accused itself where it is wrong on every GPU and the other is right.
//
// Exactness. Evidence: products of small integers, attention whose softmax is a mean of small
// integers, and gradients that are sums of integers over powers of two, exact in any order, cold
// and hot, with the placement of our tiles permuted from launch to launch; each launch's output as
// a digest on the device. On parts whose newest tensor path our kernel does not use, the library's
// is what exercises it. Limit: none. The digest is computed here from the data, never taken from
// the worker. False pass: a fault in what these data do not exercise; a wrong result keeps its
// digest with probability 2^-60. False fail: a bug of a kernel. Ours is qualified first: wrong on
// every GPU while the vendor's is right accuses the kernel; and the library where it is the other
// way round on several GPUs.
#include "acceptance/gates/compute_gates.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "acceptance/gates/compute_speed.h"
#include "acceptance/gates/exact.h"

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

// kernel: what stands before the word kernel, after the type.
struct Words {
  std::string_view library, verb, noun, noun_ko, kernel, kernel_ko;
};
constexpr Words kGemmWords{"cuBLASLt", "multiply", "matrices", "행렬 곱", "", ""};
constexpr Words kAttentionWords{"cuDNN", "compute", "attention", "어텐션", " attention", " 어텐션"};
constexpr Words kBackwardWords{
    "cuDNN",         "compute", "attention gradients", "어텐션 역전파", " attention backward",
    " 어텐션 역전파"};

const Words& words_of(const ComputeSubject& subject) {
  switch (subject.computation) {
    case Computation::gemm:
      return kGemmWords;
    case Computation::attention:
      return kAttentionWords;
    case Computation::attention_backward:
      return kBackwardWords;
  }
  return kGemmWords;
}

Texts speed_texts(const ComputeSubject& subject) {
  const Words& words = words_of(subject);
  const std::string what = fmt::format("{} {}", subject.type.name, words.noun);
  const std::string what_ko = fmt::format("{} {}", subject.type.name, words.noun_ko);
  if (subject.kernel == Kernel::own) {
    return {
        speed_id(subject),
        fmt::format("Does the GPU {} {} with our kernel as fast as it should?", words.verb, what),
        fmt::format("자체 커널의 {} 속도가 기준에 도달합니까?", what_ko)};
  }
  return {speed_id(subject),
          fmt::format("Does the GPU {} {} with {} as fast as ordered?", words.verb, what,
                      words.library),
          fmt::format("{}의 {} 속도가 주문한 사양에 도달합니까?", words.library, what_ko)};
}

Texts exact_texts(const ComputeSubject& subject) {
  const bool own = subject.kernel == Kernel::own;
  const Words& words = words_of(subject);
  const std::string_view type = subject.type.name;
  return {exact_id(subject),
          fmt::format("Does {} {}{} kernel give the exact answer, cold and hot?",
                      own ? "our" : "the vendor's", type, words.kernel),
          fmt::format("{} {}{} 커널이 냉간·열간 상태에서 정확한 답을 냅니까?",
                      own ? "자체" : "제조사", type, words.kernel_ko)};
}

template <Computation kComputation, std::size_t kType, Kernel kKernel>
constexpr ComputeSubject kSubject{kComputation, kGemmTypes[kType], kKernel};

template <const ComputeSubject& kSubjectOf>
Gate speed_gate() {
  static const Texts texts = speed_texts(kSubjectOf);
  return texts.gate(
      [](const Order& order, const Evidence& evidence) {
        return next_compute_speed(kSubjectOf, order, evidence);
      },
      [](const Order& order, const Evidence& evidence) {
        return judge_compute_speed(kSubjectOf, order, evidence);
      });
}

template <const ComputeSubject& kSubjectOf>
Gate exact_gate() {
  static const Texts texts = exact_texts(kSubjectOf);
  return texts.gate(
      [](const Order& order, const Evidence& evidence) {
        return next_exact(kSubjectOf, order, evidence);
      },
      [](const Order& order, const Evidence& evidence) {
        return judge_exact(kSubjectOf, order, evidence);
      });
}

template <Computation kComputation, std::size_t kType>
void add_four(std::vector<Gate>& gates) {
  gates.push_back(speed_gate<kSubject<kComputation, kType, Kernel::library>>());
  gates.push_back(speed_gate<kSubject<kComputation, kType, Kernel::own>>());
  gates.push_back(exact_gate<kSubject<kComputation, kType, Kernel::own>>());
  gates.push_back(exact_gate<kSubject<kComputation, kType, Kernel::library>>());
}

template <std::size_t... kType>
std::vector<Gate> all_of(std::index_sequence<kType...>) {
  std::vector<Gate> gates;
  (add_four<Computation::gemm, kType>(gates), ...);
  static_assert(kGemmTypes[0].in == ElementType::bf16);
  add_four<Computation::attention, 0>(gates);
  add_four<Computation::attention_backward, 0>(gates);
  return gates;
}

}  // namespace

std::span<const Gate> compute_gates() {
  static const auto gates = all_of(std::make_index_sequence<kGemmTypes.size()>{});
  return gates;
}

}  // namespace ga
