// HostTree: a machine around the GPUs as a tree of kernel files: bridges, ports, drives, CPUs.
#pragma once

#include <string>
#include <vector>

#include "acceptance/node/host_facts.h"
#include "acceptance/node/testing/fixture.h"

namespace ga {

class HostTree : public NodeFixture {
 protected:
  // The configuration space of a bridge with one extended capability before ACS, whose control
  // register holds `acs`.
  static std::string bridge_config(unsigned acs) {
    std::string config(4096, '\0');
    const auto put_word = [&](std::size_t at, unsigned word) {
      config[at] = static_cast<char>(word & 0xff);
      config[at + 1] = static_cast<char>(word >> 8 & 0xff);
    };
    config[0x0e] = 1;
    put_word(0x100, 0x0001);           // AER
    put_word(0x102, 0x1402 | 0x0000);  // version 2, the next one at 0x140
    put_word(0x140, 0x000d);           // ACS
    put_word(0x142, 0x0001);           // the last
    put_word(0x146, acs);
    return config;
  }

  // One device of a path below sys/devices, with a healthy Gen5 link of 16 lanes.
  void hop(const std::string& path, const std::string& config) const {
    const std::string at = "sys/devices/" + path + "/";
    put(at + "current_link_speed", "32.0 GT/s PCIe\n");
    put(at + "max_link_speed", "32.0 GT/s PCIe\n");
    put(at + "current_link_width", "16\n");
    put(at + "max_link_width", "16\n");
    put(at + "aer_dev_correctable", "RxErr 0\nBadTLP 0\nTOTAL_ERR_COR 0\n");
    put(at + "aer_dev_nonfatal", "Undefined 0\nTOTAL_ERR_NONFATAL 0\n");
    put(at + "aer_dev_fatal", "Undefined 0\nTOTAL_ERR_FATAL 0\n");
    put(at + "config", config);
  }
  // sys/bus/pci/devices/ADDRESS as the kernel has it: a link into sys/devices.
  void on_bus(const std::string& path) const {
    link_to("sys/bus/pci/devices/" + path.substr(path.rfind('/') + 1), "sys/devices/" + path);
  }
  void link_to(const std::string& link, const std::string& target) const {
    std::filesystem::create_directories((root_ / link).parent_path());
    std::filesystem::create_symlink(root_ / target, root_ / link);
  }

  // GPU below a switch below a root port; four devices.
  static constexpr const char* kGpuPath =
      "pci0000:15/0000:15:01.0/0000:16:00.0/0000:17:00.0/0000:1b:00.0";
  void gpu_path(unsigned acs = 0) const {
    std::string path = "pci0000:15";
    for (const char* bridge : {"0000:15:01.0", "0000:16:00.0", "0000:17:00.0"}) {
      path += std::string("/") + bridge;
      hop(path, bridge_config(acs));
    }
    hop(kGpuPath, std::string(4096, '\0'));
    on_bus(kGpuPath);
  }

  void nic(const std::string& name, const std::string& path) const {
    hop(path, std::string(4096, '\0'));
    const std::string at = "sys/class/infiniband/" + name + "/";
    put(at + "fw_ver", "28.42.1000\n");
    put(at + "hca_type", "MT4129\n");
    put(at + "board_id", "MT_0000000838\n");
    put(at + "node_guid", "a088:c203:00ab:cdef\n");
    link_to("sys/class/infiniband/" + name + "/device", "sys/devices/" + path);
    put("sys/devices/" + path + "/numa_node", "0\n");
    const std::string port = at + "ports/1/";
    put(port + "link_layer", "InfiniBand\n");
    put(port + "state", "4: ACTIVE\n");
    put(port + "phys_state", "5: LinkUp\n");
    put(port + "rate", "400 Gb/sec (4X NDR)\n");
    for (const char* file :
         {"link_downed", "link_error_recovery", "symbol_error", "port_rcv_errors",
          "port_rcv_remote_physical_errors", "port_xmit_discards", "local_link_integrity_errors",
          "excessive_buffer_overrun_errors"}) {
      put(port + "counters/" + file, "0\n");
    }
  }

  void drive(const std::string& name, const std::string& path) const {
    hop(path, std::string(4096, '\0'));
    const std::string at = "sys/class/nvme/" + name + "/";
    put(at + "transport", "pcie\n");
    put(at + "model", "SAMSUNG MZQL23T8HCLS-00A07            \n");
    put(at + "serial", "S64HNE0T500001\n");
    put(at + "firmware_rev", "GDC5602Q\n");
    put(at + "state", "live\n");
    link_to("sys/class/nvme/" + name + "/device", "sys/devices/" + path);
  }
  // Warning 0, 35 degrees, 100 % spare, 1 % used, no media error.
  static std::string smart_log() {
    std::string log(kSmartLogBytes, '\0');
    log[1] = static_cast<char>((35 + 273) & 0xff);
    log[2] = static_cast<char>((35 + 273) >> 8);
    log[3] = 100;
    log[5] = 1;
    return log;
  }

  void cpus() const {
    put("proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: GenuineIntel\n"
        "model name\t: Intel(R) Xeon(R) Platinum 8480C\n");
    const std::string at = "sys/devices/system/cpu/";
    put(at + "online", "0-3\n");
    put(at + "present", "0-3\n");
    put(at + "cpufreq/boost", "1\n");
    for (int cpu = 0; cpu < 4; ++cpu) {
      const std::string one = at + "cpu" + std::to_string(cpu) + "/";
      put(one + "topology/physical_package_id", cpu < 2 ? "0\n" : "1\n");
      put(one + "cpufreq/scaling_governor", "performance\n");
    }
    put("sys/devices/system/node/online", "0-1\n");
  }
  void memory() const {
    put("proc/meminfo", "MemTotal:       2113430000 kB\nMemFree:        1 kB\n");
    put("proc/sys/kernel/tainted", "12289\n");  // proprietary and unsigned modules: bit 4 is clear
    for (int i = 0; i < 2; ++i) {
      const std::string at = "sys/devices/system/edac/mc/mc" + std::to_string(i) + "/";
      put(at + "ce_count", "0\n");
      put(at + "ue_count", "0\n");
    }
  }
};

}  // namespace ga
