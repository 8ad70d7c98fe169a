#include "benches/nccl_tests/options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace ga {
namespace {

constexpr int kOwn = 1000, kVariant = 1001, kLibs = 1002;

// Flags of nccl-tests that are not built: taken at the value that changes nothing.
struct Fixed {
  int letter;
  const char* name;
  std::string_view value;
  std::string_view meaning;
};
constexpr std::array kFixed{
    Fixed{'m', "agg_iters", "1", "several all-reduces in one group"},
    Fixed{'N', "run_cycles", "1", "repeating the whole run"},
    Fixed{'p', "parallel_init", "0", "each thread making its own communicators"},
    Fixed{'y', "stream_null", "0", "the null stream"},
    Fixed{'C', "report_cputime", "0", "the time of the host's calls alone"},
    Fixed{'S', "report_timestamps", "0", "time stamps in the rows"},
    Fixed{'R', "local_register", "0", "registered buffers"},
    Fixed{'x', "cta_policy", "0", "another policy of CTAs"},
    Fixed{'D', "device_implementation", "0", "NCCL's device interface"},
    Fixed{'V', "device_cta_count", "16", "CTAs of NCCL's device interface"},
    Fixed{'M', "memory", "0", "a report of memory"},
    Fixed{'u', "unalign", "0", "misaligned buffers"},
    Fixed{'I', "per_iter_timing", "0", "times of single iterations"},
    Fixed{'K', "per_iter_skip", "0", "times of single iterations"},
};

constexpr std::array kTypes{std::pair{"float", ElementType::fp32},
                            std::pair{"half", ElementType::fp16},
                            std::pair{"bfloat16", ElementType::bf16}};

std::vector<option> long_options() {
  std::vector<option> all{{"nthreads", required_argument, nullptr, 't'},
                          {"ngpus", required_argument, nullptr, 'g'},
                          {"minbytes", required_argument, nullptr, 'b'},
                          {"maxbytes", required_argument, nullptr, 'e'},
                          {"stepbytes", required_argument, nullptr, 'i'},
                          {"stepfactor", required_argument, nullptr, 'f'},
                          {"iters", required_argument, nullptr, 'n'},
                          {"warmup_iters", required_argument, nullptr, 'w'},
                          {"check", required_argument, nullptr, 'c'},
                          {"op", required_argument, nullptr, 'o'},
                          {"datatype", required_argument, nullptr, 'd'},
                          {"root", required_argument, nullptr, 'r'},
                          {"blocking", required_argument, nullptr, 'z'},
                          {"timeout", required_argument, nullptr, 'T'},
                          {"cudagraph", required_argument, nullptr, 'G'},
                          {"output_file", required_argument, nullptr, 'J'},
                          {"average", required_argument, nullptr, 'a'},
                          {"help", no_argument, nullptr, 'h'},
                          {"own", no_argument, nullptr, kOwn},
                          {"variant", required_argument, nullptr, kVariant},
                          {"libs", required_argument, nullptr, kLibs}};
  for (const Fixed& one : kFixed) all.push_back({one.name, required_argument, nullptr, one.letter});
  all.push_back({});
  return all;
}

Error bad(std::string_view what, std::string_view value) {
  return Error(ErrorCode::usage, fmt::format("\"{}\" is no {}", value, what));
}

// Decimal, or hexadecimal after 0x.
template <class T>
Status integer(std::string_view value, std::string_view what, std::int64_t least, T& to) {
  const bool hex = value.starts_with("0x");
  const std::string_view digits = value.substr(hex ? 2 : 0);
  const char* const end = digits.data() + digits.size();
  std::int64_t number = 0;
  const auto [at, error] = std::from_chars(digits.data(), end, number, hex ? 16 : 10);
  if (error != std::errc() || at != end || number < least ||
      number > std::numeric_limits<T>::max()) {
    return bad(what, value);
  }
  to = static_cast<T>(number);
  return Ok{};
}

std::int64_t unit_of(std::string_view letter) {
  if (letter == "K" || letter == "k") return std::int64_t{1} << 10;
  if (letter == "M" || letter == "m") return std::int64_t{1} << 20;
  if (letter == "G" || letter == "g") return std::int64_t{1} << 30;
  return letter.empty() ? 1 : 0;
}

// "8", "1.5M", "16G": binary units.
Status size(std::string_view value, std::string_view what, std::int64_t& to) {
  double number = 0;
  const char* const end = value.data() + value.size();
  const auto [at, error] = std::from_chars(value.data(), end, number);
  const std::int64_t unit = unit_of(value.substr(static_cast<std::size_t>(at - value.data())));
  const double bytes = number * static_cast<double>(unit);
  // Not the plain opposite: NaN is no size either.
  const bool fits = bytes >= 1 && bytes <= 0x1p62;
  if (error != std::errc() || unit == 0 || !fits) return bad(what, value);
  to = static_cast<std::int64_t>(bytes);
  return Ok{};
}

Status choose_type(std::string_view value, ElementType& to) {
  for (const auto& [name, type] : kTypes) {
    if (value == name) {
      to = type;
      return Ok{};
    }
  }
  return Error(ErrorCode::usage, fmt::format("the type \"{}\" is not measured here", value))
      .hinted("-d float, half or bfloat16");
}

Status fixed(int letter, std::string_view value) {
  for (const Fixed& one : kFixed) {
    if (one.letter != letter) continue;
    if (value == one.value) return Ok{};
    return Error(ErrorCode::usage, fmt::format("-{} {} is not supported: {}",
                                               static_cast<char>(letter), value, one.meaning))
        .hinted(fmt::format("leave it out, or use nccl-tests for this (only -{} {} is taken)",
                            static_cast<char>(letter), one.value));
  }
  return Error(ErrorCode::internal, fmt::format("a flag {} without meaning", letter));
}

Status choose(PerfOptions& o, int flag, const std::string& value) {
  int root = 0, number = 0;
  switch (flag) {
    case 'o':
      if (value == "sum") return Ok{};
      return Error(ErrorCode::usage,
                   fmt::format("the operation \"{}\" is not measured here", value))
          .hinted("-o sum");
    case 'r':  // an all-reduce has none
      return integer(value, "root", 0, root);
    case 'd':
      return choose_type(value, o.type);
    case 'z':
      GA_CHECK(integer(value, "blocking mode (-z)", 0, number));
      if (number > 3) return bad("blocking mode (-z)", value);
      o.blocking = static_cast<Blocking>(number);
      return Ok{};
    case 'a':
      GA_CHECK(integer(value, "way to average (-a)", 0, number));
      if (number > 3) return bad("way to average (-a)", value);
      o.averaging = static_cast<Averaging>(number);
      return Ok{};
    case kVariant: {
      GA_TRY(o.variant, parse_nccl_variant(value));
      return Ok{};
    }
    default:
      return fixed(flag, value);
  }
}

Status apply(PerfOptions& o, int flag, const std::string& value) {
  switch (flag) {
    case 't':
      return integer(value, "number of threads (-t)", 1, o.threads);
    case 'g':
      return integer(value, "number of GPUs (-g)", 1, o.gpus);
    case 'b':
      return size(value, "size for 'minbytes' (-b)", o.min_bytes);
    case 'e':
      return size(value, "size for 'maxbytes' (-e)", o.max_bytes);
    case 'i':
      return size(value, "size for 'stepbytes' (-i)", o.step_bytes);
    case 'f':
      return integer(value, "step factor (-f)", 1, o.step_factor);
    case 'n':
      return integer(value, "number of iterations (-n)", 1, o.iterations);
    case 'w':
      return integer(value, "number of warm-up iterations (-w)", 0, o.warmups);
    case 'c':
      return integer(value, "number of checks (-c)", 0, o.checks);
    case 'G':
      return integer(value, "number of graph launches (-G)", 0, o.graph_launches);
    case 'T':
      return integer(value, "time-out in seconds (-T)", 0, o.timeout_s);
    case 'J':
      o.json = value;
      return Ok{};
    case 'h':
      o.help = true;
      return Ok{};
    case kOwn:
      o.own = true;
      return Ok{};
    case kLibs:
      o.libs = value;
      return Ok{};
    default:
      return choose(o, flag, value);
  }
}

Status check(const PerfOptions& o) {
  if (o.min_bytes > o.max_bytes) {
    return Error(ErrorCode::usage,
                 fmt::format("invalid sizes for 'minbytes' and 'maxbytes': {} > {}", o.min_bytes,
                             o.max_bytes));
  }
  if (std::int64_t{o.threads} * o.gpus > 1024) {
    return Error(ErrorCode::usage,
                 fmt::format("{} threads of {} GPUs are too many", o.threads, o.gpus));
  }
  if (o.blocking != Blocking::none && o.graph_launches > 0) {
    return Error(ErrorCode::usage, "-z does not go with graphs (-G): they cannot wait within");
  }
  if (!o.json.empty() && !o.json.ends_with(".json")) {
    return Error(ErrorCode::usage, fmt::format("\"{}\" does not end with .json", o.json))
        .hinted("JSON is the only form of -J");
  }
  if (o.own && o.variant) {
    return Error(ErrorCode::usage, "--own runs our kernels, --variant is of NCCL");
  }
  return Ok{};
}

}  // namespace

