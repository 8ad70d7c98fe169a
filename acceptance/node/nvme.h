// NVMe drives: what sysfs says, and the SMART log by the one admin command that only reads.
#pragma once

#include <functional>
#include <string>

#include "acceptance/node/files.h"
#include "reports/model/facts_host.h"
#include "reports/model/result.h"

namespace ga {

inline constexpr std::size_t kSmartLogBytes = 512;

// The SMART log of a controller, by its device file. The kernel wants root.
using ReadSmart = std::function<Result<std::string>(const std::string& device_file)>;
Result<std::string> read_smart_log(const std::string& device_file);

// Fills the fields that the log holds; NVM Express base specification, figure "SMART / Health
// Information Log Page".
void take_smart_log(const std::string& log, NvmeDrive& drive);

KnownList<NvmeDrive> nvme_drives(const Roots& roots, const ReadSmart& read_smart);

}  // namespace ga
