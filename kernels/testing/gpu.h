// What GPU tests share: values to and from the device in one line each.
//
// Linking testing/gpu.cpp makes a test program exit with 77, "skipped", where no GPU is found.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <span>
#include <vector>

#include "kernels/runtime/buffer.h"

namespace ga::testing {

// The value, or a failed test with the Error's words; the test goes on with an empty value.
template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().str();
    return T{};
  }
  return *std::move(result);
}

inline void must_ok(const Status& status) {
  if (!status) ADD_FAILURE() << status.error().str();
}

// Set by scripts/gpu_proof.sh under a sanitizer, where everything takes a hundred times as long.
inline bool small_sizes() { return std::getenv("GA_SMALL") != nullptr; }

template <class T>
DeviceBuffer<T> to_device(const std::vector<T>& host) {
  DeviceBuffer<T> device = must(DeviceBuffer<T>::make(host.size()));
  if (!host.empty()) must_ok(copy_to_device(device.data(), std::span<const T>(host)));
  return device;
}

template <class T>
std::vector<T> to_host(const DeviceBuffer<T>& device) {
  std::vector<T> host(device.size());
  must_ok(copy_to_host(std::span<T>(host), device.data()));
  return host;
}

}  // namespace ga::testing
