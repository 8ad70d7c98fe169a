#include "acceptance/node/nvme.h"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "acceptance/node/pci.h"

namespace ga {

namespace {

constexpr std::uint8_t kGetLogPage = 0x02;
constexpr std::uint32_t kSmartLog = 0x02, kWholeController = 0xffffffff;
constexpr std::uint32_t kDeadlineMs = 2000;

std::int64_t log_byte(const std::string& log, std::size_t at) {
  return static_cast<unsigned char>(log[at]);
}

// 16 bytes, least significant first; no more than what a report can hold.
std::int64_t count_at(const std::string& log, std::size_t at) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  std::int64_t count = 0;
  for (std::size_t i = 16; i-- > 0;) {
    if (count > kMost >> 8) return kMost;
    count = count << 8 | log_byte(log, at + i);
  }
  return count;
}

void no_smart_log(const std::string& reason, NvmeDrive& drive) {
  for (KnownInt* field : {&drive.critical_warning, &drive.media_errors, &drive.spare_percent,
                          &drive.used_percent, &drive.temp_mc}) {
    *field = KnownInt::missing(reason);
  }
}

}  // namespace

Result<std::string> read_smart_log(const std::string& device_file) {
  const int fd = ::open(device_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error(ErrorCode::io, device_file + ": " + std::strerror(errno));
  std::string log(kSmartLogBytes, '\0');
  nvme_admin_cmd command{};
  command.opcode = kGetLogPage;
  command.nsid = kWholeController;
  command.addr = reinterpret_cast<std::uintptr_t>(log.data());
  command.data_len = kSmartLogBytes;
  command.cdw10 = (kSmartLogBytes / 4 - 1) << 16 | kSmartLog;  // number of words, less one
  command.timeout_ms = kDeadlineMs;
  const int status = ::ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
  const int why = errno;
  ::close(fd);
  if (status < 0) return Error(ErrorCode::io, device_file + ": " + std::strerror(why));
  if (status > 0) {
    return Error(ErrorCode::io, device_file + ": NVMe status " + std::to_string(status));
  }
  return log;
}

void take_smart_log(const std::string& log, NvmeDrive& drive) {
  if (log.size() != kSmartLogBytes) {
    no_smart_log("the SMART log has " + std::to_string(log.size()) + " bytes", drive);
    return;
  }
  constexpr std::int64_t kZeroCelsius = 273, kMilli = 1000;
  constexpr std::size_t kMediaErrors = 160;
  drive.critical_warning = log_byte(log, 0);
  const std::int64_t kelvin = log_byte(log, 1) | log_byte(log, 2) << 8;
  drive.temp_mc = kelvin == 0 ? KnownInt::missing("the drive does not say")
                              : KnownInt((kelvin - kZeroCelsius) * kMilli);
  drive.spare_percent = log_byte(log, 3);
  drive.used_percent = log_byte(log, 5);
  drive.media_errors = count_at(log, kMediaErrors);
}

KnownList<NvmeDrive> nvme_drives(const Roots& roots, const ReadSmart& read_smart) {
  const std::string all = roots.sys + "/class/nvme";
  const auto names = names_in(all);
  if (!names) return KnownList<NvmeDrive>::missing(names.absent);
  std::vector<NvmeDrive> drives;
  for (const std::string& name : *names) {
    const std::string at = all + "/" + name;
    // Drives behind a network are not of this node.
    if (const KnownText transport = one_line(at + "/transport");
        transport && *transport != "pcie") {
      continue;
    }
    const PciLink link = pci_link(at + "/device");
    NvmeDrive drive;
    drive.name = name;
    drive.pci_address = pci_address_behind(at + "/device");
    drive.model = one_line(at + "/model");
    drive.serial = one_line(at + "/serial");
    drive.firmware = one_line(at + "/firmware_rev");
    drive.state = one_line(at + "/state");
    drive.gen_current = link.gen_current;
    drive.gen_max = link.gen_max;
    drive.width_current = link.width_current;
    drive.width_max = link.width_max;
    const auto log = read_smart(roots.dev + "/" + name);
    if (log) {
      take_smart_log(*log, drive);
    } else {
      no_smart_log(log.error().what(), drive);
    }
    drives.push_back(std::move(drive));
  }
  return drives;
}

}  // namespace ga
