#include "acceptance/commands/access.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "acceptance/commands/privileges.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr int kMostGpus = 64;

std::string own_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

bool may(const std::string& path, int how) { return ::access(path.c_str(), how) == 0; }

// access() does not see what kernel.dmesg_restrict refuses.
bool opens(const char* path) {
  const int file = ::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0) ::close(file);
  return file >= 0;
}

bool has(const Access& access, Privilege privilege) {
  switch (privilege) {
    case Privilege::device:
      return access.device;
    case Privilege::root:
      return access.root;
    case Privilege::kernel_log:
      return access.kernel_log;
    case Privilege::bmc:
      return false;  // only a run is told the way to it
  }
  return false;
}

bool any_gpu_opens() {
  for (int i = 0; i < kMostGpus; ++i) {
    if (may(fmt::format("/dev/nvidia{}", i), R_OK | W_OK)) return true;
  }
  return false;
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  ...": the first word of digits.
std::string version_of(const std::string& text) {
  const std::size_t line = text.find("Kernel Module");
  if (line == std::string::npos) return "";
  const std::size_t begin = text.find_first_of("0123456789", line);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_first_not_of("0123456789.", begin) - begin);
}

}  // namespace

Access look_around() {
  Access access;
  access.probe = may(own_folder() + "/gpuprobe", X_OK);
  const auto version = read_file("/proc/driver/nvidia/version");
  access.driver = static_cast<bool>(version);
  if (version) access.driver_version = version_of(*version);
  access.device = may("/dev/nvidiactl", R_OK | W_OK) && any_gpu_opens();
  access.root = ::geteuid() == 0;
  access.kernel_log = opens("/dev/kmsg");
  return access;
}

std::string access_text(const Access& access, std::string_view gate) {
  if (!access.probe) return "cannot: gpuprobe is not beside this program; unpack the whole tarball";
  if (!access.driver) return "cannot: no NVIDIA driver is loaded; install it, or use --scenario";
  if (!access.device) {
    return access.root
               ? "cannot: no GPU device file opens; is the GPU passed into this container?"
               : "cannot: no GPU device file opens for this user; join its group or use root";
  }
  std::string ready = fmt::format("ready, driver {}", access.driver_version);
  for (const FactPrivilege& row : fact_privileges()) {
    if (row.gate != gate || has(access, row.needs)) continue;
    if (row.decides) {
      return fmt::format("{}: {}", row.needs == Privilege::bmc ? "only with --bmc" : "cannot",
                         row.without);
    }
    ready += fmt::format("; {}", row.without);
  }
  return ready;
}

}  // namespace ga
