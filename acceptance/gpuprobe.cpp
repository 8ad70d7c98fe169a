// gpuprobe: the worker that touches the GPUs, and the same answers for a person on a command line.
//
// Without a verb it serves gpuaccept: requests on stdin, events on the descriptor that was stdout.
// It starts where there is no driver, and says so.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acceptance/node/node.h"
#include "acceptance/probe/event_text.h"
#include "acceptance/probe/probe.h"
#include "acceptance/wire/serve.h"
#include "benches/cases/case_runner.h"
#include "benches/cases/case_table.h"
#include "benches/cases/node_runner.h"
#include "kernels/runtime/device.h"
#include "reports/codec/evidence_codec.h"
#include "reports/codec/json.h"
#include "reports/model/injection.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr int kFailed = 1, kUsage = 2, kNotMeasured = 3, kInternal = 4;

enum class Form { lines, text, json };

struct Options {
  std::string libs, inject, node_name, replay, bmc;
  std::vector<std::string> gpus;
  // For a person only.
  std::string verb;  // empty: serve
  std::string record;
  std::string case_id;
  std::vector<std::string> params;
  std::int64_t blocks = 1, first_block = 0, block_ms = 400, seed = 0;
  Form form = Form::lines;
};

void complain(const Error& error) {
  fmt::print(stderr, "gpuprobe: error: {}\n", error.what());
  if (!error.hint().empty()) fmt::print(stderr, "gpuprobe: hint: {}\n", error.hint());
}

// CUDA reads these once, at its first call: a worker then sees no other GPU than its own, in the
// order that the report counts them.
Status limit_cuda(const std::vector<std::string>& gpus) {
  std::string list;
  for (const std::string& gpu : gpus) list += (list.empty() ? "" : ",") + gpu;
  const bool set = setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1) == 0 &&
                   (gpus.empty() || setenv("CUDA_VISIBLE_DEVICES", list.c_str(), 1) == 0) &&
                   // Loading a kernel late may wait for a GPU whose kernels wait for that one.
                   (gpus.size() == 1 || setenv("CUDA_MODULE_LOADING", "EAGER", 1) == 0);
  if (!set) return Error(ErrorCode::internal, "the environment of CUDA cannot be set");
  return Ok{};
}

Result<std::vector<CudaGpu>> list_cuda_gpus() {
  GA_CHECK(require_driver());
  GA_TRY(const int count, device_count());
  std::vector<CudaGpu> gpus;
  for (int i = 0; i < count; ++i) {
    GA_TRY(const DeviceInfo info, device_info(i));
    gpus.push_back({.address = info.pci_bus_id, .uuid = info.uuid, .sm_count = info.sm_count});
  }
  return gpus;
}

CudaView view_cuda() {
  CudaView view;
  auto gpus = list_cuda_gpus();
  if (gpus) {
    view.gpus = *std::move(gpus);
  } else {
    view.gpus = Known<std::vector<CudaGpu>>::missing(gpus.error().what());
  }
  const auto versions = cuda_versions();
  if (!versions) {
    view.driver_version = KnownInt::missing(versions.error().what());
  } else if (versions->driver <= 0) {
    view.driver_version = KnownInt::missing("no NVIDIA driver is loaded");
  } else {
    view.driver_version = static_cast<std::int64_t>(versions->driver);
  }
  return view;
}

CudaView no_cuda() {
  const std::string why = "a replay has no CUDA";
  return {.driver_version = KnownInt::missing(why),
          .gpus = Known<std::vector<CudaGpu>>::missing(why)};
}

// Of one GPU, and of all of them together.
struct Runners {
  explicit Runners(const Options& options)
      : cases({.libs = options.libs, .inject = options.inject}),
        node_cases({.libs = options.libs, .inject = options.inject}) {}

