#include "kernels/baselines/cublaslt.h"

#include <cublasLt.h>
#include <fmt/format.h>

#include <array>
#include <type_traits>
#include <utility>

namespace ga {
namespace {

// One pointer for each function that is used, typed by the library's own header.
struct Functions {
  decltype(&cublasLtCreate) create;
  decltype(&cublasLtDestroy) destroy;
  decltype(&cublasLtGetVersion) version;
  decltype(&cublasLtGetStatusName) status_name;
  decltype(&cublasLtGetStatusString) status_string;
  decltype(&cublasLtMatmulDescCreate) desc_create;
  decltype(&cublasLtMatmulDescDestroy) desc_destroy;
  decltype(&cublasLtMatmulDescSetAttribute) desc_set;
  decltype(&cublasLtMatrixLayoutCreate) layout_create;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic;
  decltype(&cublasLtMatmulAlgoConfigGetAttribute) config_get;
  decltype(&cublasLtMatmul) matmul;
};

template <class F>
Status take(const SharedLibrary& library, const char* symbol, F*& to) {
  GA_TRY(to, library.function<F>(symbol));
  return Ok{};
}

Result<Functions> take_functions(const SharedLibrary& library) {
  Functions f{};
  GA_CHECK(take(library, "cublasLtCreate", f.create));
  GA_CHECK(take(library, "cublasLtDestroy", f.destroy));
  GA_CHECK(take(library, "cublasLtGetVersion", f.version));
  GA_CHECK(take(library, "cublasLtGetStatusName", f.status_name));
  GA_CHECK(take(library, "cublasLtGetStatusString", f.status_string));
  GA_CHECK(take(library, "cublasLtMatmulDescCreate", f.desc_create));
  GA_CHECK(take(library, "cublasLtMatmulDescDestroy", f.desc_destroy));
  GA_CHECK(take(library, "cublasLtMatmulDescSetAttribute", f.desc_set));
  GA_CHECK(take(library, "cublasLtMatrixLayoutCreate", f.layout_create));
  GA_CHECK(take(library, "cublasLtMatrixLayoutDestroy", f.layout_destroy));
  GA_CHECK(take(library, "cublasLtMatmulPreferenceCreate", f.preference_create));
  GA_CHECK(take(library, "cublasLtMatmulPreferenceDestroy", f.preference_destroy));
  GA_CHECK(take(library, "cublasLtMatmulPreferenceSetAttribute", f.preference_set));
  GA_CHECK(take(library, "cublasLtMatmulAlgoGetHeuristic", f.heuristic));
  GA_CHECK(take(library, "cublasLtMatmulAlgoConfigGetAttribute", f.config_get));
  GA_CHECK(take(library, "cublasLtMatmul", f.matmul));
  return f;
}

Status lt_status(const Functions& f, cublasStatus_t code, const char* call, Location at = here()) {
  if (code == CUBLAS_STATUS_SUCCESS) return Ok{};
  const auto kind = code == CUBLAS_STATUS_NOT_INITIALIZED || code == CUBLAS_STATUS_NOT_SUPPORTED ||
                            code == CUBLAS_STATUS_ARCH_MISMATCH
                        ? ErrorCode::environment
                        : ErrorCode::device;
  return Error(kind, fmt::format("{}: {} ({})", call, f.status_name(code), f.status_string(code)),
               at);
}

// A handle of the library with the function that ends it.
template <class H>
struct Closer {
  cublasStatus_t (*destroy)(H) = nullptr;
  void operator()(std::remove_pointer_t<H>* handle) const {
    (void)destroy(handle);  // teardown: nothing useful can be done with an error
  }
};
template <class H>
using Owned = std::unique_ptr<std::remove_pointer_t<H>, Closer<H>>;

using Handle = Owned<cublasLtHandle_t>;
using Desc = Owned<cublasLtMatmulDesc_t>;
using Layout = Owned<cublasLtMatrixLayout_t>;
using Preference = Owned<cublasLtMatmulPreference_t>;

cudaDataType_t data_type(ElementType type) {
  switch (type) {
    case ElementType::bf16:
      return CUDA_R_16BF;
    case ElementType::fp16:
      return CUDA_R_16F;
    case ElementType::fp8:
      return CUDA_R_8F_E4M3;
    case ElementType::int8:
      return CUDA_R_8I;
    case ElementType::int32:
      return CUDA_R_32I;
    case ElementType::fp64:
      return CUDA_R_64F;
    case ElementType::tf32:
    case ElementType::fp32:
      break;
  }
  return CUDA_R_32F;
}

// How products are added, and the type of alpha and beta with their values, 1 and 0.
struct Arithmetic {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  const void* one;
  const void* zero;
};
template <class T>
constexpr T kOne = 1;
template <class T>
constexpr T kZero = 0;
template <class T>
Arithmetic arithmetic(cublasComputeType_t compute, cudaDataType_t scale) {
  return {compute, scale, &kOne<T>, &kZero<T>};
}

Arithmetic arithmetic_of(ElementType in) {
  switch (in) {
    case ElementType::tf32:
      return arithmetic<float>(CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F);
    case ElementType::fp64:
      return arithmetic<double>(CUBLAS_COMPUTE_64F, CUDA_R_64F);
    case ElementType::int8:
      return arithmetic<std::int32_t>(CUBLAS_COMPUTE_32I, CUDA_R_32I);
    default:
      return arithmetic<float>(CUBLAS_COMPUTE_32F, CUDA_R_32F);
  }
}

template <class T>
Status set(const Functions& f, cublasLtMatmulDesc_t desc, cublasLtMatmulDescAttributes_t attribute,
           T value) {
  return lt_status(f, f.desc_set(desc, attribute, &value, sizeof value),
                   "cublasLtMatmulDescSetAttribute");
}

Result<Desc> make_desc(const Functions& f, const LtShape& shape) {
  const Arithmetic how = arithmetic_of(shape.in);
  cublasLtMatmulDesc_t desc = nullptr;
  GA_CHECK(lt_status(f, f.desc_create(&desc, how.compute, how.scale), "cublasLtMatmulDescCreate"));
  Desc owned(desc, {f.desc_destroy});
  if (b_along_k(shape.in)) {
    GA_CHECK(set<std::int32_t>(f, desc, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T));
  }
  if (shape.fast_accumulation) {
    GA_CHECK(set<std::int8_t>(f, desc, CUBLASLT_MATMUL_DESC_FAST_ACCUM, 1));
  }
  return owned;
}

Result<Layout> make_layout(const Functions& f, cudaDataType_t type, std::int64_t rows,
                           std::int64_t cols) {
  cublasLtMatrixLayout_t layout = nullptr;
  GA_CHECK(lt_status(f,
                     f.layout_create(&layout, type, static_cast<std::uint64_t>(rows),
                                     static_cast<std::uint64_t>(cols), rows),
                     "cublasLtMatrixLayoutCreate"));
  return Layout(layout, {f.layout_destroy});
}

Result<Preference> make_preference(const Functions& f) {
  cublasLtMatmulPreference_t preference = nullptr;
  GA_CHECK(lt_status(f, f.preference_create(&preference), "cublasLtMatmulPreferenceCreate"));
  Preference owned(preference, {f.preference_destroy});
  const std::uint64_t bytes = kLtWorkspaceBytes;
  GA_CHECK(lt_status(
      f,
      f.preference_set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes, sizeof bytes),
      "cublasLtMatmulPreferenceSetAttribute"));
  return owned;
}

// One attribute of an algorithm, of the width that the header documents.
template <class T>
Status read_config(const Functions& f, const cublasLtMatmulAlgo_t& algo,
                   cublasLtMatmulAlgoConfigAttributes_t attribute, std::int64_t& to) {
  T value{};
  std::size_t written = 0;
  GA_CHECK(lt_status(f, f.config_get(&algo, attribute, &value, sizeof value, &written),
                     "cublasLtMatmulAlgoConfigGetAttribute"));
  to = static_cast<std::int64_t>(value);
  return Ok{};
}

Result<LtAlgorithm> describe_algorithm(const Functions& f,
                                       const cublasLtMatmulHeuristicResult_t& found) {
  LtAlgorithm a;
  const cublasLtMatmulAlgo_t& algo = found.algo;
  GA_CHECK(read_config<std::int32_t>(f, algo, CUBLASLT_ALGO_CONFIG_ID, a.id));
  GA_CHECK(read_config<std::uint32_t>(f, algo, CUBLASLT_ALGO_CONFIG_TILE_ID, a.tile));
  GA_CHECK(read_config<std::uint32_t>(f, algo, CUBLASLT_ALGO_CONFIG_STAGES_ID, a.stages));
  GA_CHECK(read_config<std::int32_t>(f, algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, a.split_k));
  GA_CHECK(read_config<std::uint32_t>(f, algo, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, a.reduction));
  GA_CHECK(read_config<std::uint32_t>(f, algo, CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, a.swizzle));
  GA_CHECK(read_config<std::uint32_t>(f, algo, CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, a.custom));
  GA_CHECK(read_config<std::uint16_t>(f, algo, CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID, a.inner_shape));
  GA_CHECK(
      read_config<std::uint16_t>(f, algo, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, a.cluster_shape));
  a.workspace_bytes = static_cast<std::int64_t>(found.workspaceSize);
  return a;
}

// 130100 is 13.1.0 (cublas_api.h, CUBLAS_VERSION).
std::string version_text(std::size_t version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace

struct LtLibrary {
  SharedLibrary file;
  Functions f;
  std::string version;
  Handle handle = {};  // created at the first plan: it needs a driver
};

struct LtPlan::State {
  std::shared_ptr<LtLibrary> library;  // keeps the handle alive
  Arithmetic how;
  Desc desc;
  Layout first, second, out;  // B', A', C'
  std::vector<cublasLtMatmulAlgo_t> algos;
  std::vector<LtAlgorithm> described;
};

std::string to_text(const LtAlgorithm& a) {
  return fmt::format(
      "id {} tile {} stages {} split-k {} reduction {} swizzle {} custom {} inner {} cluster {} "
      "workspace {}",
      a.id, a.tile, a.stages, a.split_k, a.reduction, a.swizzle, a.custom, a.inner_shape,
      a.cluster_shape, a.workspace_bytes);
}

std::size_t pick_for_gate(std::span<const LtAlgorithm> algorithms) {
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    if (!algorithms[i].splits()) return i;
  }
  return 0;
}

LtPlan::LtPlan(std::unique_ptr<State> state) : state_(std::move(state)) {}
LtPlan::LtPlan(LtPlan&&) noexcept = default;
LtPlan& LtPlan::operator=(LtPlan&&) noexcept = default;
LtPlan::~LtPlan() = default;

const std::vector<LtAlgorithm>& LtPlan::algorithms() const { return state_->described; }

Status LtPlan::run(std::size_t algorithm, const LtOperands& x, cudaStream_t stream) const {
  const State& s = *state_;
  if (algorithm >= s.algos.size()) {
    return Error(ErrorCode::internal, fmt::format("no cuBLASLt algorithm {}", algorithm));
  }
  const Functions& f = s.library->f;
  return lt_status(f,
                   f.matmul(s.library->handle.get(), s.desc.get(), s.how.one, x.b, s.first.get(),
                            x.a, s.second.get(), s.how.zero, x.c, s.out.get(), x.c, s.out.get(),
                            &s.algos[algorithm], x.workspace, kLtWorkspaceBytes, stream),
                   "cublasLtMatmul");
}

CublasLt::CublasLt(std::shared_ptr<LtLibrary> library) : library_(std::move(library)) {}

Result<CublasLt> CublasLt::load(const LibraryPlaces& places) {
  static constexpr std::array<std::string_view, 2> kNames{"libcublasLt.so.13", "libcublasLt.so"};
  static_assert(CUBLAS_VER_MAJOR == 13, "kNames and the function table are of this major version");
  GA_TRY(SharedLibrary library, SharedLibrary::open(kNames, places));
  GA_TRY(const Functions f, take_functions(library));
  const std::size_t version = f.version();
  if (version / 10000 != CUBLAS_VER_MAJOR) {
    return Error(ErrorCode::environment,
                 fmt::format("{} is version {}, this program was built for major version {}",
                             library.path(), version_text(version), CUBLAS_VER_MAJOR))
        .hinted("give a directory with libcublasLt.so.13 with --libs");
  }
  return CublasLt(std::make_shared<LtLibrary>(
      LtLibrary{.file = library, .f = f, .version = version_text(version)}));
}

const std::string& CublasLt::version() const { return library_->version; }
const std::string& CublasLt::path() const { return library_->file.path(); }
Result<Library> CublasLt::describe() const { return library_->file.describe(library_->version); }

Result<LtPlan> CublasLt::plan(const LtShape& shape, int wanted) {
  GA_CHECK(lt_check(shape));
  if (wanted < 1) return Error(ErrorCode::usage, "no algorithm wanted");
  const Functions& f = library_->f;
  auto plan = std::make_unique<LtPlan::State>();
  plan->library = library_;
  plan->how = arithmetic_of(shape.in);
  GA_TRY(plan->desc, make_desc(f, shape));
  const cudaDataType_t in = data_type(shape.in), out = data_type(shape.out);
  const bool along_k = b_along_k(shape.in);
  GA_TRY(plan->first, make_layout(f, in, along_k ? shape.k : shape.n, along_k ? shape.n : shape.k));
  GA_TRY(plan->second, make_layout(f, in, shape.k, shape.m));
  GA_TRY(plan->out, make_layout(f, out, shape.n, shape.m));
  GA_TRY(const Preference preference, make_preference(f));
  if (!library_->handle) {
    cublasLtHandle_t handle = nullptr;
    GA_CHECK(lt_status(f, f.create(&handle), "cublasLtCreate"));
    library_->handle = Handle(handle, {f.destroy});
  }

  std::vector<cublasLtMatmulHeuristicResult_t> found(static_cast<std::size_t>(wanted));
  int count = 0;
  GA_CHECK(lt_status(
      f,
      f.heuristic(library_->handle.get(), plan->desc.get(), plan->first.get(), plan->second.get(),
                  plan->out.get(), plan->out.get(), preference.get(), wanted, found.data(), &count),
      "cublasLtMatmulAlgoGetHeuristic"));
  found.resize(static_cast<std::size_t>(count < 0 ? 0 : count));
  for (const cublasLtMatmulHeuristicResult_t& result : found) {
    if (result.state != CUBLAS_STATUS_SUCCESS) continue;
    GA_TRY(LtAlgorithm described, describe_algorithm(f, result));
    plan->algos.push_back(result.algo);
    plan->described.push_back(described);
  }
  if (plan->algos.empty()) {
    return Error(
        ErrorCode::environment,
        fmt::format("cuBLASLt {} offers no algorithm for a {} product of {} x {} x {}",
                    library_->version, gemm_type(shape.in).name, shape.m, shape.n, shape.k));
  }
  return LtPlan(std::move(plan));
}

}  // namespace ga
