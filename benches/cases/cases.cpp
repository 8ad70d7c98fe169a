// The table. A case that is not here does not exist.
#include "benches/cases/cases.h"

#include <array>

#include "kernels/loader/loader.h"

namespace ga {

std::span<const Case> cuda_cases() {
  static const std::array kCases{
      kMemoryRead, kMemoryWrite, kMemoryCopy,   kMemoryTriad,  kMemoryD2d,         kPcieH2d,
      kPcieD2h,    kGemmOwn,     kGemmCublaslt, kGemmOwnExact, kGemmCublasltExact, kClockLight,
  };
  return kCases;
}

const Case* find_cuda_case(std::string_view id) {
  for (const Case& c : cuda_cases()) {
    if (c.id == id) return &c;
  }
  return nullptr;
}

Result<CublasLt> cublaslt_of(CaseContext& context) {
  if (!context.cublaslt) {
    GA_TRY(CublasLt library, CublasLt::load(library_places(context.libs)));
    GA_TRY(Library described, library.describe());
    context.libraries.push_back(std::move(described));
    context.cublaslt = std::move(library);
  }
  return *context.cublaslt;
}

}  // namespace ga
