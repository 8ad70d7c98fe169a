// Pinned host memory on a NUMA node of the caller's choice.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/model/result.h"

namespace ga {

// "0-1,3": the numbers of a list as Linux writes them, ascending; empty where it is none.
std::vector<int> parse_node_list(std::string_view text);

// The nodes that have memory; {0} where the kernel does not say.
std::vector<int> memory_nodes();

class NumaMemory {
 public:
  NumaMemory() = default;
  NumaMemory(NumaMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  NumaMemory& operator=(NumaMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  NumaMemory(const NumaMemory&) = delete;
  NumaMemory& operator=(const NumaMemory&) = delete;
  ~NumaMemory();

  // Page-locked for every GPU of the process. An environment error where the node has no room, or
  // the kernel does not let us choose.
  static Result<NumaMemory> make(std::size_t bytes, int node);

  std::byte* data() const { return static_cast<std::byte*>(data_); }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace ga
