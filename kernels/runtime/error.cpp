#include "kernels/runtime/error.h"

#include <string>

namespace ga {
namespace {

// What the user does about the errors that are not a fault of the GPU; empty for the others.
const char* remedy(cudaError_t code) {
  switch (code) {
    case cudaErrorInsufficientDriver:
      return "install a driver for CUDA 13.0 or newer (580 or newer)";
    case cudaErrorStubLibrary:
      return "the libcuda.so.1 found is the toolkit's stub; put the driver's first";
    case cudaErrorNoDevice:
      return "no GPU is visible to this process; look at nvidia-smi and at the container's options";
    case cudaErrorNoKernelImageForDevice:
      return "this GPU is older than the program was built for, or its type was left out of "
             "GA_CUDA_ARCHS";
    case cudaErrorMemoryAllocation:
      return "another process may hold the GPU's memory; look at nvidia-smi";
    default:
      return "";
  }
}

bool of_environment(cudaError_t code) {
  return code == cudaErrorInsufficientDriver || code == cudaErrorStubLibrary ||
         code == cudaErrorNoDevice || code == cudaErrorNoKernelImageForDevice;
}

}  // namespace

bool out_of_memory(const Error& error) {
  return error.what().find(cudaGetErrorName(cudaErrorMemoryAllocation)) != std::string::npos;
}

Status cuda_status(cudaError_t code, const char* call, Location at) {
  if (code == cudaSuccess) return Ok{};
  (void)cudaGetLastError();  // reported here, not once more by the next launch
  const std::string what =
      std::string(call) + ": " + cudaGetErrorName(code) + " (" + cudaGetErrorString(code) + ")";
  return Error(of_environment(code) ? ErrorCode::environment : ErrorCode::device, what, at)
      .hinted(remedy(code));
}

}  // namespace ga