Result<PerfOptions> parse_perf_options(std::span<const std::string> words) {
  const std::vector<option> known = long_options();
  std::string letters = ":";  // a missing value is told apart
  for (const option& one : known) {
    if (one.val < kOwn && one.name != nullptr) {
      letters += static_cast<char>(one.val);
      if (one.has_arg == required_argument) letters += ':';
    }
  }
  std::vector<std::string> copies{"all_reduce_perf"};
  copies.insert(copies.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int argc = static_cast<int>(copies.size());

  PerfOptions options;
  optind = 0;  // glibc: begin anew
  opterr = 0;
  while (true) {
    const int flag = getopt_long(argc, argv.data(), letters.c_str(), known.data(), nullptr);
    if (flag == -1) break;
    if (flag == '?' || flag == ':') {
      const bool letter = optopt > 0 && optopt < kOwn;
      const std::string word = letter ? fmt::format("-{}", static_cast<char>(optopt))
                                      : argv[static_cast<std::size_t>(optind - 1)];
      return Error(ErrorCode::usage, flag == ':' ? fmt::format("\"{}\" needs a value", word)
                                                 : fmt::format("unknown option \"{}\"", word))
          .hinted("all_reduce_perf -h lists what there is");
    }
    GA_CHECK(apply(options, flag, optarg == nullptr ? "" : optarg));
  }
  if (optind < argc) {
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\" is no option", argv[static_cast<std::size_t>(optind)]));
  }
  GA_CHECK(check(options));
  return options;
}