  CaseEnd run(const CaseRequest& request, const ReadDevice& read,
              const std::function<void(const BlockResult&)>& emit,
              const std::function<bool()>& stop) {
    const CaseInfo* info = find_case(request.case_id);
    const bool spans = info != nullptr && info->spans_gpus;
    return spans ? node_cases.run(request, read, emit, stop) : cases.run(request, read, emit, stop);
  }
  std::vector<Library> libraries() const {
    std::vector<Library> all = cases.libraries();
    const std::vector<Library> more = node_cases.libraries();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  CaseRunner cases;
  NodeRunner node_cases;
};

ProbeParts parts_of(const Options& options, Runners& runners) {
  ProbeParts parts;
  parts.node.replay = options.replay;
  parts.node.bmc = options.bmc;
  if (!options.record.empty()) parts.node.transcript = std::make_shared<Transcript>();
  parts.node.places = library_places(options.libs);
  parts.node.node_name = options.node_name;
  parts.node.gpus = options.gpus;
  parts.ask_cuda = options.replay.empty() ? view_cuda : no_cuda;
  parts.run_case = [&runners, replay = !options.replay.empty()](
                       const CaseRequest& request, const ReadDevice& read,
                       const std::function<void(const BlockResult&)>& emit,
                       const std::function<bool()>& stop) -> CaseEnd {
    if (replay) return {.code = "request.refused", .text = "a replay has nothing to measure"};
    return runners.run(request, read, emit, stop);
  };
  parts.case_libraries = [&runners] { return runners.libraries(); };
  return parts;
}

Status serve_requests(const Options& options) {
  GA_CHECK(die_with_parent());
  GA_TRY(const int protocol, claim_protocol());
  Runners runners(options);
  Probe probe(parts_of(options, runners));
  HelloEvent hello;
  hello.program = "gpuprobe";
  hello.version = GA_VERSION;
  hello.simulated = !options.replay.empty();
  return serve(probe.service(std::move(hello)), /*input=*/0, protocol);
}

Result<Params> parse_params(const std::vector<std::string>& words) {
  Params params;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    std::int64_t value = 0;
    const char* end = word.data() + word.size();
    const char* from = equals == std::string::npos ? end : word.data() + equals + 1;
    const auto [stop, ec] = std::from_chars(from, end, value);
    if (ec != std::errc() || stop != end || equals == 0) {
      return Error(ErrorCode::usage, "--param '" + word + "' is not NAME=WHOLE NUMBER")
          .hinted("for example --param bytes=1073741824");
    }
    params[word.substr(0, equals)] = value;
  }
  return params;
}

Result<WireRequest> request_of(const Options& options) {
  WireRequest request;
  request.id = 1;
  request.gpus = options.gpus;
  request.verb = options.verb == "facts"    ? Verb::facts
                 : options.verb == "events" ? Verb::events
                 : options.verb == "watch"  ? Verb::watch
                 : options.verb == "log"    ? Verb::log
                                            : Verb::case_;
  if (request.verb != Verb::case_) return request;
  request.case_id = options.case_id;
  request.blocks = options.blocks;
  request.first_block = options.first_block;
  request.block_ns = options.block_ms * kNsPerMs;
  request.seed = options.seed;
  GA_TRY(request.params, parse_params(options.params));
  return request;
}

// What a person asked for, on stdout; whether the data of any block was not found right.
struct Shown {
  Form form;
  bool wrong = false;

  Status operator()(const WireEvent& event) {
    if (const auto* check = std::get_if<CheckEvent>(&event.body)) {
      wrong = wrong || is_wrong(check->check) || is_unanswered(check->check);
    }
    const bool put = std::fputs(render(event).c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return put ? Status(Ok{}) : Status(Error(ErrorCode::io, "stdout cannot be written"));
  }

  std::string render(const WireEvent& event) const {
    if (form == Form::text) return event_text(event);
    if (form == Form::lines) return encode(event) + "\n";
    const auto* facts = std::get_if<FactsEvent>(&event.body);
    return facts == nullptr ? std::string() : dump_pretty(to_json(facts->facts));
  }
};

Result<int> answer_person(const Options& options) {
  GA_TRY(const WireRequest request, request_of(options));
  Runners runners(options);
  Probe probe(parts_of(options, runners));
  const Service service = probe.service({});
  Shown shown{.form = options.form};
  EventWriter writer([&](const WireEvent& event) { return shown(event); }, service.clock.now_ns);
  Turn turn(writer, service.clock, /*input=*/-1, request);
  const Handler& handler = request.verb == Verb::facts    ? service.facts
                           : request.verb == Verb::events ? service.events
                           : request.verb == Verb::watch  ? service.watch
                           : request.verb == Verb::log    ? service.log
                                                          : service.case_;
  Answer answer = handler(request, turn);
  // NVML hangs: it would hang the recording too.
  if (!answer.error && answer.leave) {
    fmt::print(stderr, "gpuprobe: error: not everything was read: a call did not return\n");
    return kNotMeasured;
  }
  if (!answer.error) {
    if (!options.record.empty()) GA_CHECK(probe.record(options.record));
    turn.send(DoneEvent{.libraries = std::move(answer.libraries)});
    return shown.wrong ? kFailed : 0;
  }
  const ErrorEvent error = *answer.error;
  turn.send(error);
  fmt::print(stderr, "gpuprobe: error: {}: {}\n", error.code, error.text);
  const bool asked_wrongly = error.code == "case.unknown" || error.code == "params.bad" ||
                             error.code == "request.refused" || error.code == "gpu.unknown";
  return asked_wrongly ? kUsage : kNotMeasured;
}

// A password is in this process then, and no dump may hold it.
Status forbid_dumps() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &none) == 0) return Ok{};
  return Error(ErrorCode::internal, "core dumps cannot be forbidden");
}

