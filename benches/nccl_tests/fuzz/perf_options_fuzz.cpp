// A command line of all_reduce_perf, a word a line: refused in one line, or options that can run.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "benches/nccl_tests/options.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find('\n'));
    words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  const auto options = ga::parse_perf_options(words);
  if (!options) {
    demand(!options.error().what().empty());
    return 0;
  }
  demand(options->ranks() >= 1 && options->min_bytes >= 0);
  demand(options->min_bytes <= options->max_bytes || options->help);
  // Sizes rise and end.
  std::int64_t bytes = options->min_bytes;
  for (int step = 0; step < 64 && bytes != 0; ++step) {
    const std::int64_t next = ga::next_size(*options, bytes);
    demand(next == 0 || next > bytes || bytes == 0);
    bytes = next;
  }
  return 0;
}
