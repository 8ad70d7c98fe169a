// Fixture: a node for tests, made of a fake NVML with a state of its own and a tree of kernel
// files.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "acceptance/node/node.h"

namespace ga {

class NodeFixture : public testing::Test {
 protected:
  static constexpr std::array<const char*, 8> kAddresses{
      "0000:1b:00.0", "0000:43:00.0", "0000:52:00.0", "0000:61:00.0",
      "0000:9d:00.0", "0000:c3:00.0", "0000:d1:00.0", "0000:df:00.0"};

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "node-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    options_.roots = {.sys = (root_ / "sys").string(), .proc = (root_ / "proc").string()};
    options_.places.system = false;
    options_.places.libs = GA_NVML_FAKE;
    options_.family = {.self = 500, .parent = 400};
  }
  void TearDown() override {
    std::filesystem::remove_all(root_);
    unsetenv("GA_FAKE_NVML");
  }

  // A file below the root, with its directories.
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  // The state of a healthy node, with these lines added to the end of the section of all GPUs, and
  // these at the end of the file, which is the section of the last GPU.
  void state(const std::string& of_all = "", const std::string& at_end = "") const {
    std::ifstream file(GA_SOURCE_DIR "/acceptance/node/testing/hgx-h200.state");
    std::ostringstream text;
    text << file.rdbuf();
    std::string all = text.str();
    ASSERT_FALSE(all.empty());
    all.insert(all.find("\ngpu\n") + 1, of_all);
    raw_state(all + at_end);
  }
  void raw_state(const std::string& text) const {
    put("state", text);
    setenv("GA_FAKE_NVML", (root_ / "state").c_str(), 1);
  }

  void healthy_kernel() const {
    put("proc/sys/kernel/hostname", "node-17\n");
    put("proc/sys/kernel/osrelease", "6.8.0-45-generic\n");
    put("proc/sys/kernel/random/boot_id", "0e4f5c1e-9a41-4c5e-8d0c-1f2e3d4c5b6a\n");
    put("proc/1/comm", "systemd\n");
    for (std::size_t i = 0; i < kAddresses.size(); ++i) {
      const std::string address = kAddresses[i];
      put("proc/driver/nvidia/gpus/" + address + "/information",
          "Model: \t\t NVIDIA H200\nGPU UUID: \t " + uuid(i) + "\nBus Location: \t " + address +
              "\n");
      pci_device(address, "0x10de", "0x2335", "0x030200", i < 4 ? "0" : "1");
    }
    pci_device("0000:07:00.0", "0x10de", "0x22a3", "0x068000", "0");  // an NVSwitch is no GPU
    pci_device("0000:02:00.0", "0x1a03", "0x2000", "0x030000", "0");  // nor is the BMC's display
  }
  void pci_device(const std::string& address, const std::string& vendor, const std::string& device,
                  const std::string& kind, const std::string& numa) const {
    const std::string at = "sys/bus/pci/devices/" + address + "/";
    put(at + "vendor", vendor + "\n");
    put(at + "device", device + "\n");
    put(at + "class", kind + "\n");
    put(at + "numa_node", numa + "\n");
  }

  static std::string uuid(std::size_t i) {
    const std::string digit = std::to_string(i);
    return "GPU-0000000" + digit + "-1111-2222-3333-44444444444" + digit;
  }

  static CudaView cuda() {
    CudaView view{.driver_version = std::int64_t{13000}, .gpus = std::vector<CudaGpu>{}};
    for (std::size_t i = 0; i < kAddresses.size(); ++i) {
      view.gpus.value->push_back({.address = kAddresses[i], .uuid = uuid(i), .sm_count = 132});
    }
    return view;
  }

  Facts facts() const { return Node(options_).facts(cuda); }

  std::filesystem::path root_;
  NodeOptions options_;
};

}  // namespace ga
