#include "kernels/runtime/peer_memory.h"

#include <cuda.h>
#include <cudaTypedefs.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/runtime/device.h"

namespace ga {
namespace {

// The driver's functions for memory that is mapped by hand.
struct Driver {
  PFN_cuDeviceGet_v2000 device_get = nullptr;
  PFN_cuDeviceGetAttribute_v2000 attribute = nullptr;
  PFN_cuMemGetAllocationGranularity_v10020 granularity = nullptr;
  PFN_cuMemCreate_v10020 create = nullptr;
  PFN_cuMemRelease_v10020 release = nullptr;
  PFN_cuMemAddressReserve_v10020 reserve = nullptr;
  PFN_cuMemAddressFree_v10020 free = nullptr;
  PFN_cuMemMap_v10020 map = nullptr;
  PFN_cuMemUnmap_v10020 unmap = nullptr;
  PFN_cuMemSetAccess_v10020 set_access = nullptr;
};

struct MulticastDriver {
  PFN_cuMulticastGetGranularity_v12010 granularity = nullptr;
  PFN_cuMulticastCreate_v12010 create = nullptr;
  PFN_cuMulticastAddDevice_v12010 add_device = nullptr;
  PFN_cuMulticastBindMem_v12010 bind = nullptr;
  PFN_cuMulticastUnbind_v12010 unbind = nullptr;
};

template <class Function>
Status find(Function& function, const char* symbol, unsigned version) {
  GA_TRY(void* const entry, driver_entry(symbol, version));
  function = reinterpret_cast<Function>(entry);
  return Ok{};
}

Result<Driver> find_driver() {
  Driver d;
  GA_CHECK(find(d.device_get, "cuDeviceGet", 2000));
  GA_CHECK(find(d.attribute, "cuDeviceGetAttribute", 2000));
  GA_CHECK(find(d.granularity, "cuMemGetAllocationGranularity", 10020));
  GA_CHECK(find(d.create, "cuMemCreate", 10020));
  GA_CHECK(find(d.release, "cuMemRelease", 10020));
  GA_CHECK(find(d.reserve, "cuMemAddressReserve", 10020));
  GA_CHECK(find(d.free, "cuMemAddressFree", 10020));
  GA_CHECK(find(d.map, "cuMemMap", 10020));
  GA_CHECK(find(d.unmap, "cuMemUnmap", 10020));
  GA_CHECK(find(d.set_access, "cuMemSetAccess", 10020));
  return d;
}

Result<MulticastDriver> find_multicast_driver() {
  MulticastDriver d;
  GA_CHECK(find(d.granularity, "cuMulticastGetGranularity", 12010));
  GA_CHECK(find(d.create, "cuMulticastCreate", 12010));
  GA_CHECK(find(d.add_device, "cuMulticastAddDevice", 12010));
  GA_CHECK(find(d.bind, "cuMulticastBindMem", 12010));
  GA_CHECK(find(d.unbind, "cuMulticastUnbind", 12010));
  return d;
}

Status driver_status(CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return Ok{};
  return Error(ErrorCode::device,
               std::string(call) + ": CUresult " + std::to_string(static_cast<int>(result)))
      .hinted(result == CUDA_ERROR_OUT_OF_MEMORY
                  ? "another process may hold the GPU's memory; look at nvidia-smi"
                  : "");
}

std::size_t rounded(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

CUmemAllocationProp on_device(int ordinal) {
  CUmemAllocationProp prop{};
  prop.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  prop.location = {.type = CU_MEM_LOCATION_TYPE_DEVICE, .id = ordinal};
  return prop;
}

std::vector<CUmemAccessDesc> for_all(const std::vector<int>& devices) {
  std::vector<CUmemAccessDesc> access;
  for (const int ordinal : devices) {
    access.push_back({.location = {.type = CU_MEM_LOCATION_TYPE_DEVICE, .id = ordinal},
                      .flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE});
  }
  return access;
}

// Memory or a multicast object, and the address where it is mapped. Empty until made.
struct Mapping {
  CUmemGenericAllocationHandle handle = 0;
  CUdeviceptr address = 0;
  bool reserved = false, mapped = false, made = false;
};

}  // namespace

struct PeerMemory::State {
  Driver driver;
  MulticastDriver multicast_driver;
  std::vector<int> devices;  // each once
  std::size_t bytes = 0;     // of each rank
  std::vector<Mapping> ranks;
  Mapping multicast;
  std::vector<CUdevice> bound;  // to the multicast object
  std::string no_multicast = "multicast was not asked for";

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  // Teardown: nothing useful can be done with an error. Multicast first: it holds the memory, and
  // slots of the switch that are scarce.
  ~State() {
    unmap(multicast);
    for (const CUdevice device : bound) {
      (void)multicast_driver.unbind(multicast.handle, device, 0, bytes);
    }
    release(multicast);
    for (Mapping& rank : ranks) {
      unmap(rank);
      release(rank);
    }
  }

