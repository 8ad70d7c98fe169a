// RecordHost: the machine around the GPUs as files that a replay reads, beside those of record.h.
#pragma once

#include <string>

#include "acceptance/node/files.h"
#include "acceptance/node/host_facts.h"
#include "reports/model/facts.h"
#include "reports/model/result.h"

namespace ga {

// Adds to a folder that write_record() made: sys/, proc/, dev/, commands/. Of the kernel's log only
// the lines that are events, its first and its last; a file that cannot be read here is left out,
// and is absent in the replay too.
Status write_host_record(const std::string& folder, const Roots& roots, const HostCalls& calls,
                         const Facts& facts);

}  // namespace ga
