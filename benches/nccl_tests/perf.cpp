#include "benches/nccl_tests/perf.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "benches/nccl_tests/json.h"
#include "benches/stats/bus_bandwidth.h"

namespace ga {
namespace {

// What the run takes from its environment, as nccl-tests does.
struct Surroundings {
  int first_device = 0;              // NCCL_TESTS_DEVICE
  std::optional<double> least_gb_s;  // NCCL_TESTS_MIN_BW
};

template <class T>
Result<std::optional<T>> number_from(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return std::optional<T>();
  T value{};
  const char* const end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, value);
  if (error != std::errc() || at != end || !(value >= 0)) {
    return Error(ErrorCode::usage, fmt::format("{} is \"{}\", which is no number", name, text));
  }
  return std::optional<T>(value);
}

// nccl-tests without MPI would measure each process's own GPUs alone; nobody who starts several
// means that.
Status refuse_several_processes() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"}) {
    GA_TRY(const std::optional<int> size, number_from<int>(name));
    if (size && *size > 1) {
      return Error(ErrorCode::usage,
                   fmt::format("{} processes were started, but this program uses no MPI", *size))
          .hinted("start one process with -g and the number of GPUs");
    }
  }
  return Ok{};
}

Result<Surroundings> surroundings() {
  GA_CHECK(refuse_several_processes());
  GA_TRY(const std::optional<int> device, number_from<int>("NCCL_TESTS_DEVICE"));
  GA_TRY(const std::optional<double> least, number_from<double>("NCCL_TESTS_MIN_BW"));
  return Surroundings{.first_device = device.value_or(0), .least_gb_s = least};
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return std::string(text.data(), length);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return std::string(name.data()).substr(0, std::string_view(name.data()).find('.'));
}

// 22809 from "2.28.9"; 0 from nothing.
int version_code(const std::string& version) {
  int major = 0, minor = 0, patch = 0;
  if (std::sscanf(version.c_str(), "%d.%d.%d", &major, &minor, &patch) != 3) return 0;
  return major * 10000 + minor * 100 + patch;
}

std::vector<std::string> environment_of_interest() {
  std::vector<std::string> found;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view one(*at);
    if (one.starts_with("NCCL_") || one.starts_with("CUDA_")) found.emplace_back(one);
  }
  return found;
}

// A new file: PATH, else PATH.0, PATH.1 and so on, as nccl-tests names them.
class JsonFile {
 public:
  static Result<JsonFile> claim(const std::string& path) {
    std::string name = path;
    for (int count = 0; count < 10'000; ++count) {
      const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (file >= 0) return JsonFile(fdopen(file, "w"), name);
      if (errno != EEXIST) break;
      name = fmt::format("{}.{}", path, count);
    }
    return Error(ErrorCode::io, fmt::format("cannot write \"{}\": {}", name, std::strerror(errno)));
  }

  const std::string& name() const { return name_; }

  Status write(const std::string& text) {
    const bool good = std::fputs(text.c_str(), file_.get()) >= 0 && std::fflush(file_.get()) == 0;
    if (good) return Ok{};
    return Error(ErrorCode::io, fmt::format("cannot write \"{}\"", name_));
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  JsonFile(std::FILE* file, std::string name) : file_(file), name_(std::move(name)) {}
  std::unique_ptr<std::FILE, Close> file_;
  std::string name_;
};

// The largest array that leaves the GPUs as much memory as nccl-tests does (src/common.cu, run()).
std::int64_t most_bytes(const PerfOptions& options, const std::vector<PerfDevice>& devices) {
  constexpr std::int64_t kGiB = std::int64_t{1} << 30;
  auto memory = static_cast<std::int64_t>(devices.front().memory_bytes);
  for (const PerfDevice& d : devices) {
    memory = std::min(memory, static_cast<std::int64_t>(d.memory_bytes));
  }
  const std::int64_t reserved =
      std::min((memory + 16 * kGiB - 1) / (16 * kGiB), std::int64_t{4}) * kGiB;
  return (memory - reserved - kGiB) / (options.checks > 0 ? 3 : 2);
}

class Run {
 public:
  Run(PerfOptions options, PerfContext context, const Surroundings& around, PerfRecord& record,
      AllReduceBackend& backend)
      : options_(std::move(options)),
        context_(std::move(context)),
        record_(record),
        backend_(backend) {
    summary_.least_gb_s = around.least_gb_s;
  }

  Status all() {
    GA_CHECK(start());
    GA_CHECK(rows());
    const auto halves = static_cast<double>(2 * record_.rows.size());
    summary_.bus_gb_s = sum_gb_s_ / halves;
    record_.summary = summary_;
    say(summary_text(context_, summary_));
    GA_TRY(record_.remarks, backend_.remarks());
    for (const std::string& remark : record_.remarks) say(fmt::format("# {}\n", remark));
    return Ok{};
  }

 private:
  static void say(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);  // a row is read as it appears
  }

