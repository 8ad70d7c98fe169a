#include "kernels/baselines/nccl_environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>

#include "reports/model/digest.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSystemFile = "/etc/nccl.conf";

// The environment belongs to the process, and so does what was made of it.
struct Process {
  std::mutex mutex;
  std::optional<NcclSetup> setup;
  NcclEnvironment environment;
  bool loaded = false;
};
Process& process() {
  static Process one;
  return one;
}

std::string name_of(std::string_view assignment) {
  return std::string(assignment.substr(0, assignment.find('=')));
}

std::vector<std::string> assignments() {
  std::vector<std::string> all;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) all.emplace_back(*at);
  return all;
}

// NCCL expands %h and %p.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

Status set(const std::string& assignment) {
  const std::string name = name_of(assignment);
  if (setenv(name.c_str(), assignment.c_str() + name.size() + 1, 1) == 0) return Ok{};
  return Error(ErrorCode::environment, fmt::format("the variable \"{}\" cannot be set", name));
}

bool same(const NcclSetup& a, const NcclSetup& b) {
  return a.variant == b.variant && a.ctas == b.ctas && a.log_file == b.log_file;
}

Error fresh_process(const NcclSetup& wanted, std::string_view because) {
  return Error(ErrorCode::usage, fmt::format("NCCL cannot be made ready for {}: {}",
                                             to_text(wanted.variant), because))
      .hinted("each variant of NCCL needs a fresh process: it reads its environment once");
}

Status check(const NcclSetup& setup) {
  if (setup.log_file.empty()) return Error(ErrorCode::usage, "no file for NCCL's log was given");
  if (setup.ctas < 0) {
    return Error(ErrorCode::usage, fmt::format("NCCL cannot run on {} CTAs", setup.ctas));
  }
  std::ofstream file(setup.log_file, std::ios::trunc);
  if (!file) {
    return Error(ErrorCode::io, fmt::format("cannot write NCCL's log \"{}\"", setup.log_file));
  }
  return Ok{};
}

Result<NcclEnvironment> change_environment(const NcclSetup& setup) {
  NcclEnvironment made;
  for (const std::string& one : assignments()) {
    if (one.starts_with("NCCL_")) made.removed.push_back(one);
  }
  std::sort(made.removed.begin(), made.removed.end());
  for (const std::string& one : made.removed) unsetenv(name_of(one).c_str());
  made.set = nccl_variables(setup);
  for (const std::string& one : made.set) {
    GA_CHECK(set(one));
  }
  std::error_code ec;
  if (fs::exists(kSystemFile, ec)) {
    GA_TRY(const std::string text, read_file(kSystemFile));
    made.system = nccl_conf_lines(text, assignments());
  }
  return made;
}

}  // namespace

std::string_view to_text(NcclVariant variant) {
  switch (variant) {
    case NcclVariant::ring:
      return "ring";
    case NcclVariant::nvls:
      return "nvls";
    case NcclVariant::standard:
      break;
  }
  return "standard";
}

Result<NcclVariant> parse_nccl_variant(std::string_view text) {
  for (const NcclVariant one : {NcclVariant::standard, NcclVariant::ring, NcclVariant::nvls}) {
    if (text == to_text(one)) return one;
  }
  return Error(ErrorCode::usage, fmt::format("no variant \"{}\" of NCCL", text))
      .hinted("standard, ring or nvls");
}

std::vector<std::string> nccl_variables(const NcclSetup& setup) {
  std::vector<std::string> all;
  if (setup.variant == NcclVariant::ring) all = {"NCCL_ALGO=Ring", "NCCL_NVLS_ENABLE=0"};
  if (setup.variant == NcclVariant::nvls) all = {"NCCL_ALGO=NVLS", "NCCL_NVLS_ENABLE=1"};
  if (setup.ctas > 0) {
    all.push_back(fmt::format("NCCL_MIN_CTAS={}", setup.ctas));
    all.push_back(fmt::format("NCCL_MAX_CTAS={}", setup.ctas));
  }
  // The environment plug-in came with 2.28, the device-initiated network's with 2.30.
  for (const char* kind : {"TUNER", "NET", "PROFILER", "ENV", "GIN"}) {
    all.push_back(fmt::format("NCCL_{}_PLUGIN=none", kind));
  }
  all.emplace_back("NCCL_CONF_FILE=/dev/null");
  all.emplace_back("NCCL_DEBUG=INFO");
  all.emplace_back("NCCL_DEBUG_SUBSYS=INIT,ENV,TUNING,NVLS");
  all.push_back("NCCL_DEBUG_FILE=" + escaped(setup.log_file));
  return all;
}

std::vector<std::string> nccl_conf_lines(std::string_view text,
                                         const std::vector<std::string>& set) {
  std::vector<std::string> names, lines;
  for (const std::string& one : set) names.push_back(name_of(one));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos || equals == 0) continue;
    std::string name(line.substr(0, equals));
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(std::move(name));
    lines.emplace_back(line);
  }
  return lines;
}

Result<NcclEnvironment> prepare_nccl(const NcclSetup& wanted) {
  Process& here = process();
  const std::lock_guard lock(here.mutex);
  NcclSetup setup = wanted;
  std::error_code ec;
  if (!setup.log_file.empty()) setup.log_file = fs::absolute(setup.log_file, ec).string();
  if (here.setup) {
    if (same(*here.setup, setup)) return here.environment;
    return fresh_process(
        setup, fmt::format("this process was made ready for {} with {} CTAs and log \"{}\"",
                           to_text(here.setup->variant), here.setup->ctas, here.setup->log_file));
  }
  if (here.loaded) return fresh_process(setup, "it is loaded already");
  GA_CHECK(check(setup));
  GA_TRY(here.environment, change_environment(setup));
  here.setup = setup;
  return here.environment;
}

void nccl_is_loaded() {
  const std::lock_guard lock(process().mutex);
  process().loaded = true;
}

}  // namespace ga
