// error_rates: writes docs/error-rates.md. Host only; takes no input but its options.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "acceptance/core/error_rates.h"

namespace {

struct Options {
  std::int64_t trials = 100'000;
  std::int64_t nodes = 100'000;
  std::uint64_t seed = 20261122;
  std::string out;  // empty: stdout
};

int usage() {
  fmt::print(stderr,
             "error_rates: error: usage: error_rates [--trials N] [--nodes N] [--seed N] [--out "
             "FILE]\nerror_rates: hint: error_rates --out docs/error-rates.md\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name(argv[i]);
    if (name == "--out") {
      options.out = argv[i + 1];
      continue;
    }
    char* end = nullptr;
    const long long value = std::strtoll(argv[i + 1], &end, 10);
    if (*end != '\0' || value < 1) return usage();
    if (name == "--trials") {
      options.trials = value;
    } else if (name == "--nodes") {
      options.nodes = value;
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(value);
    } else {
      return usage();
    }
  }
  if (argc % 2 == 0) return usage();
  const std::string page = ga::error_rates_page(options.trials, options.nodes, options.seed);
  if (options.out.empty()) {
    std::cout << page;
    return 0;
  }
  std::ofstream file(options.out);
  file << page;
  file.close();
  if (!file) {
    fmt::print(stderr, "error_rates: error: cannot write '{}'\n", options.out);
    return 4;
  }
}
