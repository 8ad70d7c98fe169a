#include "kernels/loader/loader.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

struct SharedLibrary::State {
  void* handle = nullptr;
  std::string name, path;
  std::optional<std::string> sha256 = {};
};

namespace {

constexpr const char* kHint =
    "name a directory that has it with --libs DIR, or install the driver, the CUDA toolkit or "
    "NVIDIA's Python wheels";

// Sub-directories of `parent` whose name begins with `prefix`, sorted; none where it is unreadable.
std::vector<std::string> children(const std::string& parent, std::string_view prefix) {
  std::vector<std::string> found;
  std::error_code ec;
  for (fs::directory_iterator it(parent, ec), end; !ec && it != end; it.increment(ec)) {
    if (it->path().filename().string().starts_with(prefix)) found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void add_site_packages(std::vector<std::string>& list, const std::string& prefix) {
  for (const std::string& python : children(prefix + "/lib", "python3")) {
    list.push_back(python + "/site-packages");
    list.push_back(python + "/dist-packages");
  }
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The file behind an open handle, links resolved; empty if the linker does not say.
std::string mapped_file(void* handle) {
  link_map* map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr || map->l_name == nullptr) {
    return {};
  }
  std::error_code ec;
  const fs::path real = fs::canonical(map->l_name, ec);
  return ec ? std::string(map->l_name) : real.string();
}

// What was tried so far. One attempt is one dlopen().
struct Search {
  void* handle = nullptr;
  std::string name;
  std::string tried;

  bool attempt(const std::string& file, std::string_view soname) {
    handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      const char* why = dlerror();
      tried += (tried.empty() ? "" : "; ") + std::string(why == nullptr ? file.c_str() : why);
      return false;
    }
    name = soname;
    return true;
  }

  // True if one of the names is a file in `directory` and loads. `broken` tells of one that is
  // there and does not.
  bool directory(const std::string& directory, std::span<const std::string_view> names,
                 bool* broken = nullptr) {
    if (directory.empty()) return false;
    for (std::string_view soname : names) {
      const std::string file = directory + "/" + std::string(soname);
      std::error_code ec;
      if (!fs::exists(file, ec)) continue;
      if (attempt(file, soname)) return true;
      if (broken != nullptr) *broken = true;
    }
    return false;
  }

  bool anywhere(const LibraryPlaces& places, std::span<const std::string_view> names) {
    bool broken = false;
    if (directory(places.libs, names, &broken)) return true;
    if (broken) return false;
    if (directory(places.baselines, names)) return true;
    if (places.system) {
      for (std::string_view soname : names) {
        if (attempt(std::string(soname), soname)) return true;
      }
    }
    for (const std::string& toolkit : places.toolkit) {
      if (directory(toolkit, names)) return true;
    }
    for (const std::string& site : places.site_packages) {
      for (const std::string& wheel : children(site + "/nvidia", "")) {
        if (directory(wheel + "/lib", names)) return true;
      }
    }
    return false;
  }
};

}  // namespace

LibraryPlaces library_places(const std::string& libs) {
  LibraryPlaces places;
  std::error_code ec;
  // dlopen() searches for a name without a slash, so that "--libs here" must become a path.
  if (!libs.empty()) places.libs = fs::absolute(libs, ec).string();
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    places.baselines =
        (program.parent_path().parent_path() / "lib" / "gpuaccept-baselines").string();
  }
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"}) {
    if (const std::string home = environment(variable); !home.empty()) {
      places.toolkit.push_back(home + "/lib64");
    }
  }
  places.toolkit.push_back("/usr/local/cuda/lib64");
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const std::string prefix = environment(variable); !prefix.empty()) {
      add_site_packages(places.site_packages, prefix);
    }
  }
  if (const std::string home = environment("HOME"); !home.empty()) {
    add_site_packages(places.site_packages, home + "/.local");
  }
  for (const char* prefix : {"/usr/local", "/usr", "/opt/conda", "/opt/venv"}) {
    add_site_packages(places.site_packages, prefix);
  }
  return places;
}

Result<SharedLibrary> SharedLibrary::open(std::span<const std::string_view> names,
                                          const LibraryPlaces& places) {
  if (names.empty()) return Error(ErrorCode::internal, "no library name was given");
  Search search;
  if (!search.anywhere(places, names)) {
    const std::string why = search.tried.empty() ? "in none of the places" : search.tried;
    return Error(ErrorCode::environment, std::string(names.front()) + " was not found: " + why)
        .hinted(kHint);
  }
  auto state = std::make_shared<State>();
  state->handle = search.handle;
  state->name = search.name;
  state->path = mapped_file(search.handle);
  return SharedLibrary(std::move(state));
}

Result<SharedLibrary> SharedLibrary::open(std::string_view name, const LibraryPlaces& places) {
  return open(std::span<const std::string_view>(&name, 1), places);
}

const std::string& SharedLibrary::name() const { return state_->name; }
const std::string& SharedLibrary::path() const { return state_->path; }

Result<std::string> SharedLibrary::sha256() const {
  if (!state_->sha256) {
    GA_TRY(std::string digest, sha256_file(state_->path));
    state_->sha256 = std::move(digest);
  }
  return *state_->sha256;
}

void* SharedLibrary::find(const char* symbol) const { return dlsym(state_->handle, symbol); }

Error SharedLibrary::no_function(const char* symbol) const {
  return Error(ErrorCode::environment, state_->path + " has no function " + symbol)
      .hinted("this version of " + state_->name + " does not fit; give another one with --libs");
}

Result<Library> SharedLibrary::describe(std::string version) const {
  GA_TRY(std::string digest, sha256());
  return Library{
      .name = state_->name, .path = state_->path, .version = std::move(version), .sha256 = digest};
}

}  // namespace ga
