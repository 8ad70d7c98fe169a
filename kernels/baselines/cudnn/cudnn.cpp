#include "kernels/baselines/cudnn/cudnn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "kernels/baselines/cudnn/backend.h"
#include "kernels/baselines/cudnn/graph.h"

namespace ga {
namespace {

using cudnn::Descriptor;
using cudnn::Functions;
using cudnn::Raw;

constexpr std::size_t kOldest = 91000;
constexpr std::size_t kNextMajor = 100000;
constexpr std::size_t kMostKnobs = 64;  // of one engine; the library knows 44 kinds
constexpr std::int64_t kMostDim = 128;
constexpr std::int64_t kAlignment = 256;  // of the library's part of a workspace

// 91900 is 9.19.0 (cudnn_version.h).
std::string version_text(std::size_t version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

struct HandleCloser {
  int (*destroy)(cudnn::Handle) = nullptr;
  void operator()(void* handle) const {
    (void)destroy(handle);  // teardown: nothing useful can be done with an error
  }
};

std::vector<Raw> raw_of(const std::vector<Descriptor>& descriptors) {
  std::vector<Raw> raw;
  for (const Descriptor& d : descriptors) raw.push_back(d.raw());
  return raw;
}

Result<std::vector<Descriptor>> make_some(const Functions& f, cudnn::Kind kind, std::size_t count) {
  std::vector<Descriptor> some;
  for (std::size_t i = 0; i < count; ++i) {
    GA_TRY(Descriptor one, Descriptor::make(f, kind));
    some.push_back(std::move(one));
  }
  return some;
}

Status read_knobs(const Functions& f, const Descriptor& config, CudnnEngine& into) {
  GA_TRY(const auto knobs, make_some(f, cudnn::kKnobChoice, kMostKnobs));
  std::vector<Raw> raw = raw_of(knobs);
  GA_TRY(const std::int64_t count,
         config.get<Raw>(cudnn::kConfigKnobs, cudnn::kDescriptorType, raw));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count) && i < knobs.size(); ++i) {
    int type = -1;
    std::int64_t value = -1;
    GA_CHECK(knobs[i].get<int>(cudnn::kKnobType, cudnn::kKnobTypeType, {&type, 1}));
    GA_CHECK(knobs[i].get<std::int64_t>(cudnn::kKnobValue, cudnn::kInt64Type, {&value, 1}));
    into.knobs.emplace_back(type, value);
  }
  return Ok{};
}

Result<CudnnEngine> read_engine(const Functions& f, const Descriptor& config) {
  CudnnEngine found;
  GA_TRY(const Descriptor engine, Descriptor::make(f, cudnn::kEngine));
  Raw raw = engine.raw();
  GA_CHECK(config.get<Raw>(cudnn::kConfigEngine, cudnn::kDescriptorType, {&raw, 1}));
  GA_CHECK(engine.get<std::int64_t>(cudnn::kEngineIndex, cudnn::kInt64Type, {&found.index, 1}));
  std::array<int, 16> notes{};
  GA_TRY(const std::int64_t count,
         engine.get<int>(cudnn::kEngineNumericalNotes, cudnn::kNumericalNoteType, notes));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count) && i < notes.size(); ++i) {
    found.deterministic = found.deterministic && notes[i] != cudnn::kNondeterministic;
  }
  GA_CHECK(read_knobs(f, config, found));
  return found;
}

// What `mode` offers. Which of it runs on the device the library finds out as it hands it over.
Result<std::vector<Descriptor>> ask(const Functions& f, const Descriptor& graph,
                                    cudnn::HeuristicsMode mode, const Descriptor* device) {
  GA_TRY(Descriptor heuristics, Descriptor::make(f, cudnn::kHeuristics));
  GA_CHECK(heuristics.set(cudnn::kHeuristicsGraph, cudnn::kDescriptorType, graph.raw()));
  GA_CHECK(heuristics.set(cudnn::kHeuristicsMode, cudnn::kHeuristicsModeType, mode));
  if (device != nullptr) {
    GA_CHECK(heuristics.set(cudnn::kHeuristicsDevice, cudnn::kDescriptorType, device->raw()));
  }
  GA_CHECK(heuristics.finalize("heuristics"));
  GA_TRY(const std::int64_t offered,
         heuristics.get<Raw>(cudnn::kHeuristicsResults, cudnn::kDescriptorType, {}));
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(0, offered));
  GA_TRY(std::vector<Descriptor> configs, make_some(f, cudnn::kEngineConfig, most));
  std::vector<Raw> raw = raw_of(configs);
  GA_TRY(const std::int64_t usable,
         heuristics.get<Raw>(cudnn::kHeuristicsResults, cudnn::kDescriptorType, raw));
  while (configs.size() > static_cast<std::size_t>(std::max<std::int64_t>(0, usable))) {
    configs.pop_back();
  }
  return configs;
}

}  // namespace

