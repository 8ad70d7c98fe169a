// What the launchers and the harness must know about a GPU; whether there is one at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "reports/model/result.h"

namespace ga {

// Ok when a driver is loaded and new enough for this program. Says in one line what is missing.
Status require_driver();

// Driver and runtime version as CUDA counts them: 13000 is 13.0.
struct CudaVersions {
  int driver = 0;
  int runtime = 0;
};
Result<CudaVersions> cuda_versions();

// How many GPUs this process may touch; zero is not an error. Fails without a driver.
Result<int> device_count();

struct DeviceInfo {
  int ordinal = 0;
  std::string name;
  std::string uuid;        // "GPU-xxxxxxxx-...", as NVML writes it
  std::string pci_bus_id;  // "0000:1b:00.0"
  int major = 0;
  int minor = 0;
  int sm_count = 0;
  std::size_t l2_bytes = 0;
  std::size_t memory_bytes = 0;
};
Result<DeviceInfo> device_info(int ordinal);

// The GPU of that UUID; a usage error where CUDA does not see it.
Result<int> device_of(const std::string& uuid);

// Makes the GPU current for this thread.
Status select_device(int ordinal);

// What a launcher reads of the current device to pick a policy row. Cheap: attributes only.
struct DeviceShape {
  int arch = 0;  // 10 * major + minor
  int sm_count = 0;
  std::size_t l2_bytes = 0;
  int shared_bytes_per_block = 0;  // the opt-in limit
};
Result<DeviceShape> current_shape();

// An entry point of the driver, without linking libcuda. `version` is the CUDA version whose
// signature the caller was written for, 12000 for 12.0.
Result<void*> driver_entry(const char* symbol, unsigned version);

}  // namespace ga
