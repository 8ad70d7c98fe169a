// gpubench: the cases under Google Benchmark, and comparisons with the baselines. A tool for
// whoever writes kernels, never a source of evidence.
//
// Google Benchmark 1.7 exits with 0 after an error, so failures are counted here: 1 if any case
// failed or computed wrong data, 2 for a usage error, 4 for a defect of this program.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "acceptance/node/node.h"
#include "benches/cases/case_runner.h"
#include "benches/cases/case_table.h"
#include "benches/cases/cases.h"
#include "benches/cases/compare.h"
#include "benches/cases/comparison.h"
#include "benches/gpubench_json.h"
#include "benches/harness/loop.h"
#include "kernels/loader/loader.h"
#include "kernels/runtime/device.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

struct Options {
  bool list = false;
  std::string filter, compare, shapes, out, libs;
  std::string type = "both";
  int device = 0;
  std::int64_t alternations = kLeastAlternations;
  std::int64_t block_ms = 100;
  std::int64_t settle_ms = 10'000;
  std::int64_t mib = 8192;
};

int complain(const Error& error) {
  fmt::print(stderr, "gpubench: error: {}\n", error.what());
  if (!error.hint().empty()) fmt::print(stderr, "gpubench: hint: {}\n", error.hint());
  return error.code() == ErrorCode::usage || error.code() == ErrorCode::parse ? 2 : 1;
}

void list_cases() {
  for (const CaseInfo& info : all_cases()) {
    fmt::print("{:<30} {}\n", info.id, info.description);
    for (const CaseParameter& p : info.parameters) {
      fmt::print("{:<30}   {} = {} {} ({} to {})\n", "", p.name, p.fallback, p.unit, p.min, p.max);
    }
  }
}

ReadDevice reader(Node& node, const std::string& uuid) {
  return [&node, uuid] {
    const GpuReading now = node.now(uuid);
    return DeviceReading{now.clock_mhz, now.power_mw, now.temp_mc, now.throttle};
  };
}

Result<DeviceInfo> find_gpu(int ordinal) {
  GA_CHECK(require_driver());
  GA_TRY(const int count, device_count());
  if (ordinal < 0 || ordinal >= count) {
    return Error(ErrorCode::environment, fmt::format("no GPU {}: CUDA sees {}", ordinal, count));
  }
  GA_CHECK(select_device(ordinal));
  return device_info(ordinal);
}

NodeOptions node_options(const Options& options) {
  NodeOptions node;
  node.places = library_places(options.libs);
  return node;
}

// One case under Google Benchmark: an iteration is a block.
class CaseBench {
 public:
  CaseBench(CaseRunner& runner, CaseRequest request, ReadDevice read)
      : runner_(runner), request_(std::move(request)), read_(std::move(read)) {}

  // False once a block failed or was wrong.
  bool run(benchmark::State& state) {
    std::vector<std::int64_t> values;
    bool good = true;
    for (auto _ : state) {
      good = good && block(state, values);
      if (!good) break;
    }
    const std::optional<std::int64_t> middle = median(values);
    if (good && middle) state.counters[unit_] = static_cast<double>(*middle);
    return good && middle;
  }

 private:
  bool block(benchmark::State& state, std::vector<std::int64_t>& values) {
    std::optional<BlockResult> result;
    const CaseEnd end = runner_.run(request_, read_, [&](const BlockResult& b) { result = b; }, {});
    std::string why = end.text;
    if (end.code.empty() && !result) why = "no block came";
    if (why.empty() && result->check.wrong != 0) why = fmt::format("{} wrong", result->check.wrong);
    if (why.empty() && !(result->elapsed_ns > 0)) why = "a block of no length";
    if (!why.empty()) {
      state.SkipWithError(why.c_str());
      return false;
    }
    state.SetIterationTime(static_cast<double>(result->elapsed_ns) * 1e-9);
    values.push_back(result->value);
    unit_ = result->unit;
    return true;
  }

  CaseRunner& runner_;
  CaseRequest request_;
  ReadDevice read_;
  std::string unit_;
};