struct CudnnLibrary {
  SharedLibrary file;
  Functions f;
  std::string version;
  std::unique_ptr<void, HandleCloser> handle = {};  // created at the first plan: it needs a driver
};

// What belongs to the library is destroyed before it.
struct CudnnAttention::State {
  std::shared_ptr<CudnnLibrary> library;
  CudnnProblem problem;
  std::optional<Descriptor> device = {};  // of another GPU; else the plan is the handle's
  cudnn::Graph graph = {};
  std::vector<Descriptor> configs = {};
  std::vector<CudnnEngine> engines = {};
  std::size_t chosen = 0;
  struct Plan {
    Descriptor descriptor;
    std::int64_t workspace_bytes;
  };
  std::map<std::size_t, Plan> plans = {};  // built so far, by engine; that of `chosen` is
  const Plan& plan() const { return plans.at(chosen); }

  Status find_engines();
  Status build_graph(cudnn::Handle handle);
  // The backward's D by row, which lies at the workspace's beginning.
  std::int64_t delta_bytes() const {
    const std::int64_t bytes = problem.backward ? 4 * problem.shape.lse_elements() : 0;
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }
  Status execute(std::span<const std::int64_t> ids, std::span<void* const> pointers,
                 void* workspace, cudaStream_t stream) const;
  Result<Plan> build(std::size_t engine) const;
  Status choose(std::size_t engine);
  Status choose_first();
};

Status cudnn_check(const CudnnProblem& problem) {
  const AttentionShape& s = problem.shape;
  const std::int64_t least = std::min({s.batch, s.heads, s.kv_heads, s.seq_q, s.seq_kv, s.dim});
  const bool typed = s.type == ElementType::bf16 || s.type == ElementType::fp16;
  if (typed && least >= 1 && s.heads % s.kv_heads == 0 && s.dim % 8 == 0 && s.dim <= kMostDim) {
    return Ok{};
  }
  return Error(ErrorCode::usage,
               fmt::format("cuDNN has no attention of batch {} heads {} over {} seq {} over {} "
                           "dim {}",
                           s.batch, s.heads, s.kv_heads, s.seq_q, s.seq_kv, s.dim))
      .hinted("bf16 or fp16, dim a multiple of 8 up to 128, heads a multiple of kv_heads");
}

std::int64_t cudnn_backward_workspace_bytes(const AttentionShape& s) {
  constexpr std::int64_t kRowStep = 128, kSlack = std::int64_t{1} << 20;
  const auto whole = [](std::int64_t rows) { return (rows + kRowStep - 1) / kRowStep * kRowStep; };
  const std::int64_t heads = s.batch * s.heads, q = whole(s.seq_q), kv = whole(s.seq_kv);
  return heads * (2 * q * kv + 8 * kv * s.dim + 4 * q) + kSlack;
}

std::string to_text(const CudnnEngine& engine) {
  std::string text = fmt::format("engine {}", engine.index);
  for (const auto& [type, value] : engine.knobs) text += fmt::format(" knob {} = {}", type, value);
  return engine.deterministic ? text : text + " nondeterministic";
}

std::size_t pick_for_gate(std::span<const CudnnEngine> engines) {
  for (std::size_t i = 0; i < engines.size(); ++i) {
    if (engines[i].deterministic) return i;
  }
  return 0;
}

Status CudnnAttention::State::build_graph(cudnn::Handle handle) {
  const cudnn::GraphOrder order{
      .shape = problem.shape, .with_lse = problem.with_lse, .handle = handle};
  const auto make = problem.backward ? cudnn::attention_bwd_graph : cudnn::attention_graph;
  GA_TRY(graph, make(library->f, order));
  return Ok{};
}

// A configuration that both lists hold is kept once, and of a backward none that is noted as
// non-deterministic.
Status CudnnAttention::State::find_engines() {
  const Functions& f = library->f;
  for (const auto mode : {cudnn::kModeA, cudnn::kFallback}) {
    auto asked = ask(f, *graph.whole, mode, device ? &*device : nullptr);
    // The fallback list is a bonus; that mode A has nothing may be an error of the library.
    if (!asked && mode == cudnn::kFallback && !configs.empty()) break;
    GA_TRY(std::vector<Descriptor> found, std::move(asked));
    for (Descriptor& config : found) {
      GA_TRY(CudnnEngine engine, read_engine(f, config));
      if (problem.backward && !engine.deterministic) continue;
      if (std::find(engines.begin(), engines.end(), engine) != engines.end()) continue;
      engines.push_back(std::move(engine));
      configs.push_back(std::move(config));
    }
  }
  if (!engines.empty()) return Ok{};
  const AttentionShape& s = problem.shape;
  return Error(
             ErrorCode::environment,
             fmt::format("cuDNN {} offers no {} of batch {} heads {} over {} seq {} over {} dim {}",
                         library->version,
                         problem.backward ? "deterministic engine for the backward of an attention"
                                          : "engine for an attention",
                         s.batch, s.heads, s.kv_heads, s.seq_q, s.seq_kv, s.dim))
      .hinted("it knows none for this GPU, or misses libnvrtc.so: CUDNN_LOGLEVEL_DBG=2 tells why");
}

