// Loader: finds and opens a foreign shared library at the moment it is first needed, and says which
// file that was. No library of NVIDIA's is linked: a program must start where there is none.
//
// Looked up, in this order: the directory the user gave, the baselines beside the program, the
// system's own search, the CUDA toolkit, NVIDIA's wheels in a Python environment.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

// Directories to look in. Empty members are passed over.
struct LibraryPlaces {
  std::string libs;       // --libs DIR: a file that is here and does not load is an error
  std::string baselines;  // <program>/../lib/gpuaccept-baselines
  bool system = true;     // by name alone, as the dynamic linker searches
  std::vector<std::string> toolkit;        // lib64 directories of CUDA toolkits
  std::vector<std::string> site_packages;  // searched as DIR/nvidia/*/lib
};

// The places of this machine: /proc/self/exe, CUDA_HOME, /usr/local/cuda, VIRTUAL_ENV and the usual
// prefixes of Python. Python itself is not run.
LibraryPlaces library_places(const std::string& libs);

// An open library. Copies share it. It stays in the process until the end: libraries of drivers run
// threads and exit handlers that do not outlive an unloading.
class SharedLibrary {
 public:
  // Tries `names` (sonames, most wanted first) in each place before the next place. An environment
  // error lists what was tried and why it failed.
  static Result<SharedLibrary> open(std::span<const std::string_view> names,
                                    const LibraryPlaces& places);
  static Result<SharedLibrary> open(std::string_view name, const LibraryPlaces& places);

  // The name it was asked for, and the file that the linker really mapped, links resolved.
  const std::string& name() const;
  const std::string& path() const;

  // SHA-256 of that file, computed at the first call: half a gigabyte takes a second.
  Result<std::string> sha256() const;

  // Null where the library has no such function.
  void* find(const char* symbol) const;

  // The function, or an environment error that names library and symbol. F is a function type.
  template <class F>
  Result<F*> function(const char* symbol) const {
    void* address = find(symbol);
    if (address == nullptr) return no_function(symbol);
    return reinterpret_cast<F*>(address);
  }

  // For the report. `version` as the library tells it, empty where it does not.
  Result<Library> describe(std::string version) const;

 private:
  struct State;
  explicit SharedLibrary(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Error no_function(const char* symbol) const;

  std::shared_ptr<State> state_;
};

}  // namespace ga
