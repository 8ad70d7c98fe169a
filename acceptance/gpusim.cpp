// gpusim: a worker as gpuprobe is one, for a node that a scenario describes. No GPU, no CUDA.
//
// Same options, same protocol; time passes --time-scale wall seconds to the simulated second.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "acceptance/sim/misbehave.h"
#include "acceptance/sim/simulator.h"
#include "acceptance/wire/serve.h"
#include "reports/model/injection.h"

namespace ga {
namespace {

struct Options {
  std::string scenario;
  double time_scale = 0.01;
  std::string libs;  // accepted as the real worker accepts it; nothing is loaded
  std::vector<std::string> gpus;
  std::string inject;
  std::int64_t boot_ns = 0;
};

// The clock begins anew with the machine.
std::function<std::int64_t()> clock_since(std::int64_t boot_ns) {
  return [now_ns = monotonic_clock().now_ns, boot_ns] { return now_ns() - boot_ns; };
}

Status run(const Options& options) {
  GA_CHECK(die_with_parent());
  GA_TRY(const int protocol, claim_protocol());
  GA_TRY(Scenario scenario, load_scenario(options.scenario));
  scenario.boot_ns = options.boot_ns;
  SimClock clock(options.time_scale, clock_since(options.boot_ns));
  GA_TRY(Simulator simulator, Simulator::make(std::move(scenario),
                                              {.gpus = options.gpus,
                                               .inject = options.inject,
                                               .protocol = protocol,
                                               .time_scale = options.time_scale},
                                              clock));
  if (simulator.silent()) hang_for_good();
  HelloEvent hello;
  hello.program = "gpusim";
  hello.version = GA_VERSION;
  hello.simulated = true;
  return serve(simulator.service(std::move(hello)), /*input=*/0, protocol);
}

int print_error(const Error& error) {
  fmt::print(stderr, "gpusim: error: {}\n", error.what());
  if (!error.hint().empty()) fmt::print(stderr, "gpusim: hint: {}\n", error.hint());
  const bool input = error.code() == ErrorCode::usage || error.code() == ErrorCode::parse;
  return input ? 2 : 4;
}

int run_main(int argc, char** argv) {
  Options options;
  CLI::App app("Simulated worker: answers gpuaccept's requests from a scenario.", "gpusim");
  app.add_option("--scenario", options.scenario, "Scenario: a file or a built-in name")->required();
  app.add_option("--time-scale", options.time_scale, "Wall seconds for each simulated second")
      ->check(CLI::Range(0.0, 1000.0));
  app.add_option("--libs", options.libs, "Accepted and not used: nothing is loaded");
  app.add_option("--gpu", options.gpus, "UUID of a GPU this worker may touch; repeatable");
  app.add_option("--inject-unsafe", options.inject, injection_words());
  app.add_option("--boot", options.boot_ns, "When the node was started anew, in monotonic ns")
      ->check(CLI::NonNegativeNumber);
  app.footer("Example:\n  echo '{\"v\":1,...}' | gpusim --scenario healthy-h200");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "gpusim: error: {}\n", error.what());
    return 2;
  }
  const Status status = run(options);
  return status ? 0 : print_error(status.error());
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  try {
    return ga::run_main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpusim: error: %s\n", error.what());
    return 4;
  }
}
