// Fixture: a node for tests, a replay of its own made of the shipped state of a healthy one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "acceptance/node/node.h"
#include "reports/model/digest.h"

namespace ga {

class NodeFixture : public testing::Test {
 protected:
  static constexpr const char* kHealthy = GA_SOURCE_DIR "/acceptance/node/states/hgx-h200";
  static constexpr std::array<const char*, 8> kAddresses{
      "0000:1b:00.0", "0000:43:00.0", "0000:52:00.0", "0000:61:00.0",
      "0000:9d:00.0", "0000:c3:00.0", "0000:d1:00.0", "0000:df:00.0"};

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "node-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    options_.replay = root_.string();
    options_.roots = {.sys = (root_ / "sys").string(),
                      .proc = (root_ / "proc").string(),
                      .dev = (root_ / "dev").string(),
                      .top = root_.string()};
    options_.places.system = false;
    options_.places.libs = GA_NVML_FAKE;
    options_.family = {.self = 500, .parent = 400};
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  // A file below the root, with its directories.
  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  // The state of a healthy node, with these lines added to what every GPU answers, and these to
  // what the last one in the file does, which is gpu/6: NVML's order is not the bus's.
  void state(const std::string& of_every = "", const std::string& of_last = "") const {
    const auto text = read_file(std::string(kHealthy) + "/nvml.state");
    ASSERT_TRUE(text) << text.error().what();
    std::vector<std::string> parts;
    for (std::size_t from = 0, to; from < text->size(); from = to) {
      to = std::min(text->find("[gpu]\n", from + 1), text->size());
      parts.push_back(text->substr(from, to - from));
    }
    ASSERT_EQ(parts.size(), 9u);
    std::string all = parts[0] + of_every;
    for (const std::size_t gpu : {3, 0, 1, 2, 7, 4, 5, 6}) all += parts[gpu + 1];
    put("nvml.state", all + of_last);
  }
  // A state of these lines alone.
  void raw_state(const std::string& text) const { put("nvml.state", "format 1\n" + text); }

  void healthy_kernel() const {
    for (const char* tree : {"sys", "proc", "dev", "commands", "usr", "opt"}) {
      std::filesystem::copy(
          std::string(kHealthy) + "/" + tree, root_ / tree,
          std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    }
  }
  void pci_device(const std::string& address, const std::string& vendor, const std::string& device,
                  const std::string& kind, const std::string& numa) const {
    const std::string below = "devices/pci0000:00/" + address;
    const std::string at = "sys/bus/pci/devices/" + address + "/";
    const auto list = root_ / "sys/bus/pci/devices";
    std::filesystem::create_directories(list);
    if (!std::filesystem::exists(list / address)) {
      std::filesystem::create_directories(root_ / "sys" / below);
      std::filesystem::create_symlink("../../../" + below, list / address);
    }
    for (const char* which : {"current", "max"}) {
      put(at + which + "_link_speed", "32.0 GT/s PCIe\n");
      put(at + which + "_link_width", "16\n");
    }
    put(at + "aer_dev_correctable", "TOTAL_ERR_COR 0\n");
    put(at + "aer_dev_nonfatal", "TOTAL_ERR_NONFATAL 0\n");
    put(at + "aer_dev_fatal", "TOTAL_ERR_FATAL 0\n");
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
