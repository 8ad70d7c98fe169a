#include "kernels/baselines/nccl.h"

#include <fmt/format.h>

#include <atomic>
#include <bit>
#include <optional>
#include <utility>

#include "kernels/baselines/nccl_environment.h"

namespace ga {
namespace {

// What is used of nccl.h, the same in 2.24.3 and 2.30.7. Its enumerations are passed as int.
enum Code : int {
  kSuccess = 0,
  kUnhandledCudaError = 1,
  kSystemError = 2,
  kInternalError = 3,
  kInvalidArgument = 4,
  kInvalidUsage = 5,
  kRemoteError = 6,
  kInProgress = 7,
};
constexpr int kSum = 0;
constexpr int kOldest = 22400;  // the log of this version was read, and of none before
constexpr int kNextMajor = 30000;

struct UniqueId {
  char internal[128];
};
static_assert(sizeof(UniqueId) == sizeof(NcclId));
using Comm = void*;

struct Functions {
  int (*version)(int*);
  const char* (*error_string)(int);
  const char* (*last_error)(Comm);
  int (*unique_id)(UniqueId*);
  int (*init_rank)(Comm*, int, UniqueId, int);
  int (*init_all)(Comm*, int, const int*);
  int (*all_reduce)(const void*, void*, std::size_t, int, int, Comm, cudaStream_t);
  int (*async_error)(Comm, int*);
  int (*abort)(Comm);
  int (*destroy)(Comm);
};

template <class F>
Status take(const SharedLibrary& library, const char* symbol, F*& to) {
  GA_TRY(to, library.function<F>(symbol));
  return Ok{};
}

Result<Functions> take_functions(const SharedLibrary& library) {
  Functions f{};
  GA_CHECK(take(library, "ncclGetVersion", f.version));
  GA_CHECK(take(library, "ncclGetErrorString", f.error_string));
  GA_CHECK(take(library, "ncclGetLastError", f.last_error));
  GA_CHECK(take(library, "ncclGetUniqueId", f.unique_id));
  GA_CHECK(take(library, "ncclCommInitRank", f.init_rank));
  GA_CHECK(take(library, "ncclCommInitAll", f.init_all));
  GA_CHECK(take(library, "ncclAllReduce", f.all_reduce));
  GA_CHECK(take(library, "ncclCommGetAsyncError", f.async_error));
  GA_CHECK(take(library, "ncclCommAbort", f.abort));
  GA_CHECK(take(library, "ncclCommDestroy", f.destroy));
  return f;
}

// What NCCL says where the remedy is known, in the order of precedence.
struct Remedy {
  std::string_view words;
  std::string_view hint;
};
constexpr Remedy kRemedies[] = {
    {"system not yet initialized",  // CUDA's error 802
     "error 802: the NVLink fabric is not ready; see whether nvidia-fabricmanager runs, is of the "
     "driver's version and was not restarted without resetting the GPUs; on B200 also NVLSM"},
    {"Failed to bind NVLink SHARP",
     "the switches refuse multicast memory: restart nvidia-fabricmanager and reset the GPUs, or "
     "end the programs that hold multicast groups"},
    {"o algorithm/protocol available",
     "the algorithm that was demanded is not to be had; for NVLS see nvidia-smi -q, section "
     "Fabric, and what NCCL's log says of NVLS"},
    {"Duplicate GPU detected", "this version of NCCL takes one rank for each GPU"},
    {"driver version is insufficient",
     "no NVIDIA driver is loaded, or it is older than this NCCL needs"},
    {"Mismatched NCCL version", "all ranks must load the same libnccl.so.2: give it with --libs"},
};

ErrorCode kind_of(int code, std::string_view text) {
  for (const Remedy& remedy : kRemedies) {
    if (text.find(remedy.words) != std::string_view::npos) return ErrorCode::environment;
  }
  if (code == kSystemError || code == kInvalidUsage) return ErrorCode::environment;
  return code == kInvalidArgument ? ErrorCode::internal : ErrorCode::device;
}

// One line of NCCL's own words.
std::string one_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line) c = c == '\n' ? ' ' : c;
  return line;
}

Status nccl_status(const Functions& f, int code, const char* call, Comm comm = nullptr,
                   Location at = here()) {
  if (code == kSuccess) return Ok{};
  std::string text = fmt::format("{}: {}", call, one_line(f.error_string(code)));
  if (const std::string last = one_line(f.last_error(comm)); !last.empty()) text += ": " + last;
  Error error(kind_of(code, text), text, at);
  for (const Remedy& remedy : kRemedies) {
    if (text.find(remedy.words) != std::string::npos) {
      return std::move(error).hinted(std::string(remedy.hint));
    }
  }
  return error;
}

std::optional<int> data_type(ElementType type) {
  switch (type) {
    case ElementType::int8:
      return 0;
    case ElementType::int32:
      return 2;
    case ElementType::fp16:
      return 6;
    case ElementType::fp32:
      return 7;
    case ElementType::fp64:
      return 8;
    case ElementType::bf16:
      return 9;
    case ElementType::fp8:
      return 10;  // e4m3
    case ElementType::tf32:
      break;
  }
  return std::nullopt;
}

