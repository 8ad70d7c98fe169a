// Lines of the kernel's log, in every form seen in public logs, and lines that are none.
#include "acceptance/node/log_line.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

struct Found {
  std::string code, gpu;
  friend bool operator==(const Found&, const Found&) = default;
};

Found one(std::string_view line) {
  LogLines lines("kmsg");
  const auto event = lines.take(7, line);
  return event ? Found{event->code, event->gpu} : Found{};
}

TEST(LogLine, ReadsAnXidInEachForm) {
  const std::string at = "0000:05:00.0";
  EXPECT_EQ(one("NVRM: Xid (PCI:0000:05:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen "
                "off the bus."),
            (Found{"xid.79", at}));
  EXPECT_EQ(one("NVRM: Xid (0000:05:00): 14, Channel 00000001"), (Found{"xid.14", at}));
  EXPECT_EQ(one("NVRM: Xid (PCI:0000:05:00): 31, pid=2120, name=python3, Ch 00000008, intr "
                "00000000. MMU Fault: ENGINE GRAPHICS"),
            (Found{"xid.31", at}));
  EXPECT_EQ(one("NVRM: Xid (PCI:0000:05:00 GPU-I:05): 94, pid=7194, name=python3, Contained: CE "
                "User Channel (0x9)."),
            (Found{"xid.94", at}));
  EXPECT_EQ(one("NVRM: Xid (PCI:000A:05:00.0): 48"), (Found{"xid.48", "000a:05:00.0"}));
  EXPECT_EQ(one("NVRM: Xid (PCI:0009:01:00): 149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 "
                "(0x021425c6 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000)"),
            (Found{"xid.149", "0009:01:00.0"}));
  EXPECT_EQ(one("NVRM: Xid (PCI:0009:01:00): 154, GPU recovery action changed from 0x0 (None) to "
                "0x1 (GPU Reset Required)"),
            (Found{"xid.154", "0009:01:00.0"}));
  EXPECT_EQ(one("[171167.620236] NVRM: Xid (PCI:0000:05:00): 140, pid=1"), (Found{"xid.140", at}));
}

TEST(LogLine, AnXidThatCannotBeReadIsAnEventToo) {
  for (const char* line : {"NVRM: Xid", "NVRM: Xid error: xyz", "NVRM: Xid (PCI:0000:05:00): x79",
                           "NVRM: Xid (PCI:0000:05:00): 79x", "NVRM: Xid (PCI:0000:05:00): ",
                           "NVRM: Xid (PCI:0000:05:00): 99999999999999999999, x"}) {
    EXPECT_EQ(one(line).code, "xid.unreadable") << line;
  }
  EXPECT_EQ(one("NVRM: Xid (nowhere): 79, x"), (Found{"xid.79", ""}));
}

TEST(LogLine, ReadsAnSxidOnce) {
  EXPECT_EQ(one("nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Non-fatal, Link 32 egress "
                "non-posted PRIV error (First)"),
            (Found{"sxid.12028", "0000:05:00.0"}));
  EXPECT_EQ(one("nvidia-nvswitch0: SXid (PCI:0000:a9:00.0): 20034, Fatal, Link 30 LTSSM Fault Up"),
            (Found{"sxid.20034", "0000:a9:00.0"}));
  EXPECT_EQ(one("nvidia-nvswitch0: SXid (PCI:0000:a9:00.0): 20034, Data {0x50610002, 0x10100030}"),
            Found{});
  EXPECT_EQ(one("nvidia-nvswitch0: SXid (PCI:0000:a9:00.0): 20034, Severity 1 Engine instance 30"),
            Found{});
  EXPECT_EQ(one("nvidia-nvswitch0: SXid (PCI:0000:a9:00.0): xyz, Fatal error").code,
            "sxid.unreadable");
  EXPECT_EQ(one("a story about SXid (1): 2, Fatal"), Found{});
  EXPECT_EQ(one("nvidia-nvswitch0: using SXid (PCI:0000:a9:00.0): 20034, Fatal"), Found{});
}

TEST(LogLine, AProcessNamedAfterAnSxidHidesNoXid) {
  const Found lost{"xid.79", "0000:05:00.0"};
  EXPECT_EQ(one("NVRM: Xid (PCI:0000:05:00): 79, pid=7, name=SXid, GPU has fallen off the bus."),
            lost);
  EXPECT_EQ(one("NVRM: Xid (PCI:0000:05:00): 79, pid=7, name=nvidia-nvswitch0: SXid (1): 2, x"),
            lost);
}