int run_cases(const Options& options) {
  const Result<DeviceInfo> gpu = find_gpu(options.device);
  if (!gpu) return complain(gpu.error());
  Node node(node_options(options));
  CaseRunner runner(RunnerOptions{.libs = options.libs, .inject = {}});
  int failed = 0;
  for (const CaseInfo& info : cases_of_one_gpu()) {
    CaseRequest request;
    request.case_id = info.id;
    request.gpu = gpu->uuid;
    request.block_ns = options.block_ms * 1'000'000;
    auto bench = std::make_shared<CaseBench>(runner, request, reader(node, gpu->uuid));
    benchmark::RegisterBenchmark(request.case_id.c_str(),
                                 [bench, &failed](benchmark::State& state) {
                                   if (!bench->run(state)) ++failed;
                                 })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  std::vector<std::string> words{"gpubench"};
  if (!options.filter.empty()) words.push_back("--benchmark_filter=" + options.filter);
  if (!options.out.empty()) {
    words.push_back("--benchmark_out=" + options.out);
    words.push_back("--benchmark_out_format=json");
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());
  const std::size_t ran = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  if (ran == 0) return complain(Error(ErrorCode::usage, "no case fits the filter"));
  if (failed == 0) return 0;
  return complain(Error(ErrorCode::device, fmt::format("{} runs of cases failed", failed)));
}

Result<std::vector<NamedShape>> shapes_of(const Options& options) {
  if (options.shapes.empty() && options.compare == "digest") {
    return std::vector<NamedShape>{{"square-4096", 4096, 4096, 4096},
                                   {"square-8192", 8192, 8192, 8192}};
  }
  if (options.shapes.empty()) return default_shapes();
  GA_TRY(const std::string text, read_file(options.shapes));
  return parse_shapes(text, options.shapes);
}

Result<std::vector<Comparison>> compare_shape(const Options& options, CompareBed& bed,
                                              const NamedShape& shape, ElementType type) {
  if (options.compare == "tiles") return compare_tiles(bed, shape, type);
  if (options.compare == "gemm") return compare_gemm(bed, shape, type);
  GA_TRY(Comparison one, compare_digest(bed, shape));
  return std::vector<Comparison>{std::move(one)};
}

std::vector<ElementType> types_of(const Options& options) {
  if (options.compare == "digest") return {ElementType::bf16};
  if (options.type == "both") return {ElementType::bf16, ElementType::fp16};
  std::vector<ElementType> types;
  for (const GemmType& type : kGemmTypes) {
    if (options.type == "all" || options.type == type.name) types.push_back(type.in);
  }
  return types;
}

std::set<std::string> type_words() {
  std::set<std::string> words{"both", "all"};
  for (const GemmType& type : kGemmTypes) words.emplace(type.name);
  return words;
}

bool compares_attention(const Options& options) {
  return options.compare == "attention" || options.compare == "attention-bwd";
}

Result<std::vector<Comparison>> compare_attentions(const Options& options, CompareBed& bed) {
  const auto compare = options.compare == "attention" ? compare_attention : compare_attention_bwd;
  std::vector<Comparison> all;
  for (const ElementType type : types_of(options)) {
    for (const NamedAttention& named : default_attentions(type)) {
      fmt::print(stderr, "gpubench: comparing {} {}\n", gemm_type(type).name, named.name);
      GA_TRY(Comparison one, compare(bed, named));
      all.push_back(std::move(one));
      bed.settle_ns = bed.options.settle_ns / 5;  // it is warm; only the shape is another
    }
  }
  return all;
}

// What the command line combines and no comparison does; before any GPU is woken.
Status check_options(const Options& options) {
  if (options.alternations < kLeastAlternations) {
    return Error(ErrorCode::usage,
                 fmt::format("a comparison takes at least {} alternations", kLeastAlternations));
  }
  if (compares_attention(options)) {
    const std::string& type = options.type;
    if (type != "both" && type != "bf16" && type != "fp16") {
      return Error(ErrorCode::usage, "attention is compared in bf16 and fp16, not in " + type);
    }
    if (!options.shapes.empty()) return Error(ErrorCode::usage, "--shapes is for GEMM");
  } else if (!options.shapes.empty()) {
    GA_CHECK(shapes_of(options));
  }
  return Ok{};
}

Result<std::vector<Comparison>> compare_all(const Options& options, CompareBed& bed) {
  if (options.compare == "memory") return compare_memory(bed, options.mib << 20);
  if (compares_attention(options)) return compare_attentions(options, bed);
  GA_TRY(const std::vector<NamedShape> shapes, shapes_of(options));
  std::vector<Comparison> all;
  for (const ElementType type : types_of(options)) {
    for (const NamedShape& shape : shapes) {
      fmt::print(stderr, "gpubench: comparing {} {}\n", gemm_type(type).name, shape.name);
      GA_TRY(std::vector<Comparison> some, compare_shape(options, bed, shape, type));
      for (Comparison& one : some) all.push_back(std::move(one));
      bed.settle_ns = bed.options.settle_ns / 5;  // it is warm; only the shape is another
    }
  }
  return all;
}

Status run_comparison(const Options& options) {
  GA_CHECK(check_options(options));
  GA_TRY(const DeviceInfo gpu, find_gpu(options.device));
  GA_TRY(const auto loop, TimingLoop::make({}));
  Node node(node_options(options));
  CaseContext context{.device = gpu, .libs = options.libs, .stream = loop->stream()};
  CompareOptions how;
  how.alternations = options.alternations;
  how.block_ns = options.block_ms * 1'000'000;
  how.settle_ns = options.settle_ms * 1'000'000;
  how.read = reader(node, gpu.uuid);
  CompareBed bed{context, *loop, how, how.settle_ns};
  GA_TRY(const std::vector<Comparison> all, compare_all(options, bed));
  if (!options.out.empty()) {
    GA_CHECK(write_comparisons(options.out, {.gpu = gpu,
                                             .versions = cuda_versions(),
                                             .libraries = context.libraries,
                                             .options = how,
                                             .comparisons = all}));
  }
  fmt::print("{}", to_table(all));
  if (options.compare == "attention") fmt::print("{}", to_means(all, kAttentionTarget));
  if (options.compare == "attention-bwd") fmt::print("{}", to_means(all, kAttentionBwdTarget));
  for (const Comparison& c : all) {
    GA_CHECK(summarise(c));
  }
  return Ok{};
}

int run_main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs the measuring cases, or compares our kernels with the baselines.", "gpubench");
  app.add_flag("--list", options.list, "The cases and their parameters");
  app.add_option("--filter", options.filter, "Only cases that fit this regular expression");
  app.add_option("--compare", options.compare,
                 "Compare with the baseline: gemm, attention, attention-bwd, memory or digest; or "
                 "our GEMM's "
                 "tiles: tiles")
      ->check(CLI::IsMember({"gemm", "attention", "attention-bwd", "memory", "digest", "tiles"}));
  app.add_option("--type", options.type, "Of the GEMMs or attentions compared; both: bf16 and fp16")
      ->check(CLI::IsMember(type_words()));
  app.add_option("--shapes", options.shapes, "File of GEMM shapes: m n k [name] a line");
  app.add_option("--mib", options.mib, "Size of each array of a memory comparison")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--alternations", options.alternations, "Pairs of blocks; at least 30");
  app.add_option("--block-ms", options.block_ms, "Length of a block")->check(CLI::Range(1, 60'000));
  app.add_option("--settle-ms", options.settle_ms, "Load before a comparison's first block")
      ->check(CLI::Range(0, 600'000));
  app.add_option("--out", options.out, "JSON file of the results");
  app.add_option("--libs", options.libs, "Directory of cuBLASLt, cuDNN, NVML");
  app.add_option("--device", options.device, "CUDA number of the GPU");
  app.footer("Example:\n  gpubench --compare gemm --out gemm.json");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "gpubench: error: {}\n", error.what());
    return 2;
  }
  if (options.list) {
    list_cases();
    return 0;
  }
  if (options.compare.empty()) return run_cases(options);
  const Status status = run_comparison(options);
  return status ? 0 : complain(status.error());
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  try {
    return ga::run_main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpubench: error: %s\n", error.what());
    return 4;
  }
}
