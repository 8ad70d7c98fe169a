// The table. A case that is not here does not exist.
#include "benches/cases/cases.h"

#include <utility>
#include <vector>

#include "kernels/loader/loader.h"

namespace ga {

namespace {

std::vector<Case> make_cases() {
  std::vector<Case> cases{kMemoryRead,    kMemoryWrite, kMemoryCopy, kMemoryTriad, kMemoryD2d,
                          kMemoryPattern, kMemoryChase, kPcieH2d,    kPcieD2h};
  for (const CaseInfo& info : cases_of_one_gpu()) {
    if (const auto which = gemm_case(info.id)) {
      cases.push_back(which->exact ? gemm_exact_case(info.id, *which)
                                   : gemm_speed_case(info.id, *which));
    }
  }
  for (const Case& one :
       {kFreshGemm, kAttentionOwn, kAttentionCudnn, kAttentionOwnExact, kAttentionCudnnExact,
        kAttentionBwdOwn, kAttentionBwdCudnn, kAttentionBwdOwnExact, kAttentionBwdCudnnExact}) {
    cases.push_back(one);
  }
  cases.push_back(exercise_case("exercise.special", Exercise::special));
  cases.push_back(exercise_case("exercise.shuffle", Exercise::shuffle));
  cases.push_back(exercise_case("exercise.atomic", Exercise::atomic));
  cases.push_back(exercise_case("exercise.integer", Exercise::integer));
  cases.push_back(exercise_case("exercise.copy", Exercise::copy));
  cases.push_back(exercise_case("exercise.l2", Exercise::l2));
  for (const Case& one : {kPowerMixed, kPowerPulse, kClockLight}) cases.push_back(one);
  return cases;
}

}  // namespace

std::span<const Case> cuda_cases() {
  static const std::vector<Case> kCases = make_cases();
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

Result<Cudnn> cudnn_of(CaseContext& context) {
  if (!context.cudnn) {
    GA_TRY(Cudnn library, Cudnn::load(library_places(context.libs)));
    GA_TRY(std::vector<Library> described, library.describe());
    for (Library& one : described) context.libraries.push_back(std::move(one));
    context.cudnn = std::move(library);
  }
  return *context.cudnn;
}

}  // namespace ga
