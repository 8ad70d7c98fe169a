#include "acceptance/commands/privileges.h"

#include <array>

namespace ga {

std::span<const FactPrivilege> fact_privileges() {
  using enum Privilege;
  static constexpr std::array kRows{
      // NVML answers each question that this program asks to whoever may open the device files.
      FactPrivilege{"every fact of a GPU that NVML or CUDA answers", device, "", true,
                    "no GPU device file opens"},
      FactPrivilege{"process_list", root, "config.idle", false,
                    "without root, processes of others are counted, not named"},
      // The kernel shows more than the first 64 bytes of a configuration space to root only.
      FactPrivilege{"pci_path.acs", root, "config.acs", true,
                    "the PCI configuration space is shown to root only"},
      // An NVMe admin command.
      FactPrivilege{
          "nvme.critical_warning, nvme.media_errors, nvme.spare_percent, nvme.used_percent", root,
          "host.nvme", true, "the SMART log of a drive is given to root only"},
      FactPrivilege{"product_serial, board_serial, chassis_serial", root, "", false,
                    "serial numbers of the server are shown to root only"},
      // kernel.dmesg_restrict; root, or a group that may read the journal.
      FactPrivilege{"the kernel's log", kernel_log, "events.xid", true,
                    "the kernel's log does not open for this user"},
      FactPrivilege{"psus, power_redundancy", bmc, "site.power", true,
                    "the BMC is asked with --bmc FILE only, see docs/bmc.md"},
      FactPrivilege{"inlet_mc, fans, fan_redundancy, leaks", bmc, "site.cooling", true,
                    "the BMC is asked with --bmc FILE only, see docs/bmc.md"},
  };
  return kRows;
}

std::string_view to_word(Privilege privilege) {
  switch (privilege) {
    case Privilege::device:
      return "device files";
    case Privilege::root:
      return "root";
    case Privilege::kernel_log:
      return "kernel log";
    case Privilege::bmc:
      return "BMC";
  }
  return "?";
}

}  // namespace ga
