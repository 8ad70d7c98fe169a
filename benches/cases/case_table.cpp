#include "benches/cases/case_table.h"

#include <fmt/format.h>

#include <array>

namespace ga {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;  // what JSON carries exactly
constexpr std::int64_t kMaxSide = 65536;
constexpr std::int64_t kMaxExactK = (std::int64_t{1} << 18) - 1;  // fp32 sums stay exact below

// Arrays are walked in 16-byte words; 1 TiB is beyond any GPU and keeps byte counts from overflow.
constexpr std::array kMemory{
    CaseParameter{"bytes", "bytes", 8 * kGiB, 4096, 1024 * kGiB, 4096},
};
// alone only names the series: a repeat while every other GPU is idle.
constexpr std::array kPcie{
    CaseParameter{"bytes", "bytes", 256 * kMiB, 4096, 16 * kGiB, 4096},
    CaseParameter{"alone", "", 0, 0, 1},
};
constexpr std::array kGemm{
    CaseParameter{"m", "elements", 8192, 1, kMaxSide},
    CaseParameter{"n", "elements", 8192, 1, kMaxSide},
    CaseParameter{"k", "elements", 8192, 1, kMaxSide},
};
// hot only names the series: the same question before and after the load.
constexpr std::array kExact{
    CaseParameter{"m", "elements", 4096, 1, kMaxSide},
    CaseParameter{"n", "elements", 4096, 1, kMaxSide},
    CaseParameter{"k", "elements", 4096, 1, kMaxExactK},
    CaseParameter{"hot", "", 0, 0, 1},
    CaseParameter{"seed", "", 1, 0, kMaxSeed},
};

constexpr std::array kCases{
    CaseInfo{"memory.read", "Reads one array and sums it", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.write", "Writes a pattern to one array", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.copy", "Copies one array to another by our kernel", "bytes_per_s", "pattern",
             kMemory},
    CaseInfo{"memory.triad", "a = b + s * c over three arrays", "bytes_per_s", "pattern", kMemory},
    CaseInfo{"memory.d2d", "Copies one array to another by cudaMemcpy, device to device",
             "bytes_per_s", "pattern", kMemory},
    CaseInfo{"pcie.h2d", "Copies pinned host memory of the GPU's NUMA node to the device",
             "bytes_per_s", "pattern", kPcie},
    CaseInfo{"pcie.d2h", "Copies device memory to pinned host memory of the GPU's NUMA node",
             "bytes_per_s", "pattern", kPcie},
    CaseInfo{"gemm.bf16.own", "C = A B by our kernel: bf16 in, fp32 sums, bf16 out, random data",
             "flops", "checksum", kGemm},
    CaseInfo{"gemm.bf16.cublaslt", "C = A B by cuBLASLt: bf16 in, fp32 sums, bf16 out, random data",
             "flops", "checksum", kGemm},
    CaseInfo{"gemm.bf16.own.exact",
             "Small integers by our kernel, each launch held to the exact digest", "launches",
             "exact", kExact},
    CaseInfo{"gemm.bf16.cublaslt.exact",
             "Small integers by cuBLASLt, each launch held to the exact digest", "launches",
             "exact", kExact},
    CaseInfo{"clock.light", "The SM clock while a light kernel runs", "mhz", "exact", {}},
};

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

std::span<const CaseInfo> all_cases() { return kCases; }

const CaseInfo* find_case(std::string_view id) {
  for (const CaseInfo& info : kCases) {
    if (info.id == id) return &info;
  }
  return nullptr;
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
