#include "acceptance/node/record.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> kOfProc{"sys/kernel/hostname", "sys/kernel/osrelease",
                                                  "sys/kernel/random/boot_id", "1/comm",
                                                  "driver/nvidia/version"};
constexpr std::array<std::string_view, 14> kOfPciDevice{"vendor",
                                                        "device",
                                                        "class",
                                                        "numa_node",
                                                        "subsystem_vendor",
                                                        "subsystem_device",
                                                        "revision",
                                                        "current_link_speed",
                                                        "current_link_width",
                                                        "max_link_speed",
                                                        "max_link_width",
                                                        "aer_dev_correctable",
                                                        "aer_dev_nonfatal",
                                                        "aer_dev_fatal"};

Status copy_text(const fs::path& from, const fs::path& to) {
  const auto text = read_file(from.string(), kMostFileBytes);
  return text ? write_file(to, *text) : Status(Ok{});
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    entries.push_back(it->path());
  }
  return entries;
}

// The kernel lists devices as links into the tree of buses; the tree is kept as it is.
Status copy_pci(const fs::path& sys, const fs::path& to) {
  const fs::path list = "bus/pci/devices";
  for (const fs::path& device : entries_of(sys / list)) {
    const fs::path name = list / device.filename();
    std::error_code ec;
    fs::path real = name;
    if (fs::is_symlink(device, ec)) {
      const fs::path target = fs::read_symlink(device, ec);
      real = (list / target).lexically_normal();
      if (real.is_absolute() || *real.begin() == "..") {
        return Error(ErrorCode::io, device.string() + " leads out of " + sys.string());
      }
      fs::create_directories((to / name).parent_path(), ec);
      fs::create_directory_symlink(target, to / name, ec);
      if (ec) return Error(ErrorCode::io, (to / name).string() + " cannot be written");
    }
    for (const std::string_view file : kOfPciDevice) {
      GA_CHECK(copy_text(device / file, to / real / file));
    }
  }
  return Ok{};
}

// "1234 python3, 99 nv-hostengine" -> the names of 1234 and 99.
Status copy_names(const fs::path& proc, const fs::path& to, const std::string& processes) {
  for (std::size_t from = 0; from < processes.size();) {
    const std::size_t end = std::min(processes.find(", ", from), processes.size());
    const fs::path comm =
        fs::path(processes.substr(from, processes.find(' ', from) - from)) / "comm";
    GA_CHECK(copy_text(proc / comm, to / comm));
    from = end + 2;
  }
  return Ok{};
}

Status copy_profilers(const fs::path& proc, const fs::path& to, const std::string& names) {
  for (const fs::path& process : entries_of(proc)) {
    const auto comm = read_file((process / "comm").string(), kMostFileBytes);
    if (!comm || comm->empty()) continue;
    const std::string name = comm->substr(0, comm->find('\n'));
    if (names.find(name) == std::string::npos) continue;
    GA_CHECK(write_file(to / process.filename() / "comm", *comm));
  }
  return Ok{};
}

Status copy_proc(const fs::path& proc, const fs::path& to, const Facts& facts) {
  for (const std::string_view file : kOfProc) GA_CHECK(copy_text(proc / file, to / file));
  const fs::path gpus = "driver/nvidia/gpus";
  for (const fs::path& gpu : entries_of(proc / gpus)) {
    const fs::path file = gpus / gpu.filename() / "information";
    GA_CHECK(copy_text(proc / file, to / file));
  }
  for (const GpuFacts& gpu : facts.gpus) {
    if (gpu.process_list) GA_CHECK(copy_names(proc, to, *gpu.process_list));
  }
  if (!facts.node.profilers || facts.node.profilers.value->empty()) return Ok{};
  return copy_profilers(proc, to, *facts.node.profilers);
}

}  // namespace

Status write_file(const fs::path& path, const std::string& text) {
  std::error_code ec;
  fs::create_directories(path.parent_path(), ec);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.flush();
  if (!file) return Error(ErrorCode::io, path.string() + " cannot be written");
  return Ok{};
}

Status write_record(const std::string& folder, const Roots& roots, const Transcript& transcript,
                    const Facts& facts) {
  std::error_code ec;
  if (fs::exists(folder, ec) && !fs::is_empty(folder, ec)) {
    return Error(ErrorCode::usage, folder + " is not empty")
        .hinted("a record is written into a new folder");
  }
  GA_CHECK(copy_pci(roots.sys, fs::path(folder) / "sys"));
  GA_CHECK(copy_proc(roots.proc, fs::path(folder) / "proc", facts));
  return write_file(fs::path(folder) / "nvml.state", transcript.text());
}

}  // namespace ga