// 22809 is 2.28.9.
std::string version_text(int version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace

struct NcclLibrary {
  SharedLibrary file;
  Functions f;
  std::string version;
};

struct NcclRank::State {
  State(std::shared_ptr<NcclLibrary> of, Comm made) : library(std::move(of)), comm(made) {}
  std::shared_ptr<NcclLibrary> library;
  std::atomic<Comm> comm;  // null once ended; abort() may come from another thread
};

NcclRank::NcclRank(std::shared_ptr<NcclLibrary> library, void* comm)
    : state_(std::make_unique<State>(std::move(library), comm)) {}
NcclRank::NcclRank(NcclRank&&) noexcept = default;
NcclRank& NcclRank::operator=(NcclRank&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
NcclRank::~NcclRank() {
  if (state_) (void)abort();  // teardown: nothing useful can be done with an error
}

Status NcclRank::all_reduce(const void* in, void* out, std::size_t count, ElementType type,
                            cudaStream_t stream) const {
  const std::optional<int> data = data_type(type);
  if (!data) return Error(ErrorCode::usage, "NCCL has no such element type");
  Comm const comm = state_->comm;
  if (comm == nullptr) return Error(ErrorCode::internal, "the communicator has ended");
  const Functions& f = state_->library->f;
  return nccl_status(f, f.all_reduce(in, out, count, *data, kSum, comm, stream), "ncclAllReduce",
                     comm);
}

Status NcclRank::async_error() const {
  Comm const comm = state_->comm;
  if (comm == nullptr) return Error(ErrorCode::internal, "the communicator has ended");
  const Functions& f = state_->library->f;
  int code = kSuccess;
  GA_CHECK(nccl_status(f, f.async_error(comm, &code), "ncclCommGetAsyncError", comm));
  if (code == kInProgress) return Ok{};
  return nccl_status(f, code, "NCCL failed after the call", comm);
}

Status NcclRank::abort() {
  Comm const comm = state_->comm.exchange(nullptr);
  if (comm == nullptr) return Ok{};
  const Functions& f = state_->library->f;
  return nccl_status(f, f.abort(comm), "ncclCommAbort");
}

Status NcclRank::close() {
  Comm const comm = state_->comm.exchange(nullptr);
  if (comm == nullptr) return Ok{};
  const Functions& f = state_->library->f;
  return nccl_status(f, f.destroy(comm), "ncclCommDestroy");
}

Nccl::Nccl(std::shared_ptr<NcclLibrary> library) : library_(std::move(library)) {}

Result<Nccl> Nccl::load(const LibraryPlaces& places) {
  GA_TRY(SharedLibrary library, SharedLibrary::open("libnccl.so.2", places));
  GA_TRY(const Functions f, take_functions(library));
  nccl_is_loaded();
  int version = 0;
  GA_CHECK(nccl_status(f, f.version(&version), "ncclGetVersion"));
  if (version < kOldest || version >= kNextMajor) {
    return Error(
               ErrorCode::environment,
               fmt::format("{} is version {}, this program needs 2.24 or later of major version 2",
                           library.path(), version_text(version)))
        .hinted("give a directory with libnccl.so.2 with --libs");
  }
  return Nccl(std::make_shared<NcclLibrary>(
      NcclLibrary{.file = library, .f = f, .version = version_text(version)}));
}

const std::string& Nccl::version() const { return library_->version; }
const std::string& Nccl::path() const { return library_->file.path(); }
Result<Library> Nccl::describe() const { return library_->file.describe(library_->version); }

Result<std::vector<NcclRank>> Nccl::init_all(std::span<const int> devices) const {
  if (devices.empty()) return Error(ErrorCode::usage, "a communicator of no GPU");
  const Functions& f = library_->f;
  std::vector<Comm> comms(devices.size(), nullptr);
  GA_CHECK(nccl_status(f,
                       f.init_all(comms.data(), static_cast<int>(devices.size()), devices.data()),
                       "ncclCommInitAll"));
  std::vector<NcclRank> ranks;
  for (Comm comm : comms) ranks.push_back(NcclRank(library_, comm));
  return ranks;
}

Result<NcclId> Nccl::unique_id() const {
  UniqueId id{};
  GA_CHECK(nccl_status(library_->f, library_->f.unique_id(&id), "ncclGetUniqueId"));
  return std::bit_cast<NcclId>(id);
}

Result<NcclRank> Nccl::init(int rank, int ranks, const NcclId& id) const {
  const Functions& f = library_->f;
  Comm comm = nullptr;
  GA_CHECK(nccl_status(f, f.init_rank(&comm, ranks, std::bit_cast<UniqueId>(id), rank),
                       "ncclCommInitRank"));
  return NcclRank(library_, comm);
}

}  // namespace ga