  // Gives `mapping`, whose handle is made, an address that all GPUs may use.
  CUresult map(Mapping& mapping, std::size_t alignment, const char*& call) {
    call = "cuMemAddressReserve";
    CUresult result = driver.reserve(&mapping.address, bytes, alignment, 0, 0);
    if (result != CUDA_SUCCESS) return result;
    mapping.reserved = true;
    call = "cuMemMap";
    result = driver.map(mapping.address, bytes, 0, mapping.handle, 0);
    if (result != CUDA_SUCCESS) return result;
    mapping.mapped = true;
    call = "cuMemSetAccess";
    const std::vector<CUmemAccessDesc> access = for_all(devices);
    return driver.set_access(mapping.address, bytes, access.data(), access.size());
  }

  void unmap(Mapping& mapping) {
    if (mapping.mapped) (void)driver.unmap(mapping.address, bytes);
    if (mapping.reserved) (void)driver.free(mapping.address, bytes);
    mapping.mapped = mapping.reserved = false;
  }
  void release(Mapping& mapping) {
    if (mapping.made) (void)driver.release(mapping.handle);
    mapping.made = false;
  }

  Result<std::size_t> granularity_of_memory() const {
    std::size_t most = 1;
    for (const int device : devices) {
      const CUmemAllocationProp prop = on_device(device);
      std::size_t one = 0;
      GA_CHECK(driver_status(driver.granularity(&one, &prop, CU_MEM_ALLOC_GRANULARITY_RECOMMENDED),
                             "cuMemGetAllocationGranularity"));
      most = std::max(most, one);
    }
    return most;
  }

  Status allocate(std::span<const int> ordinals, std::size_t alignment) {
    ranks.resize(ordinals.size());
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      const CUmemAllocationProp prop = on_device(ordinals[i]);
      GA_CHECK(driver_status(driver.create(&ranks[i].handle, bytes, &prop, 0), "cuMemCreate"));
      ranks[i].made = true;
      const char* call = "";
      const CUresult result = map(ranks[i], alignment, call);
      GA_CHECK(driver_status(result, call));
    }
    return Ok{};
  }

