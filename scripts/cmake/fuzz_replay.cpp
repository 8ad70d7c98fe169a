// Replays the seeds of a fuzz target without libFuzzer: each file whole, and cut at every length.
//
// A folder without seeds is a failure: a test that checks nothing must not pass.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kCuts = 512;  // at most so many prefixes of one file

void replay(const std::string& bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const std::size_t step = bytes.size() / kCuts + 1;
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    (void)LLVMFuzzerTestOneInput(data, size);  // always 0: it aborts where it finds something
  }
  (void)LLVMFuzzerTestOneInput(data, bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i], error)) {
      std::ifstream in(entry.path(), std::ios::binary);
      replay({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
      ++files;
    }
  }
  std::printf("%d seeds replayed\n", files);
  return files > 0 ? 0 : 1;
}
