// The cases on CUDA: what each needs and how it is set up. Names, parameters and descriptions are
// in case_table.h, which needs no CUDA; a test holds the two tables together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benches/cases/case_table.h"
#include "benches/harness/bench.h"
#include "kernels/baselines/cublaslt.h"
#include "kernels/baselines/cudnn/cudnn.h"
#include "kernels/data/exercise.h"
#include "kernels/runtime/device.h"
#include "reports/model/injection.h"
#include "reports/model/measurement.h"
#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

// What all set-ups of a process share.
struct CaseContext {
  DeviceInfo device;
  std::string libs;  // --libs
  Injection injection = {};
  cudaStream_t stream = nullptr;
  std::optional<CublasLt> cublaslt = {};  // loaded by the first case that needs it, as are all
  std::optional<Cudnn> cudnn = {};
  std::vector<Library> libraries = {};  // loaded so far
};

// The library, loaded and recorded at the first call.
Result<CublasLt> cublaslt_of(CaseContext& context);
Result<Cudnn> cudnn_of(CaseContext& context);

struct Case {
  std::string_view id;
  // Device memory that setup() allocates. `params` is complete.
  std::function<std::int64_t(const Params& params, const CaseContext& context)> device_bytes;
  // Allocates and fills; waits until that is done. The kernels of fill and check have run after it.
  std::function<Result<std::unique_ptr<Bench>>(const Params& params, std::uint64_t seed,
                                               CaseContext& context)>
      setup;
};

std::span<const Case> cuda_cases();
const Case* find_cuda_case(std::string_view id);

// One file each.
extern const Case kMemoryRead, kMemoryWrite, kMemoryCopy, kMemoryD2d, kMemoryTriad;
extern const Case kMemoryPattern, kMemoryChase;
extern const Case kPcieH2d, kPcieD2h;
extern const Case kAttentionOwn, kAttentionCudnn, kAttentionOwnExact, kAttentionCudnnExact;
extern const Case kAttentionBwdOwn, kAttentionBwdCudnn;
extern const Case kAttentionBwdOwnExact, kAttentionBwdCudnnExact;
extern const Case kClockLight, kFreshGemm, kPowerMixed, kPowerPulse;
Case gemm_speed_case(std::string_view id, const GemmCase& which);
Case gemm_exact_case(std::string_view id, const GemmCase& which);
Case exercise_case(std::string_view id, Exercise which);

}  // namespace ga
