// What this user could measure on this machine: seen from files and rights alone, nothing is
// loaded.
#pragma once

#include <string>
#include <string_view>

namespace ga {

struct Access {
  bool probe = false;   // gpuprobe stands beside this program and may be run
  bool driver = false;  // the NVIDIA kernel module is loaded
  bool device = false;  // /dev/nvidiactl and at least one GPU may be opened
  bool root = false;
  bool kernel_log = false;     // may be opened
  std::string driver_version;  // empty where there is none
};

Access look_around();

// "ready", or "cannot: " with the first thing that is missing and what mends it; "only with" where
// the run must be given more. Without the facts of privileges.h that decide a gate it is no
// "ready".
std::string access_text(const Access& access, std::string_view gate);

}  // namespace ga
