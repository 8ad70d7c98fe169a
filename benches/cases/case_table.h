// Which cases there are, what each may be told, and what its samples are in. Host only: the command
// line lists it, the simulator obeys it, and the CUDA cases refer to it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/data/element.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

struct CaseParameter {
  std::string_view name;
  std::string_view unit;  // "bytes", "elements"; "" where it is a plain number
  std::int64_t fallback = 0, min = 0, max = 0;
  std::int64_t step = 1;  // the value is a multiple of it
};

struct CaseInfo {
  std::string_view id;           // permanent: "memory.copy"
  std::string_view description;  // one line
  std::string_view unit;         // of its samples: "bytes_per_s", "flops", "launches", "mhz"
  std::string_view check_kind;   // "pattern", "checksum", "exact", "reference", "tree"
  std::span<const CaseParameter> parameters;
  // Whether it spans the GPUs of a node: then one worker is given all of them, in slot order.
  bool spans_gpus = false;
  // Cases of another word here never share a process with it: a library is set up once in each.
  std::string_view process = {};
};

// Whether its launches are copies between host and device: then the links are read while it runs.
inline bool copies_over_pcie(std::string_view case_id) { return case_id.starts_with("pcie."); }
// Whether its launches are bound by the memory: then the memory's temperature is read as well.
inline bool loads_memory(std::string_view case_id) { return case_id.starts_with("memory."); }

std::span<const CaseInfo> all_cases();
std::span<const CaseInfo> cases_of_one_gpu();  // the first of them
// Whether its launches carry data over NVLink alone: then its links are counted while it runs.
inline bool copies_over_nvlink(std::string_view case_id) { return case_id.starts_with("nvlink."); }
const CaseInfo* find_case(std::string_view id);

// What "gemm.<type>.own" and "gemm.<type>.cublaslt", with ".exact" or without, stand for; nothing
// for any other id.
struct GemmCase {
  const GemmType* type = nullptr;  // of kGemmTypes
  bool own = false;                // else cuBLASLt
  bool exact = false;
};
std::optional<GemmCase> gemm_case(std::string_view id);
std::string gemm_case_id(const GemmCase& c);

// Every parameter of the case: as given, else its fallback. Refuses a name that the case does not
// know and a value outside its range, with the range.
Result<Params> complete_params(const CaseInfo& info, const Params& given);

}  // namespace ga