TEST(LogLine, AGpuThatFellOffTheBusIsSeenWithoutAnXid) {
  const std::string at = "0000:18:00.0";
  EXPECT_EQ(one("NVRM: GPU 0000:18:00.0: GPU has fallen off the bus."),
            (Found{"nvrm.fallen_off_bus", at}));
  EXPECT_EQ(one("NVRM: The NVIDIA GPU 0000:18:00.0 NVRM: (PCI ID: 10de:2901) installed in this "
                "system has NVRM: fallen off the bus and is not responding to commands."),
            (Found{"nvrm.fallen_off_bus", at}));
  LogLines lines("kmsg");
  EXPECT_FALSE(lines.take(1, "NVRM: The NVIDIA GPU 0000:18:00.0"));
  EXPECT_FALSE(lines.take(2, "NVRM: (PCI ID: 10de:2901) installed in this system has"));
  const auto event = lines.take(3, "NVRM: fallen off the bus and is not responding to commands.");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->gpu, at);
  EXPECT_EQ(event->code, "nvrm.fallen_off_bus");
  // The address belongs to that message alone.
  EXPECT_EQ(lines.take(4, "NVRM: fallen off the bus")->gpu, "");
}

TEST(LogLine, KnowsTheOtherSourcesOfTrouble) {
  const std::pair<const char*, const char*> lines[] = {
      {"NVRM: nvAssertFailedNoLog: Assertion failed: 0 @ kernel_gsp.c:1160", "nvrm.assert"},
      {"NVRM: nvCheckOkFailedNoLog: Check failed: GPU lost [NV_ERR_GPU_IS_LOST]", "nvrm.assert"},
      {"NVRM: GPU 0000:18:00.0: RmInitAdapter failed! (0x62:0xffff:2365)", "nvrm.init_failed"},
      {"mce: [Hardware Error]: Machine check events logged", "mce.logged"},
      {"mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 5: be00000000800400", "mce.bank"},
      {"{1}[Hardware Error]: event severity: corrected", "apei.corrected"},
      {"{1}[Hardware Error]: event severity: fatal", "apei.fatal"},
      {"EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#0_DIMM#0", "edac.corrected"},
      {"EDAC MC1: 1 UE memory read error on unknown memory", "edac.uncorrected"},
      {"mlx5_core 0000:1a:00.0 ibs10: Link down", "nic.link_down"},
      {"mlx5_core 0000:1a:00.0 mlx5_2: Port: 1 Link DOWN", "nic.link_down"},
      {"infiniband mlx5_2: Port: 1 Link ACTIVE", "nic.link_up"},
      {"mlx5_core 0000:9a:00.0: Port module event: module 0, Cable unplugged", "nic.module"},
      {"pcieport 0000:15:01.0: pciehp: Slot(12): Link Down", "pcie.link_down"},
      {"nvme nvme0: I/O 128 QID 4 timeout, aborting", "nvme.timeout"},
      {"pcieport 0000:15:01.0: AER: Corrected error received: 0000:1b:00.0", "aer.corrected"},
      {"pcieport 0000:15:01.0: AER: Correctable error message received from 0000:1b:00.0",
       "aer.corrected"},
      {"pcieport 0000:15:01.0: AER: Uncorrected (Non-Fatal) error received: 0000:1b:00.0",
       "aer.nonfatal"},
      {"pcieport 0000:15:01.0: AER: Uncorrectable (Fatal) error message received from 0000:1b:00.0",
       "aer.fatal"},
      {"nvidia 0000:1b:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer",
       "aer.corrected"},
      {"nvidia 0000:1b:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer",
       "aer.fatal"},
      {"nvidia 0000:1b:00.0: PCIe Bus Error: severity=Correctable, type=Physical Layer",
       "aer.corrected"},
      {"nvidia 0000:1b:00.0: PCIe Bus Error: severity=Uncorrectable (Non-Fatal), type=Data Link",
       "aer.nonfatal"},
      {"nvidia 0000:1b:00.0: PCIe Bus Error: severity=odd", "aer.unreadable"},
      {"watchdog: BUG: soft lockup - CPU#3 stuck for 26s!", "kernel.lockup"},
  };
  for (const auto& [line, code] : lines) EXPECT_EQ(one(line).code, code) << line;
}

TEST(LogLine, OrdinaryLinesAreNoEvents) {
  for (const char* line :
       {"", "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.95.05",
        "nvidia-nvswitch0: open (major=508)", "EDAC MC0: Giving out device to module skx_edac",
        "EDAC skx MC0: HANDLING MCE MEMORY ERROR",
        "pcieport 0000:15:01.0: AER: enabled with IRQ 34",
        "mlx5_core 0000:1a:00.0: firmware version: 28.42.1000",
        "mce: CPU0: Thermal monitoring enabled", "nvme nvme0: 63/0/0 default/read/poll queues",
        "NVRM: GPU at PCI:0000:8d:00: GPU-6f1c2a90-0000-4000-8000-000000000000",
        "nvidia-peermem nvidia_peermem_init: Xid in another place"}) {
    EXPECT_EQ(one(line), Found{}) << line;
  }
}

