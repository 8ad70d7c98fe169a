#include "kernels/baselines/cudnn/backend.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace ga::cudnn {
namespace {

template <class F>
Status take(const SharedLibrary& library, const char* symbol, F*& to) {
  GA_TRY(to, library.function<F>(symbol));
  return Ok{};
}

// Codes of cuDNN 9 come in thousands: 1xxx the library is not ready, 2xxx a bad parameter, 3xxx not
// supported, 4xxx inside, 5xxx the execution.
constexpr int kNotInitialized = 1001;
constexpr int kSublibraryVersion = 1002;
constexpr int kSublibraryMissing = 1008;
constexpr int kDriverTooOld = 3005;
constexpr int kOtherArchitecture = 3007;
constexpr int kPrerequisiteMissing = 3008;

struct Remedy {
  int code;
  std::string_view hint;
};
constexpr std::array kRemedies{
    Remedy{kNotInitialized,
           "no NVIDIA driver is loaded, or it is older than this cuDNN needs: see nvidia-smi"},
    Remedy{kSublibraryVersion,
           "the libcudnn_*.so.9 beside libcudnn.so.9 are of another version: install one whole"},
    Remedy{kSublibraryMissing,
           "libcudnn_graph, _heuristic, _engines_runtime_compiled and _engines_precompiled must "
           "lie beside libcudnn.so.9"},
    Remedy{kDriverTooOld, "the driver is older than this cuDNN needs"},
    Remedy{kOtherArchitecture, "this cuDNN is older than the GPU: give a newer one with --libs"},
    Remedy{kPrerequisiteMissing,
           "cuDNN compiles its attention with libnvrtc.so, which it looks for beside itself, in "
           "nvidia/cuda_nvrtc/lib and in LD_LIBRARY_PATH"},
};

ErrorCode kind_of(int code) {
  if (code / 1000 == 1 || code / 1000 == 3) return ErrorCode::environment;
  return code / 1000 == 2 ? ErrorCode::internal : ErrorCode::device;
}

// The first line of what the library remembers of the failure: the ones below only repeat it.
std::string last_words(const Functions& f) {
  std::array<char, 2048> text{};
  f.last_error(text.data(), text.size());
  text.back() = '\0';
  std::string_view line = text.data();
  line = line.substr(0, line.find('\n'));
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

Result<Functions> take_functions(const SharedLibrary& library) {
  Functions f{};
  GA_CHECK(take(library, "cudnnGetVersion", f.version));
  GA_CHECK(take(library, "cudnnGetErrorString", f.error_string));
  GA_CHECK(take(library, "cudnnGetLastErrorString", f.last_error));
  GA_CHECK(take(library, "cudnnCreate", f.create));
  GA_CHECK(take(library, "cudnnDestroy", f.destroy));
  GA_CHECK(take(library, "cudnnSetStream", f.set_stream));
  GA_CHECK(take(library, "cudnnBackendCreateDescriptor", f.create_descriptor));
  GA_CHECK(take(library, "cudnnBackendDestroyDescriptor", f.destroy_descriptor));
  GA_CHECK(take(library, "cudnnBackendSetAttribute", f.set));
  GA_CHECK(take(library, "cudnnBackendGetAttribute", f.get));
  GA_CHECK(take(library, "cudnnBackendFinalize", f.finalize));
  GA_CHECK(take(library, "cudnnBackendExecute", f.execute));
  return f;
}

Status status_of(const Functions& f, int code, const std::string& call, Location at) {
  if (code == 0) return Ok{};
  std::string text = fmt::format("{}: {}", call, f.error_string(code));
  if (const std::string words = last_words(f); !words.empty()) text += ": " + words;
  Error error(kind_of(code), std::move(text), at);
  for (const Remedy& remedy : kRemedies) {
    if (remedy.code == code) return std::move(error).hinted(std::string(remedy.hint));
  }
  return error;
}

Result<Descriptor> Descriptor::make(const Functions& f, Kind kind) {
  Raw raw = nullptr;
  GA_CHECK(status_of(f, f.create_descriptor(kind, &raw),
                     fmt::format("cudnnBackendCreateDescriptor({})", static_cast<int>(kind))));
  return Descriptor(f, raw);
}

Status Descriptor::set_raw(Attribute attribute, Type type, std::int64_t count, const void* values) {
  return status_of(*f_, f_->set(raw(), attribute, type, count, values),
                   fmt::format("cudnnBackendSetAttribute({})", static_cast<int>(attribute)));
}

Result<std::int64_t> Descriptor::get_raw(Attribute attribute, Type type, std::int64_t count,
                                         void* values) const {
  std::int64_t found = 0;
  GA_CHECK(status_of(*f_, f_->get(raw(), attribute, type, count, &found, values),
                     fmt::format("cudnnBackendGetAttribute({})", static_cast<int>(attribute))));
  return found;
}

Status Descriptor::finalize(const char* what) {
  return status_of(*f_, f_->finalize(raw()), fmt::format("cudnnBackendFinalize of {}", what));
}

}  // namespace ga::cudnn