  // The multicast object, before its size is known: why there cannot be one, or nothing.
  std::string refusal(const Team& team, Multicast multicast_mode) const;
  // Makes the object of `bytes` with all GPUs in it, binds the memory, maps it. Else why not.
  std::string join(const Team& team, std::size_t alignment);
};

std::string PeerMemory::State::refusal(const Team& team, Multicast multicast_mode) const {
  if (multicast_mode == Multicast::none) return "multicast was not asked for";
  if (devices.size() != static_cast<std::size_t>(team.size())) {
    return "a GPU stands for several ranks, and a multicast object holds each GPU once";
  }
  if (devices.size() == 1 && multicast_mode != Multicast::probe) {
    return "a single GPU has nobody to reach by multicast";
  }
  for (const int ordinal : devices) {
    CUdevice device = 0;
    int supported = 0;
    if (driver.device_get(&device, ordinal) != CUDA_SUCCESS ||
        driver.attribute(&supported, CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED, device) !=
            CUDA_SUCCESS ||
        supported == 0) {
      return "GPU " + std::to_string(ordinal) +
             " does not support multicast: it needs NVSwitch of the third generation or newer, and "
             "there is none in confidential-computing mode";
    }
  }
  return "";
}

std::string PeerMemory::State::join(const Team& team, std::size_t alignment) {
  const CUmulticastObjectProp prop{.numDevices = static_cast<unsigned>(devices.size()),
                                   .size = bytes,
                                   .handleTypes = 0,
                                   .flags = 0};
  CUresult result = multicast_driver.create(&multicast.handle, &prop);
  if (result != CUDA_SUCCESS) return multicast_reason("cuMulticastCreate", result);
  multicast.made = true;
  // Binding and mapping wait until all GPUs are in.
  std::vector<CUdevice> members;
  for (const int ordinal : team.ordinals()) {
    CUdevice device = 0;
    result = driver.device_get(&device, ordinal);
    if (result != CUDA_SUCCESS) return multicast_reason("cuDeviceGet", result);
    result = multicast_driver.add_device(multicast.handle, device);
    if (result != CUDA_SUCCESS) return multicast_reason("cuMulticastAddDevice", result);
    members.push_back(device);
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    result = multicast_driver.bind(multicast.handle, 0, ranks[i].handle, 0, bytes, 0);
    if (result != CUDA_SUCCESS) return multicast_reason("cuMulticastBindMem", result);
    bound.push_back(members[i]);
  }
  const char* call = "";
  result = map(multicast, alignment, call);
  return result == CUDA_SUCCESS ? "" : multicast_reason(call, result);
}

Result<PeerMemory> PeerMemory::make(const Team& team, std::size_t bytes, Multicast multicast) {
  if (team.size() == 0 || bytes == 0) {
    return Error(ErrorCode::usage, "peer memory of no GPU or no bytes");
  }
  auto state = std::make_unique<State>();
  GA_TRY(state->driver, find_driver());
  state->devices = team.devices();
  GA_TRY(const std::size_t granularity, state->granularity_of_memory());
  std::size_t unit = granularity;
  std::string why_not = state->refusal(team, multicast);
  if (why_not.empty()) {
    const Result<MulticastDriver> found = find_multicast_driver();
    const CUmulticastObjectProp prop{.numDevices = static_cast<unsigned>(state->devices.size()),
                                     .size = rounded(bytes, granularity),
                                     .handleTypes = 0,
                                     .flags = 0};
    std::size_t of_multicast = 0;
    if (!found) {
      why_not = found.error().what();
    } else if (const CUresult result =
                   found->granularity(&of_multicast, &prop, CU_MULTICAST_GRANULARITY_RECOMMENDED);
               result != CUDA_SUCCESS) {
      why_not = multicast_reason("cuMulticastGetGranularity", result);
    } else {
      state->multicast_driver = *found;
      unit = std::max(unit, of_multicast);  // powers of two: a multiple of both
    }
  }
  state->bytes = rounded(bytes, unit);
  GA_CHECK(state->allocate(team.ordinals(), unit));
  if (why_not.empty()) why_not = state->join(team, unit);
  state->no_multicast = why_not;
  return PeerMemory(std::move(state));
}

PeerMemory::PeerMemory() = default;
PeerMemory::PeerMemory(std::unique_ptr<State> state) : state_(std::move(state)) {}
PeerMemory::PeerMemory(PeerMemory&& other) noexcept = default;
PeerMemory& PeerMemory::operator=(PeerMemory&& other) noexcept = default;
PeerMemory::~PeerMemory() = default;

void* PeerMemory::data(int rank) const {
  return reinterpret_cast<void*>(state_->ranks[static_cast<std::size_t>(rank)].address);
}

std::size_t PeerMemory::bytes() const { return state_ ? state_->bytes : 0; }

void* PeerMemory::multicast() const {
  return state_ && state_->no_multicast.empty() ? reinterpret_cast<void*>(state_->multicast.address)
                                                : nullptr;
}

const std::string& PeerMemory::no_multicast() const { return state_->no_multicast; }

std::string multicast_reason(const char* call, int result) {
  const std::string head = std::string(call) + ": CUresult " + std::to_string(result);
  switch (result) {
    case CUDA_ERROR_OUT_OF_MEMORY:
      return head +
             " (out of memory): the switch's slots for multicast are used up, by other "
             "programs or by one that did not give them back; end those, or restart Fabric "
             "Manager with no GPU in use";
    case CUDA_ERROR_ILLEGAL_STATE:
      return head +
             " (illegal state): the fabric is not in a state for multicast; look at the "
             "fabric state in nvidia-smi -q, restart Fabric Manager and reset the GPUs";
    case CUDA_ERROR_NOT_SUPPORTED:
      return head + " (not supported): this GPU, driver or virtual machine has no multicast";
    case CUDA_ERROR_SYSTEM_NOT_READY:
      return head +
             " (system not ready): Fabric Manager has not configured the NVLink fabric; "
             "start nvidia-fabricmanager of the driver's own version (on B200 NVLSM too), "
             "and reset the GPUs if it was restarted";
    case CUDA_ERROR_UNKNOWN:
      return head + " (unknown): the driver does not say; the kernel log may (Xid 74, 145 or 149)";
    default:
      return head;
  }
}

}  // namespace ga
