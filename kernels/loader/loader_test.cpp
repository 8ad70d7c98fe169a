// In which place a library is found, and what is said when it is not or does not fit.
#include "kernels/loader/loader.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "reports/model/digest.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "libga-probe.so.1";

// A directory that goes away with its test.
class Loader : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "loader-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = fs::canonical(pattern);
    places_.system = false;
  }
  void TearDown() override { fs::remove_all(root_); }

  // Puts the library into that directory below the root and returns the directory.
  std::string put(const std::string& directory) {
    const fs::path to = root_ / directory;
    fs::create_directories(to);
    fs::copy_file(GA_PROBE_LIBRARY, to / kName);
    return to.string();
  }
  std::string put_broken(const std::string& directory) {
    const fs::path to = root_ / directory;
    fs::create_directories(to);
    std::ofstream(to / kName) << "this is no library";
    return to.string();
  }
  // The directory that the library was found in, or the error.
  std::string found() const {
    const auto library = SharedLibrary::open(kName, places_);
    return library ? fs::path(library->path()).parent_path().string() : library.error().what();
  }

  fs::path root_;
  LibraryPlaces places_;
};

TEST_F(Loader, FindsTheLibraryInEachPlaceInOrder) {
  const std::string wheel = put("python/nvidia/probe/lib");
  places_.site_packages = {(root_ / "nowhere").string(), (root_ / "python").string()};
  EXPECT_EQ(found(), wheel);
  places_.toolkit = {(root_ / "nowhere").string(), put("toolkit")};
  EXPECT_EQ(found(), places_.toolkit[1]);
  places_.baselines = put("baselines");
  EXPECT_EQ(found(), places_.baselines);
  places_.libs = put("given");
  EXPECT_EQ(found(), places_.libs);
}

TEST_F(Loader, AsksTheSystemByNameBeforeTheToolkit) {
  constexpr std::string_view kMath = "libm.so.6";
  places_.toolkit = {(root_ / "toolkit").string()};
  fs::create_directories(places_.toolkit[0]);
  fs::copy_file(GA_PROBE_LIBRARY, root_ / "toolkit" / kMath);
  places_.system = true;
  const auto library = SharedLibrary::open(kMath, places_);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->find("ga_probe_answer"), nullptr);
  EXPECT_NE(library->find("cos"), nullptr);
}

TEST_F(Loader, TriesEachNameInAPlaceBeforeTheNextPlace) {
  places_.libs = put("given");
  places_.system = true;
  const std::array<std::string_view, 2> names{"libm.so.6", kName};
  const auto library = SharedLibrary::open(names, places_);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->name(), kName);
}

TEST_F(Loader, ReportsTheFileBehindALinkWithItsDigest) {
  const std::string real = put("real");
  fs::create_directories(root_ / "links");
  fs::create_symlink(fs::path(real) / kName, root_ / "links" / kName);
  places_.libs = (root_ / "links").string();
  const auto library = SharedLibrary::open(kName, places_);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->path(), real + "/" + std::string(kName));
  const auto described = library->describe("1.2");
  ASSERT_TRUE(described);
  EXPECT_EQ(described->name, kName);
  EXPECT_EQ(described->version, "1.2");
  const auto expected = sha256_file(GA_PROBE_LIBRARY);
  ASSERT_TRUE(expected);
  EXPECT_EQ(described->sha256, *expected);
}

TEST_F(Loader, CallsAFunctionByItsType) {
  places_.libs = put("given");
  const auto library = SharedLibrary::open(kName, places_);
  ASSERT_TRUE(library);
  const auto answer = library->function<int()>("ga_probe_answer");
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)(), 42);
}

TEST_F(Loader, NamesLibraryAndSymbolOfAMissingFunction) {
  places_.libs = put("given");
  const auto library = SharedLibrary::open(kName, places_);
  ASSERT_TRUE(library);
  const auto none = library->function<int()>("ga_probe_question");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::environment);
  EXPECT_EQ(none.error().what(),
            places_.libs + "/libga-probe.so.1 has no function ga_probe_question");
  EXPECT_FALSE(none.error().hint().empty());
}

TEST_F(Loader, SaysThatItIsNowhere) {
  const auto library = SharedLibrary::open(kName, places_);
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().what(), "libga-probe.so.1 was not found: in none of the places");
  EXPECT_NE(library.error().hint().find("--libs"), std::string::npos);
}

TEST_F(Loader, KeepsTheSystemsReason) {
  places_.system = true;
  const auto library = SharedLibrary::open(kName, places_);
  ASSERT_FALSE(library);
  EXPECT_NE(library.error().what().find("cannot open shared object file"), std::string::npos);
}

TEST_F(Loader, RefusesABrokenFileWhereTheUserPointed) {
  places_.libs = put_broken("given");
  places_.baselines = put("baselines");
  EXPECT_NE(found().find("given/libga-probe.so.1"), std::string::npos) << found();
}

TEST_F(Loader, PassesOverABrokenFileElsewhere) {
  places_.baselines = put_broken("baselines");
  places_.toolkit = {put("toolkit")};
  EXPECT_EQ(found(), places_.toolkit[0]);
}

// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* old = std::getenv(name);
    had_ = old != nullptr;
    if (had_) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (had_) {
      setenv(name_, old_.c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

TEST_F(Loader, KnowsTheToolkitAndThePythonOfTheEnvironment) {
  const Variable home("CUDA_HOME", "/opt/some-cuda");
  fs::create_directories(root_ / "venv/lib/python3.11/site-packages");
  const Variable venv("VIRTUAL_ENV", (root_ / "venv").string());
  const LibraryPlaces places = library_places("given");
  EXPECT_EQ(places.libs, (fs::current_path() / "given").string());
  ASSERT_FALSE(places.toolkit.empty());
  EXPECT_EQ(places.toolkit[0], "/opt/some-cuda/lib64");
  ASSERT_FALSE(places.site_packages.empty());
  EXPECT_EQ(places.site_packages[0], (root_ / "venv/lib/python3.11/site-packages").string());
  EXPECT_TRUE(places.baselines.ends_with("/lib/gpuaccept-baselines")) << places.baselines;
}

}  // namespace
}  // namespace ga
