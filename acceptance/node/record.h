// Record: a node's state as a folder that a replay can play: NVML's answers and the kernel's files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "acceptance/node/host.h"
#include "acceptance/node/transcript.h"
#include "reports/model/facts.h"
#include "reports/model/result.h"

namespace ga {

// Of one file of a record; none that is read here is longer.
inline constexpr std::size_t kMostFileBytes = 1 << 20;

// A file, and the folders that it lies in.
Status write_file(const std::filesystem::path& path, const std::string& text);

// Writes nvml.state, and below sys/ and proc/ the files that facts are read from. The names of
// processes are copied for those alone that `facts` names. A usage error where the folder exists
// and is not empty; a file that cannot be read here is left out, and is absent in the replay too.
Status write_record(const std::string& folder, const Roots& roots, const Transcript& transcript,
                    const Facts& facts);

}  // namespace ga
