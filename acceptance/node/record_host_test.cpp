// What is recorded of the machine around the GPUs reads the same when it is replayed.
#include "acceptance/node/record_host.h"

#include <sys/stat.h>

#include "acceptance/node/kernel_log.h"
#include "acceptance/node/pci.h"
#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

class RecordHostTest : public HostTree {
 protected:
  void whole_machine() {
    cpus();
    memory();
    gpu_path(0x1d);
    nic("mlx5_0", "pci0000:15/0000:15:01.0/0000:1c:00.0");
    drive("nvme0", "pci0000:20/0000:20:01.0/0000:21:00.0");
    on_bus("pci0000:15/0000:15:01.0/0000:1c:00.0");
    on_bus("pci0000:20/0000:20:01.0/0000:21:00.0");
    put("sys/class/dmi/id/product_serial", "S1\n");
    put("sys/kernel/iommu_groups/7/type", "identity\n");
    put("sys/module/mlx5_core/version", "24.10\n");
    put("proc/kallsyms", "0 T ib_umem_dmabuf_get\n");
    put("proc/1/comm", "systemd\n");
    put("proc/40/comm", "nv-fabricmanage\n");
    put("proc/41/comm", "chronyd\n");
    put("proc/42/comm", "somebody\n");
    put("usr/bin/nv-fabricmanager", "#!/bin/sh\necho Fabric Manager version is : 580\n");
    ASSERT_EQ(::chmod((root_ / "usr/bin/nv-fabricmanager").c_str(), 0755), 0);
    put("dev/kmsg",
        "6,0,5,-;Linux\n6,1,7,-;a secret of somebody\n"
        "4,2,9,-;NVRM: Xid (PCI:0000:1b:00): 79, x\n6,3,11,-;end\n");
  }
};

TEST_F(RecordHostTest, AReplayReadsWhatWasRecorded) {
  whole_machine();
  HostCalls calls;
  calls.read_smart = [](const std::string&) { return Result<std::string>(smart_log()); };
  Facts facts;
  facts.host = host_facts(options_.roots, calls);
  GpuFacts& gpu = facts.gpus.emplace_back();
  gpu.pci_path = pci_path(options_.roots, "0000:1b:00.0");
  const std::string folder = (root_ / "record").string();
  // What record.h copies: the devices of the bus with their links.
  for (const char* path :
       {kGpuPath, "pci0000:15/0000:15:01.0/0000:1c:00.0", "pci0000:20/0000:20:01.0/0000:21:00.0"}) {
    std::filesystem::create_directories(root_ / "record/sys/bus/pci/devices");
    std::filesystem::create_directories(root_ / "record/sys/devices" / path);
    std::filesystem::copy(root_ / "sys/devices" / path, root_ / "record/sys/devices" / path,
                          std::filesystem::copy_options::recursive);
    link_to(std::string("record/sys/bus/pci/devices/") +
                std::string(path).substr(std::string(path).rfind('/') + 1),
            std::string("record/sys/devices/") + path);
  }
  put("record/proc/1/comm", "systemd\n");
  const Status written = write_host_record(folder, options_.roots, calls, facts);
  ASSERT_TRUE(written) << written.error().what();

  const Roots played{
      .sys = folder + "/sys", .proc = folder + "/proc", .dev = folder + "/dev", .top = folder};
  HostFacts again = host_facts(played, replayed_calls(folder));
  // Times of this machine's clock are not a replay's; a path names its own root.
  again.clock_synchronised = facts.host.clock_synchronised;
  again.clock_offset_ns = facts.host.clock_offset_ns;
  again.clock_max_error_ns = facts.host.clock_max_error_ns;
  HostFacts::visit_fields(again, [&](const std::string& name, const auto& field) {
    HostFacts::visit_fields(facts.host, [&](const std::string& other, const auto& before) {
      if constexpr (std::is_same_v<decltype(field), decltype(before)>) {
        if (name != other || (!field && !before)) return;
        EXPECT_EQ(field, before) << name;
      }
    });
  });
  const KernelHistory log = kernel_history(played, replayed_calls(folder).run);
  ASSERT_EQ(log.events.size(), 1u);
  EXPECT_EQ(log.events[0].code, "xid.79");
  EXPECT_EQ(*log.first_ns, 5000);
  EXPECT_EQ(*log.last_ns, 11'000);
  const auto text = read_file(folder + "/dev/kmsg");
  EXPECT_EQ(text->find("secret"), std::string::npos);
  EXPECT_FALSE(exists(folder + "/proc/42/comm"));
}

TEST_F(RecordHostTest, AProgramInAReplayIsNotRun) {
  put("commands/nv-fabricmanager", "recorded\n");
  put("usr/bin/nv-fabricmanager", "#!/bin/sh\n/bin/touch " + (root_ / "ran").string() + "\n");
  ASSERT_EQ(::chmod((root_ / "usr/bin/nv-fabricmanager").c_str(), 0755), 0);
  put("proc/1/comm", "systemd\n");
  const HostFacts host = host_facts(options_.roots, replayed_calls(root_.string()));
  EXPECT_EQ(*host.fabric_manager_version, "recorded");
  EXPECT_FALSE(exists((root_ / "ran").string()));
}

}  // namespace
}  // namespace ga
