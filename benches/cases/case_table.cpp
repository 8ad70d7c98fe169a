#include "benches/cases/case_table.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "kernels/data/attention_shape.h"
#include "kernels/data/exact_gemm.h"

namespace ga {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;  // what JSON carries exactly
constexpr std::int64_t kMaxSide = 65536;

// Arrays are walked in 16-byte words; 1 TiB is beyond any GPU and keeps byte counts from overflow.
constexpr std::array kMemory{
    CaseParameter{"bytes", "bytes", 8 * kGiB, 4096, 1024 * kGiB, 4096},
};
// alone only names the series: a repeat while every other GPU is idle.
constexpr CaseParameter kAlone{"alone", "", 0, 0, 1};
constexpr std::array kPcie{
    CaseParameter{"bytes", "bytes", 256 * kMiB, 4096, 16 * kGiB, 4096},
    kAlone,
};
constexpr std::array kGemm{
    CaseParameter{"m", "elements", 8192, 1, kMaxSide},
    CaseParameter{"n", "elements", 8192, 1, kMaxSide},
    CaseParameter{"k", "elements", 8192, 1, kMaxSide},
    kAlone,
};
// hot only names the series: the same question before and after the load.
using ExactParameters = std::array<CaseParameter, 5>;
constexpr ExactParameters exact_parameters(ElementType in) {
  return {{{"m", "elements", 4096, 1, kMaxSide},
           {"n", "elements", 4096, 1, kMaxSide},
           {"k", "elements", 4096, 1, exact_most_k(in)},
           {"hot", "", 0, 0, 1},
           {"seed", "", 1, 0, kMaxSeed}}};
}
constexpr auto kExact = [] {
  std::array<ExactParameters, kGemmTypes.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = exact_parameters(kGemmTypes[i].in);
  return all;
}();

// dim: 64 or 128. causal 0: every query sees every key.
constexpr CaseParameter kDim{"dim", "elements", 128, 64, 128, 64};
constexpr CaseParameter kCausal{"causal", "", 1, 0, 1};
constexpr CaseParameter how_many(std::string_view name, std::int64_t fallback) {
  return {name, "", fallback, 1, 1024};
}
constexpr std::array kAttention{
    how_many("batch", kTimedAttention.batch),
    how_many("heads", kTimedAttention.heads),
    how_many("kv_heads", kTimedAttention.kv_heads),
    CaseParameter{"seq", "elements", 8192, 1, kMaxSide},
    kDim,
    kCausal,
    kAlone,
};
constexpr std::array kAttentionExact{
    how_many("batch", kExactAttention.batch),
    how_many("heads", kExactAttention.heads),
    how_many("kv_heads", kExactAttention.kv_heads),
    CaseParameter{"seq", "elements", 4000, 1, kMaxSide},
    kDim,
    kCausal,
    CaseParameter{"hot", "", 0, 0, 1},
    CaseParameter{"seed", "", 1, 0, kMaxSeed},
};

// Of memory.pattern: test 0: every word its own address, 1: moving inversions, 2: modulo 20,
// 3: random. hold_s: seconds between the write and the check, in which bits may fade. flip 1: what
// is held is the complement of what is held with 0 and the same seed.
constexpr std::array kPatternWalk{
    CaseParameter{"bytes", "bytes", 8 * kGiB, kMiB, 1024 * kGiB, kMiB},
    CaseParameter{"test", "", 0, 0, 3},
    CaseParameter{"hold_s", "s", 0, 0, 3600},
    CaseParameter{"flip", "", 0, 0, 1},
    CaseParameter{"seed", "", 1, 0, kMaxSeed},
};
constexpr std::array kChase{
    CaseParameter{"bytes", "bytes", 4 * kGiB, kMiB, 64 * kGiB, kMiB},
};
constexpr std::array kExercise{
    CaseParameter{"hot", "", 0, 0, 1},
    CaseParameter{"seed", "", 1, 0, kMaxSeed},
};
// n: of the square products. phase_percent: where in the period the load begins; it only places a
// GPU, so that requests which differ in nothing else run together.
constexpr std::array kMixed{CaseParameter{"n", "elements", 8192, 256, 32768, 256}, kAlone};
constexpr std::array kPulse{
    CaseParameter{"n", "elements", 8192, 256, 32768, 256},
    CaseParameter{"period_ms", "ms", 1000, 100, 120'000},
    CaseParameter{"duty_percent", "%", 50, 1, 99},
    CaseParameter{"phase_percent", "%", 0, 0, 99},
};

constexpr std::array kBeforeGemm{
    CaseInfo{"memory.read", "Reads one array and sums it", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.write", "Writes a pattern to one array", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.copy", "Copies one array to another by our kernel", "bytes_per_s", "pattern",
             kMemory},
    CaseInfo{"memory.triad", "a = b + s * c over three arrays", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.d2d", "Copies one array to another by cudaMemcpy, device to device",
             "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.pattern", "Writes a pattern to nearly all memory and reads it back",
             "bytes_per_s", "pattern", kPatternWalk},
    CaseInfo{"memory.chase", "The time of one dependent load from memory, in a chain of addresses",
             "ns", "exact", kChase},
    CaseInfo{"pcie.h2d", "Copies pinned host memory of the GPU's NUMA node to the device",
             "bytes_per_s", "pattern", kPcie},
    CaseInfo{"pcie.d2h", "Copies device memory to pinned host memory of the GPU's NUMA node",
             "bytes_per_s", "pattern", kPcie},
};
constexpr std::array kFresh{CaseParameter{"seed", "", 1, 0, kMaxSeed}};
constexpr std::array kAfterGemm{
    CaseInfo{"fresh.gemm", "Small integers by our kernel, their tiles committed to and opened",
             "launches", "tree", kFresh},
    CaseInfo{"attention.bf16.own", "Attention forward by our kernel, bf16, random data", "flops",
             "reference", kAttention},
    CaseInfo{"attention.bf16.cudnn", "Attention forward by cuDNN, bf16, random data", "flops",
             "reference", kAttention},
    CaseInfo{"attention.bf16.own.exact",
             "Attention by our kernel on data with an exact answer, each launch held to its hash",
             "launches", "exact", kAttentionExact},
    CaseInfo{"attention.bf16.cudnn.exact",
             "Attention by cuDNN on data with an exact answer, each launch held to its hash",
             "launches", "exact", kAttentionExact},
    CaseInfo{"attention.bf16.bwd.own", "Attention backward by our kernels, bf16, random data",
             "flops", "reference", kAttention},
    CaseInfo{"attention.bf16.bwd.cudnn",
             "Attention backward by cuDNN, deterministic, bf16, random data", "flops", "reference",
             kAttention},
    CaseInfo{"attention.bf16.bwd.own.exact",
             "Attention backward by our kernels on data with an exact answer, each launch held to "
             "its hash",
             "launches", "exact", kAttentionExact},
    CaseInfo{
        "attention.bf16.bwd.cudnn.exact",
        "Attention backward by cuDNN on data with an exact answer, each launch held to its hash",
        "launches", "exact", kAttentionExact},
    CaseInfo{"exercise.special", "Special functions on every SM, held to their documented error",
             "launches", "reference", kExercise},
    CaseInfo{"exercise.shuffle", "Shuffles, votes, matches and reductions within warps", "launches",
             "exact", kExercise},
    CaseInfo{"exercise.atomic", "Atomic operations on shared and global memory", "launches",
             "exact", kExercise},
    CaseInfo{"exercise.integer", "Integer and bit operations", "launches", "exact", kExercise},
    CaseInfo{"exercise.copy", "Asynchronous copies and the tensor memory accelerator", "launches",
             "exact", kExercise},
    CaseInfo{"exercise.l2", "Traffic that stays in the L2 cache", "launches", "exact", kExercise},
    CaseInfo{"power.mixed", "Products of several formats in turn, at the power limit", "flops",
             "checksum", kMixed},
    CaseInfo{"power.pulse", "Products that start and stop in a fixed rhythm", "launches",
             "checksum", kPulse},
    CaseInfo{"clock.light", "The SM clock while a light kernel runs", "mhz", "exact", {}},
};

// engine 0: stores by the SMs, 1: the copy engine. shift 0: one pair at a time, 1: every GPU to its
// next, then to its next but one, and so on: all ports are busy and none twice.
constexpr std::array kP2p{
    CaseParameter{"bytes", "bytes", 256 * kMiB, 4096, 16 * kGiB, 4096},
    CaseParameter{"engine", "", 0, 0, 1},
    CaseParameter{"shift", "", 0, 0, 1},
};
// together 0: one GPU at a time, 1: all at once.
constexpr std::array kNuma{
    CaseParameter{"bytes", "bytes", 256 * kMiB, 4096, 16 * kGiB, 4096},
    CaseParameter{"together", "", 0, 0, 1},
};
// type 0: bf16, 1: fp16, 2: fp32. algorithm 0: by size, 1: one-shot, 2: two-shot, 3: NVLS.
constexpr CaseParameter kReduced{"bytes", "bytes", 8 * kGiB, 4, 32 * kGiB, 4};
constexpr CaseParameter kType{"type", "", 0, 0, 2};
constexpr std::array kOwnReduce{kReduced, kType, CaseParameter{"algorithm", "", 0, 0, 3}};
// ctas 0: as NCCL chooses.
constexpr std::array kNcclReduce{kReduced, kType, CaseParameter{"ctas", "", 0, 0, 64}};
constexpr std::array kLatency{CaseParameter{"bytes", "bytes", 8192, 16, 256 * 1024, 16}, kType};
constexpr std::array kExactReduce{
    CaseParameter{"bytes", "bytes", kMiB / 4, 4, kGiB, 4},
    kType,
    CaseParameter{"algorithm", "", 2, 1, 3},
    CaseParameter{"seed", "", 1, 0, kMaxSeed},
};
constexpr bool kSpansGpus = true;
constexpr std::array kOfNode{
    CaseInfo{"nvlink.p2p", "Copies between every two GPUs, each way; the slowest", "bytes_per_s",
             "pattern", kP2p, kSpansGpus},
    CaseInfo{"pcie.numa", "Copies between every GPU and every NUMA node, each way; the slowest",
             "bytes_per_s", "pattern", kNuma, kSpansGpus},
    CaseInfo{"allreduce.own", "Sums over all GPUs by our kernels; bus bandwidth", "bytes_per_s",
             "exact", kOwnReduce, kSpansGpus},
    CaseInfo{"allreduce.nccl", "Sums over all GPUs by NCCL as it chooses; bus bandwidth",
             "bytes_per_s", "exact", kNcclReduce, kSpansGpus, "nccl"},
    CaseInfo{"allreduce.nccl_ring", "Sums over all GPUs by NCCL's ring; bus bandwidth",
             "bytes_per_s", "exact", kNcclReduce, kSpansGpus, "nccl_ring"},
    CaseInfo{"allreduce.nccl_nvls", "Sums over all GPUs in the switches by NCCL; bus bandwidth",
             "bytes_per_s", "exact", kNcclReduce, kSpansGpus, "nccl_nvls"},
    CaseInfo{"allreduce.latency", "Time of one small sum over all GPUs by our kernel, in a graph",
             "ns", "exact", kLatency, kSpansGpus},
    CaseInfo{"allreduce.exact", "Small sums over all GPUs, back to back, no two of the same data",
             "launches", "exact", kExactReduce, kSpansGpus},
};

std::string_view name_of(ElementType type) {
  return type == ElementType::int32 ? "int32" : gemm_type(type).name;
}

std::string describe(const GemmCase& c) {
  const GemmType& type = *c.type;
  const std::string_view who = c.own ? "our kernel" : "cuBLASLt";
  if (c.exact) {
    return fmt::format("Small integers by {}: {} in, {} out, each launch held to the exact digest",
                       who, type.name, name_of(type.sum));
  }
  return fmt::format("C = A B by {}: {} in, {} sums, {} out, random data", who, type.name,
                     name_of(type.sum), name_of(type.out));
}

struct Table {
  std::vector<CaseInfo> cases;
  std::deque<std::string> texts;  // what is put together; a deque moves none of them

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  void add(const GemmCase& c) {
    const std::string_view id = keep(gemm_case_id(c));
    const std::string_view description = keep(describe(c));
    const auto type = static_cast<std::size_t>(c.type - kGemmTypes.data());
    cases.push_back(c.exact ? CaseInfo{id, description, "launches", "exact", kExact[type]}
                            : CaseInfo{id, description, "flops", "checksum", kGemm});
  }
};

Table make_table() {
  Table table;
  table.cases.assign(kBeforeGemm.begin(), kBeforeGemm.end());
  for (const GemmType& type : kGemmTypes) {
    table.add({.type = &type, .own = true, .exact = false});
    table.add({.type = &type, .own = false, .exact = false});
    table.add({.type = &type, .own = true, .exact = true});
    table.add({.type = &type, .own = false, .exact = true});
  }
  table.cases.insert(table.cases.end(), kAfterGemm.begin(), kAfterGemm.end());
  table.cases.insert(table.cases.end(), kOfNode.begin(), kOfNode.end());
  return table;
}

const CaseParameter* find_parameter(const CaseInfo& info, std::string_view name) {
  for (const CaseParameter& parameter : info.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

std::string known_names(const CaseInfo& info) {
  std::string names;
  for (const CaseParameter& parameter : info.parameters) {
    names += (names.empty() ? "" : ", ") + std::string(parameter.name);
  }
  return names.empty() ? "no parameter" : names;
}

}  // namespace

std::span<const CaseInfo> all_cases() {
  static const Table kTable = make_table();
  return kTable.cases;
}

std::span<const CaseInfo> cases_of_one_gpu() {
  return all_cases().first(all_cases().size() - kOfNode.size());
}

const CaseInfo* find_case(std::string_view id) {
  for (const CaseInfo& info : all_cases()) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

std::string gemm_case_id(const GemmCase& c) {
  return fmt::format("gemm.{}.{}{}", c.type->name, c.own ? "own" : "cublaslt",
                     c.exact ? ".exact" : "");
}

std::optional<GemmCase> gemm_case(std::string_view id) {
  for (const GemmType& type : kGemmTypes) {
    for (const bool own : {true, false}) {
      for (const bool exact : {true, false}) {
        const GemmCase c{.type = &type, .own = own, .exact = exact};
        if (gemm_case_id(c) == id) return c;
      }
    }
  }
  return std::nullopt;
}

Result<Params> complete_params(const CaseInfo& info, const Params& given) {
  Params complete;
  for (const CaseParameter& parameter : info.parameters) {
    complete[std::string(parameter.name)] = parameter.fallback;
  }
  for (const auto& [name, value] : given) {
    const CaseParameter* parameter = find_parameter(info, name);
    if (parameter == nullptr) {
      return Error(ErrorCode::usage, fmt::format("case '{}' has no parameter '{}'", info.id, name))
          .hinted(fmt::format("it takes {}", known_names(info)));
    }
    if (value < parameter->min || value > parameter->max || value % parameter->step != 0) {
      return Error(ErrorCode::usage,
                   fmt::format("case '{}': {} = {} is out of range", info.id, name, value))
          .hinted(fmt::format("{} to {}, in steps of {}", parameter->min, parameter->max,
                              parameter->step));
    }
    complete[name] = value;
  }
  return complete;
}

}  // namespace ga