TEST(LogLine, FindsTheDeviceOfALine) {
  EXPECT_EQ(one("mlx5_core 0000:1a:00.1 ibs10: Link down").gpu, "0000:1a:00.1");
  EXPECT_EQ(one("pcieport 0000:15:01.0: pciehp: Slot(12): Link Down").gpu, "0000:15:01.0");
  EXPECT_EQ(one("infiniband mlx5_2: Port: 1 Link ACTIVE mlx5").gpu, "");
}

TEST(LogLine, NormalisesAddresses) {
  EXPECT_EQ(pci_address_of("PCI:0000:05:00"), "0000:05:00.0");
  EXPECT_EQ(pci_address_of("18:00.1"), "0000:18:00.1");
  EXPECT_EQ(pci_address_of("10000:E1:00.0"), "10000:e1:00.0");
  for (const char* text : {"", "PCI:", "invalid", "0000:05", "0000:05:00.10", "0000:zz:00.0",
                           "1:2:3:4", "000:05:00.0", "0000:05:00."}) {
    EXPECT_EQ(pci_address_of(text), "") << text;
  }
}

TEST(LogLine, TextIsPrintableAndBounded) {
  LogLines lines("kmsg");
  const auto event = lines.take(
      5, "NVRM: Xid (PCI:0000:05:00): 31, name=\x1b[31m\xC3\xB6" + std::string(10'000, 'x'));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->text.size(), kMaxLogText);
  EXPECT_NE(event->text.find("name=?[31m??xxx"), std::string::npos) << event->text;
  EXPECT_EQ(event->t_ns, 5);
  EXPECT_EQ(event->source, "kmsg");
}

LogEvent at(std::int64_t t_ns, const std::string& gpu, const std::string& code) {
  return {.t_ns = t_ns, .source = "kmsg", .gpu = gpu, .code = code, .text = "x"};
}

TEST(LogLine, ThinningKeepsWhatWasSaidOnce) {
  std::vector<LogEvent> events;
  for (int i = 0; i < 5000; ++i) events.push_back(at(i, "gpu/1", "xid.31"));
  events.insert(events.begin() + 2500, at(2500, "gpu/2", "xid.79"));
  const auto kept = thinned(events);
  EXPECT_EQ(kept.size(), 23u);  // 20 first, the last, the mark, and the other one
  std::size_t lost = 0;
  for (const LogEvent& event : kept) lost += event.code == "xid.79" ? 1 : 0;
  EXPECT_EQ(lost, 1u);
  EXPECT_EQ(kept.back().code, "log.repeated");
  EXPECT_EQ(kept.back().text, "xid.31: 4979 more lines");
  EXPECT_EQ(kept.back().gpu, "gpu/1");
}

TEST(LogLine, AFewEventsStayAsTheyAre) {
  std::vector<LogEvent> events;
  for (int i = 0; i < 21; ++i) events.push_back(at(i, "gpu/1", "xid.31"));
  EXPECT_EQ(thinned(events), events);
}

TEST(LogLine, TheFirstOfEachKindStaysHoweverMuchIsSaid) {
  std::vector<LogEvent> events{at(0, "gpu/3", "xid.79")};
  for (int i = 1; i <= 20'000; ++i) {
    events.push_back(at(i, "", "edac." + std::to_string(i % 300)));
  }
  const auto kept = thinned(events);
  EXPECT_LE(kept.size(), 1000u);
  EXPECT_EQ(kept[0].code, "xid.79");
}

TEST(LogLine, WhatIsCutIsSaid) {
  std::vector<LogEvent> events;
  for (int i = 0; i < 1500; ++i) events.push_back(at(i, "", "xid." + std::to_string(i)));
  const auto kept = thinned(events);
  ASSERT_EQ(kept.size(), 1001u);
  EXPECT_EQ(kept[0].code, "xid.0");
  EXPECT_EQ(kept[1000].code, "log.cut");
  EXPECT_EQ(kept[1000].text, "500 events are left out");
  EXPECT_EQ(kept[1000].t_ns, 1499);
}

TEST(LogLine, NamesUnitsByTheirAddress) {
  std::vector<LogEvent> events{at(1, "0000:1b:00.0", "xid.79"), at(2, "0000:05:00.0", "sxid.1"),
                               at(3, "", "mce.logged")};
  name_units({{"0000:1b:00.0", "gpu/0"}, {"", "gpu/1"}}, events);
  EXPECT_EQ(events[2].gpu, "");  // of the node, whatever the names say
  EXPECT_EQ(events[0].gpu, "gpu/0");
  EXPECT_EQ(events[1].gpu, "0000:05:00.0");
}

}  // namespace
}  // namespace ga