Status CudnnAttention::State::execute(std::span<const std::int64_t> ids,
                                      std::span<void* const> pointers, void* workspace,
                                      cudaStream_t stream) const {
  const Functions& f = library->f;
  GA_TRY(Descriptor pack, Descriptor::make(f, cudnn::kVariantPack));
  GA_CHECK(pack.set_all<std::int64_t>(cudnn::kPackIds, cudnn::kInt64Type, ids));
  GA_CHECK(pack.set_all<void*>(cudnn::kPackPointers, cudnn::kPointerType, pointers));
  GA_CHECK(pack.set(cudnn::kPackWorkspace, cudnn::kPointerType, workspace));
  GA_CHECK(pack.finalize("the operands"));
  cudnn::Handle const handle = library->handle.get();
  GA_CHECK(cudnn::status_of(f, f.set_stream(handle, stream), "cudnnSetStream"));
  return cudnn::status_of(f, f.execute(handle, plan().descriptor.raw(), pack.raw()),
                          "cudnnBackendExecute");
}

Result<CudnnAttention::State::Plan> CudnnAttention::State::build(std::size_t engine) const {
  GA_TRY(Descriptor made, Descriptor::make(library->f, cudnn::kExecutionPlan));
  GA_CHECK(made.set(cudnn::kPlanConfig, cudnn::kDescriptorType, configs[engine].raw()));
  if (device) GA_CHECK(made.set(cudnn::kPlanDevice, cudnn::kDescriptorType, device->raw()));
  GA_CHECK(made.finalize("a plan"));
  std::int64_t bytes = -1;
  GA_CHECK(made.get<std::int64_t>(cudnn::kPlanWorkspace, cudnn::kInt64Type, {&bytes, 1}));
  if (bytes < 0) return Error(ErrorCode::device, "cuDNN tells no size of the workspace");
  return Plan{std::move(made), delta_bytes() + bytes};
}

Status CudnnAttention::State::choose(std::size_t engine) {
  if (engine >= configs.size()) {
    return Error(ErrorCode::internal, fmt::format("no cuDNN engine {}", engine));
  }
  if (!plans.contains(engine)) {
    GA_TRY(Plan made, build(engine));
    plans.emplace(engine, std::move(made));
  }
  chosen = engine;
  return Ok{};
}

// A gate's, and where the library cannot build that one, the next that it can.
Status CudnnAttention::State::choose_first() {
  const std::size_t first = pick_for_gate(engines);
  const Status status = choose(first);
  for (std::size_t i = 0; plans.empty() && i < engines.size(); ++i) {
    if (i != first) (void)choose(i);  // that of the first is told, if none can be built
  }
  return plans.empty() ? status : Status(Ok{});
}

CudnnAttention::CudnnAttention(std::unique_ptr<State> state) : state_(std::move(state)) {}
CudnnAttention::CudnnAttention(CudnnAttention&&) noexcept = default;
CudnnAttention& CudnnAttention::operator=(CudnnAttention&&) noexcept = default;
CudnnAttention::~CudnnAttention() = default;

const std::vector<CudnnEngine>& CudnnAttention::engines() const { return state_->engines; }
std::size_t CudnnAttention::chosen() const { return state_->chosen; }
std::size_t CudnnAttention::workspace_bytes() const {
  return static_cast<std::size_t>(state_->plan().workspace_bytes);
}
std::string CudnnAttention::text() const {
  return fmt::format("cudnn {} {} workspace {}", state_->library->version,
                     to_text(state_->engines[state_->chosen]), state_->plan().workspace_bytes);
}

Status CudnnAttention::choose(std::size_t engine) { return state_->choose(engine); }

