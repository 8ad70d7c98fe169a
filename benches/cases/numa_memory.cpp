#include "benches/cases/numa_memory.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string>

#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr const char* kNodes = "/sys/devices/system/node/has_memory";
constexpr int kMostNodes = 1024;
// linux/mempolicy.h: allocate there or not at all.
constexpr unsigned long kBind = 2;

// A number, and what follows it; -1 where there is none.
int number_at(std::string_view& text) {
  int value = -1;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || value < 0 || value >= kMostNodes) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::vector<int> parse_node_list(std::string_view text) {
  std::vector<int> nodes;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  while (!text.empty()) {
    const int first = number_at(text);
    int last = first;
    if (!text.empty() && text.front() == '-') {
      text.remove_prefix(1);
      last = number_at(text);
    }
    if (first < 0 || last < first || (!nodes.empty() && first <= nodes.back())) return {};
    for (int node = first; node <= last; ++node) nodes.push_back(node);
    if (text.empty()) break;
    if (text.front() != ',' || text.size() == 1) return {};
    text.remove_prefix(1);
  }
  return nodes;
}

std::vector<int> memory_nodes() {
  std::ifstream file(kNodes);
  std::string line;
  std::getline(file, line);
  std::vector<int> nodes = parse_node_list(line);
  if (nodes.empty()) nodes.push_back(0);
  return nodes;
}

Result<NumaMemory> NumaMemory::make(std::size_t bytes, int node) {
  void* const data =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    return Error(ErrorCode::environment,
                 fmt::format("{} bytes of host memory: {}", bytes, std::strerror(errno)));
  }
  NumaMemory memory;
  memory.data_ = data;
  memory.bytes_ = bytes;
  constexpr std::size_t kBits = 8 * sizeof(unsigned long);
  std::vector<unsigned long> mask(kMostNodes / kBits, 0);
  mask[static_cast<std::size_t>(node) / kBits] = 1UL << (static_cast<std::size_t>(node) % kBits);
  if (::syscall(SYS_mbind, data, bytes, kBind, mask.data(), kMostNodes + 1, 0) != 0) {
    return Error(ErrorCode::environment,
                 fmt::format("memory of NUMA node {} cannot be asked for: {}", node,
                             std::strerror(errno)))
        .hinted("in a container, allow the system call mbind (CAP_SYS_NICE)");
  }
  GA_CUDA(cudaHostRegister(data, bytes, cudaHostRegisterPortable));
  return memory;
}

NumaMemory::~NumaMemory() {
  if (data_ == nullptr) return;
  (void)cudaHostUnregister(data_);  // an error where it was not registered yet
  ::munmap(data_, bytes_);
}

}  // namespace ga
