#include "kernels/runtime/device.h"

#include <array>
#include <string_view>

#include "kernels/runtime/error.h"

namespace ga {
namespace {

// "GPU-" and 16 bytes in hexadecimal as 8-4-4-4-12.
std::string uuid_text(const cudaUUID_t& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "GPU-";
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Result<int> attribute(cudaDeviceAttr name, int ordinal) {
  int value = 0;
  GA_CUDA(cudaDeviceGetAttribute(&value, name, ordinal));
  return value;
}

}  // namespace

Result<CudaVersions> cuda_versions() {
  CudaVersions versions;
  GA_CUDA(cudaDriverGetVersion(&versions.driver));
  GA_CUDA(cudaRuntimeGetVersion(&versions.runtime));
  return versions;
}

Status require_driver() {
  GA_TRY(const CudaVersions versions, cuda_versions());
  if (versions.driver == 0) {
    return Error(ErrorCode::environment, "no NVIDIA driver is loaded (libcuda.so.1 was not found)")
        .hinted("install the NVIDIA driver, version 580 or newer; in a container, pass the GPU in");
  }
  // Minor versions of one major are compatible; an older major is not.
  if (versions.driver / 1000 < versions.runtime / 1000) {
    return Error(ErrorCode::environment,
                 "the NVIDIA driver supports CUDA " + version_text(versions.driver) +
                     ", this program needs CUDA " + version_text(versions.runtime / 1000 * 1000))
        .hinted("install the NVIDIA driver, version 580 or newer");
  }
  return Ok{};
}

Result<int> device_count() {
  GA_CHECK(require_driver());
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaErrorNoDevice) {
    (void)cudaGetLastError();  // an answer, not an error to be found by the next call
    return 0;
  }
  GA_CHECK(cuda_status(code, "cudaGetDeviceCount"));
  return count;
}

Result<DeviceInfo> device_info(int ordinal) {
  cudaDeviceProp properties{};
  GA_CUDA(cudaGetDeviceProperties(&properties, ordinal));
  std::array<char, 32> bus_id{};
  GA_CUDA(cudaDeviceGetPCIBusId(bus_id.data(), static_cast<int>(bus_id.size()), ordinal));
  std::string bus(bus_id.data());
  for (char& c : bus) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return DeviceInfo{.ordinal = ordinal,
                    .name = properties.name,
                    .uuid = uuid_text(properties.uuid),
                    .pci_bus_id = bus,
                    .major = properties.major,
                    .minor = properties.minor,
                    .sm_count = properties.multiProcessorCount,
                    .l2_bytes = static_cast<std::size_t>(properties.l2CacheSize),
                    .memory_bytes = properties.totalGlobalMem};
}

Result<int> device_of(const std::string& uuid) {
  GA_TRY(const int count, device_count());
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    GA_TRY(const DeviceInfo info, device_info(ordinal));
    if (info.uuid == uuid) return ordinal;
  }
  return Error(ErrorCode::usage, "CUDA does not see " + uuid);
}

Status select_device(int ordinal) {
  GA_CUDA(cudaSetDevice(ordinal));
  return Ok{};
}

Result<DeviceShape> current_shape() {
  int ordinal = 0;
  GA_CUDA(cudaGetDevice(&ordinal));
  // Asked for by every launch, and never another answer for a device.
  thread_local int known = -1;
  thread_local DeviceShape shape;
  if (ordinal == known) return shape;
  GA_TRY(const int major, attribute(cudaDevAttrComputeCapabilityMajor, ordinal));
  GA_TRY(const int minor, attribute(cudaDevAttrComputeCapabilityMinor, ordinal));
  GA_TRY(const int sms, attribute(cudaDevAttrMultiProcessorCount, ordinal));
  GA_TRY(const int l2, attribute(cudaDevAttrL2CacheSize, ordinal));
  GA_TRY(const int shared, attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, ordinal));
  shape = {.arch = 10 * major + minor,
           .sm_count = sms,
           .l2_bytes = static_cast<std::size_t>(l2),
           .shared_bytes_per_block = shared};
  known = ordinal;
  return shape;
}

Result<void*> driver_entry(const char* symbol, unsigned version) {
  GA_CHECK(require_driver());
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
  GA_CUDA(cudaGetDriverEntryPointByVersion(symbol, &entry, version, cudaEnableDefault, &found));
  if (found != cudaDriverEntryPointSuccess || entry == nullptr) {
    return Error(ErrorCode::environment, std::string("the NVIDIA driver has no function ") +
                                             symbol + " of CUDA " +
                                             version_text(static_cast<int>(version)))
        .hinted("install a newer NVIDIA driver");
  }
  return entry;
}

}  // namespace ga
