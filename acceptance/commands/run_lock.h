// RunLock: two runs never share a GPU or a folder.
#pragma once

#include <string>
#include <vector>

#include "acceptance/worker/spawn.h"
#include "reports/model/result.h"

namespace ga {

class RunLock {
 public:
  // Held until this object goes. A usage error says who holds it already.
  Status take(const std::string& path, const std::string& holder);

 private:
  std::vector<Descriptor> held_;
};

// The lock file of a GPU on this machine.
std::string gpu_lock_path(const std::string& uuid);

}  // namespace ga