  Status start() {
    const std::int64_t most = most_bytes(options_, record_.devices);
    const auto element = std::int64_t{element_bytes(options_.type)};
    if (most < element) return Error(ErrorCode::environment, "a GPU has too little memory");
    const std::string text = start_text(context_, options_, record_.devices);
    const bool reduced = options_.max_bytes > most;
    if (reduced) {
      options_.max_bytes = most;
      options_.min_bytes = std::min(options_.min_bytes, most);
    }
    GA_CHECK(backend_.reserve(options_.max_bytes));
    say(text);
    if (reduced) {
      say(fmt::format("#\n# Reducing maxBytes to {} due to memory limitation\n", most));
    }
    say(titles_text());
    return Ok{};
  }

  std::int64_t count(std::int64_t bytes) const { return bytes / element_bytes(options_.type); }

  Status rows() {
    for (std::int64_t bytes = options_.min_bytes; bytes <= options_.max_bytes; bytes *= 2) {
      GA_CHECK(backend_.warm_up(count(bytes), options_.warmups));
    }
    for (std::int64_t bytes = options_.min_bytes; bytes != 0; bytes = next_size(options_, bytes)) {
      PerfRow row;
      row.count = count(bytes);
      row.bytes = row.count * element_bytes(options_.type);
      row.type = options_.type;
      GA_TRY(row.out_of_place, half(row, Place::out_of_place));
      GA_TRY(row.in_place, half(row, Place::in_place));
      record_.rows.push_back(row);
      say(row_text(row));
    }
    return Ok{};
  }

  Result<PerfHalf> half(const PerfRow& row, Place place) {
    GA_TRY(const Measured measured, backend_.run(row.count, place));
    if (!(measured.time_us > 0)) return Error(ErrorCode::internal, "a call that took no time");
    PerfHalf half;
    const double ns = measured.time_us * 1e3;
    const auto ranks = static_cast<int>(record_.devices.size());
    half.time_us = measured.time_us;
    half.algorithm_gb_s = algorithm_bandwidth(row.bytes, ns) * 1e-9;
    half.bus_gb_s = bus_bandwidth(row.bytes, ns, ranks) * 1e-9;
    if (options_.checks > 0) half.wrong = measured.wrong;
    if (measured.wrong != 0) ++summary_.wrong_runs;
    sum_gb_s_ += half.bus_gb_s;
    return half;
  }

  PerfOptions options_;
  PerfContext context_;
  PerfRecord& record_;
  AllReduceBackend& backend_;
  PerfSummary summary_;
  double sum_gb_s_ = 0;
};

int exit_code(const Error& error) {
  if (error.code() == ErrorCode::usage || error.code() == ErrorCode::parse) return kPerfUsage;
  return error.code() == ErrorCode::timeout ? kPerfTimeout : kPerfFailed;
}

// The whole run; true where the values are right and the bandwidth is enough.
Result<bool> run(const PerfOptions& options, PerfContext context, PerfRecord& record,
                 const MakeBackend& make) {
  GA_TRY(const Surroundings around, surroundings());
  record.environment = environment_of_interest();
  record.started = now_text();
  GA_TRY(const std::unique_ptr<AllReduceBackend> backend, make(options, around.first_device));
  record.devices = backend->devices();
  if (record.devices.empty()) return Error(ErrorCode::internal, "no device");
  context.nccl = version_code(backend->nccl_version());
  std::optional<JsonFile> file;
  if (!options.json.empty()) {
    GA_TRY(file, JsonFile::claim(options.json));
    fmt::print("# Writing JSON output to {}\n", file->name());
  }
  const Status ended = Run(options, context, around, record, *backend).all();
  if (!ended) record.errors.push_back(ended.error().what());
  record.ended = now_text();
  if (file) {
    const Status written = file->write(perf_json(context, options, record));
    if (ended && !written) return written.error();
  }
  if (!ended) return ended.error();
  return record.summary->good();
}

}  // namespace

int perf_main(const std::vector<std::string>& words, const std::string& version,
              const MakeBackend& make) {
  const std::string path = words.empty() ? "all_reduce_perf" : words.front();
  PerfContext context{.program = path.substr(path.rfind('/') + 1),
                      .version = version,
                      .host = host_name(),
                      .pid = static_cast<int>(getpid())};
  const auto complain = [&context](const Error& error) {
    fmt::print(stderr, "{}: error: {}\n", context.program, error.what());
    if (!error.hint().empty()) fmt::print(stderr, "{}: hint: {}\n", context.program, error.hint());
    return exit_code(error);
  };
  const auto options = parse_perf_options(std::span(words).subspan(words.empty() ? 0 : 1));
  if (!options) return complain(options.error());
  if (options->help) {
    fmt::print("{}", perf_help(context.program));
    return 0;
  }
  PerfRecord record;
  record.arguments = words;
  const Result<bool> good = run(*options, context, record, make);
  if (!good) return complain(good.error());
  return *good ? 0 : kPerfNotGood;
}

}  // namespace ga