Result<int> run(const Options& options) {
  if (!options.record.empty() && !options.replay.empty()) {
    return Error(ErrorCode::usage, "--record and --replay exclude each other")
        .hinted("a record of a replay would look like one of a machine");
  }
  if (!options.bmc.empty()) GA_CHECK(forbid_dumps());
  GA_CHECK(limit_cuda(options.gpus));
  if (const Status driver = require_driver(); !driver && options.replay.empty()) {
    fmt::print(stderr, "gpuprobe: warning: {}; {}\n", driver.error().what(), driver.error().hint());
  }
  if (!options.verb.empty()) return answer_person(options);
  GA_CHECK(serve_requests(options));
  return 0;
}

void add_options(CLI::App& app, Options& options) {
  app.fallthrough();
  app.add_option("--libs", options.libs, "Directory to look for NVIDIA's libraries in first");
  app.add_option("--gpu", options.gpus, "UUID of a GPU it may touch; repeatable; all if absent")
      ->allow_extra_args(false);  // else it would take the verb for a second UUID
  app.add_option("--inject-unsafe", options.inject, injection_words());
  app.add_option("--bmc", options.bmc,
                 "File that says how to reach the node's BMC; without it the BMC is not asked");
  app.add_option("--replay", options.replay,
                 "Play a recorded node from this folder instead; --libs names the replay's NVML");
  app.add_option("--node-name", options.node_name, "Name of the node, instead of the host name");
}

void add_verbs(CLI::App& app, Options& options) {
  const auto verb = [&](const char* name, const char* what) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->callback([&options, name] { options.verb = name; });
    sub->add_flag_callback(
        "--text", [&options] { options.form = Form::text; }, "For people");
    return sub;
  };
  CLI::App* facts = verb("facts", "Read the node and its GPUs");
  facts->add_flag_callback(
      "--json", [&options] { options.form = Form::json; },
      "The facts alone, as a report holds them");
  facts->add_option("--record", options.record,
                    "Write what was answered into this new folder, for --replay");
  verb("events", "Read the counters of the GPUs");
  verb("watch", "Clock, power, temperature ten times a second, until stopped");
  verb("log", "What the kernel's log says of the hardware, until stopped");
  CLI::App* measure = verb("case", "Measure one case");
  measure->add_option("name", options.case_id, "Case, as 'gpuaccept list cases' names it")
      ->required();
  measure->add_option("--param", options.params, "NAME=NUMBER; repeatable")
      ->allow_extra_args(false);
  measure->add_option("--blocks", options.blocks, "Timed blocks")->check(CLI::PositiveNumber);
  measure->add_option("--first-block", options.first_block, "Number of the first block")
      ->check(CLI::NonNegativeNumber);
  measure->add_option("--block-ms", options.block_ms, "Length of a block")
      ->check(CLI::PositiveNumber);
  measure->add_option("--seed", options.seed, "Of the data")->check(CLI::NonNegativeNumber);
}

int run_main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Worker: reads and measures the GPUs of this node. Without a verb it answers gpuaccept's\n"
      "requests on stdin; with one it prints the same events, or text.",
      "gpuprobe");
  app.require_subcommand(0, 1);
  add_options(app, options);
  add_verbs(app, options);
  app.footer(
      "Example:\n  gpuprobe facts --text\n"
      "  gpuprobe case memory.copy --param bytes=1073741824 --blocks 5 --text");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "gpuprobe: error: {}\n", error.what());
    fmt::print(stderr, "gpuprobe: hint: gpuprobe --help\n");
    return kUsage;
  }
  const auto code = run(options);
  if (code) return *code;
  complain(code.error());
  return code.error().code() == ErrorCode::usage ? kUsage : kInternal;
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  try {
    return ga::run_main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpuprobe: error: %s\n", error.what());
    return ga::kInternal;
  }
}