std::int64_t next_size(const PerfOptions& o, std::int64_t bytes) {
  if (o.step_factor > 1) return bytes > o.max_bytes / o.step_factor ? 0 : bytes * o.step_factor;
  return bytes > o.max_bytes - o.step_bytes ? 0 : bytes + o.step_bytes;
}

std::string_view perf_type_name(ElementType type) {
  for (const auto& [name, known] : kTypes) {
    if (known == type) return name;
  }
  return "unknown";
}

std::string perf_help(std::string_view program) {
  return fmt::format(R"(USAGE: {0} [option...]
An all-reduce over the GPUs of this machine, with the options and columns of nccl-tests.
  -t,--nthreads N      threads, and
  -g,--ngpus N         GPUs of each: together the ranks, one GPU each (1, 1)
  -b,--minbytes SIZE   the smallest array of a rank (32M); K, M and G are binary
  -e,--maxbytes SIZE   the largest (32M)
  -i,--stepbytes SIZE  from one to the next (1M)
  -f,--stepfactor N    the same as a factor
  -n,--iters N         calls that are timed (20)
  -w,--warmup_iters N  calls of each size before all timing (1)
  -c,--check N         calls whose sums are checked, after the timed ones (1)
  -d,--datatype TYPE   float, half or bfloat16 (float)
  -o,--op sum
  -G,--cudagraph N     launches of a graph of all timed calls (0: no graph)
  -z,--blocking 0-3    1: wait and meet after each call, 2: wait, 3: as 1, the meeting not timed
  -a,--average 0-3     time of rank 0, 1: mean, 2: least, 3: most (1)
  -T,--timeout SECONDS give up on a call that takes longer (0: never)
  -J,--output_file F   the results, as JSON, in the file F.json
  -h,--help
Ours:
  --own                our kernels in place of NCCL
  --variant KIND       NCCL with a clean environment: standard, ring or nvls
  --libs DIR           where libnccl.so.2 is

Example:
  {0} -b 8 -e 8G -f 2 -g 8
)",
                     program);
}

}  // namespace ga