Status CudnnAttention::run(const CudnnOperands& x, cudaStream_t stream) const {
  const State& s = *state_;
  if (s.device) return Error(ErrorCode::internal, "this attention was planned for another GPU");
  const AttentionShape& shape = s.problem.shape;
  // What the library reads through void*, it does not write.
  float scale = s.problem.scale, one = 1;
  float nothing = -std::numeric_limits<float>::infinity();
  auto seq_kv = static_cast<std::int32_t>(shape.seq_kv);
  auto seq_q = static_cast<std::int32_t>(shape.seq_q);
  std::vector<std::int64_t> ids{cudnn::kIdQ, cudnn::kIdK, cudnn::kIdV, cudnn::kIdO,
                                cudnn::kIdScale};
  std::vector<void*> pointers{const_cast<void*>(x.q), const_cast<void*>(x.k),
                              const_cast<void*>(x.v), x.o, &scale};
  const auto give = [&](cudnn::Id id, void* pointer) {
    ids.push_back(id);
    pointers.push_back(pointer);
  };
  if (cudnn::masks(shape)) give(cudnn::kIdMinusInfinity, &nothing);
  if (cudnn::moves_diagonal(shape)) {
    give(cudnn::kIdSeqKv, &seq_kv);
    give(cudnn::kIdSeqQ, &seq_q);
  }
  if (s.problem.with_lse || s.problem.backward) give(cudnn::kIdLse, x.lse);
  if (s.problem.backward) {
    give(cudnn::kIdOne, &one);
    give(cudnn::kIdDelta, x.workspace);
    give(cudnn::kIdOutGradient, const_cast<void*>(x.d_o));
    give(cudnn::kIdQueryGradient, x.d_q);
    give(cudnn::kIdKeyGradient, x.d_k);
    give(cudnn::kIdValueGradient, x.d_v);
  }
  void* const rest = static_cast<std::byte*>(x.workspace) + s.delta_bytes();
  return s.execute(ids, pointers, rest, stream);
}

Cudnn::Cudnn(std::shared_ptr<CudnnLibrary> library) : library_(std::move(library)) {}

Result<Cudnn> Cudnn::load(const LibraryPlaces& places) {
  GA_TRY(SharedLibrary library, SharedLibrary::open("libcudnn.so.9", places));
  GA_TRY(const Functions f, cudnn::take_functions(library));
  const std::size_t version = f.version();
  if (version < kOldest || version >= kNextMajor) {
    return Error(
               ErrorCode::environment,
               fmt::format("{} is version {}, this program needs 9.10 or later of major version 9",
                           library.path(), version_text(version)))
        .hinted("give a directory with libcudnn.so.9 with --libs");
  }
  return Cudnn(std::make_shared<CudnnLibrary>(
      CudnnLibrary{.file = library, .f = f, .version = version_text(version)}));
}

const std::string& Cudnn::version() const { return library_->version; }
const std::string& Cudnn::path() const { return library_->file.path(); }

Result<std::vector<Library>> Cudnn::describe() const {
  std::vector<Library> all;
  GA_TRY(Library whole, library_->file.describe(library_->version));
  all.push_back(std::move(whole));
  LibraryPlaces beside;
  beside.libs = std::filesystem::path(path()).parent_path().string();
  beside.system = false;
  for (const std::string_view part : {"libcudnn_graph.so.9", "libcudnn_heuristic.so.9",
                                      "libcudnn_engines_runtime_compiled.so.9"}) {
    GA_TRY(const SharedLibrary file, SharedLibrary::open(part, beside));
    GA_TRY(Library described, file.describe(library_->version));
    all.push_back(std::move(described));
  }
  return all;
}

Result<CudnnAttention> Cudnn::plan(const CudnnProblem& problem) {
  GA_CHECK(cudnn_check(problem));
  const Functions& f = library_->f;
  if (!library_->handle) {
    cudnn::Handle handle = nullptr;
    GA_CHECK(cudnn::status_of(f, f.create(&handle), "cudnnCreate"));
    library_->handle = {handle, {f.destroy}};
  }
  auto state = std::make_unique<CudnnAttention::State>(
      CudnnAttention::State{.library = library_, .problem = problem});
  GA_CHECK(state->build_graph(library_->handle.get()));
  GA_CHECK(state->find_engines());
  GA_CHECK(state->choose_first());
  return CudnnAttention(std::move(state));
}

Result<CudnnAttention> Cudnn::plan_for(const CudnnProblem& problem, std::string_view device) {
  GA_CHECK(cudnn_check(problem));
  const Functions& f = library_->f;
  auto state = std::make_unique<CudnnAttention::State>(
      CudnnAttention::State{.library = library_, .problem = problem});
  GA_TRY(Descriptor described, Descriptor::make(f, cudnn::kDeviceProperties));
  GA_CHECK(described.set_all<char>(cudnn::kDeviceJson, cudnn::kCharType, device));
  GA_CHECK(described.finalize("a device"));
  state->device = std::move(described);
  GA_CHECK(state->build_graph(nullptr));
  GA_CHECK(state->find_engines());
  GA_CHECK(state->choose_first());
  return CudnnAttention(std::move(state));
}

}  // namespace ga
