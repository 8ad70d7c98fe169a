// What NCCL is told by its environment: one variant in one process, and nothing else.
//
// NCCL reads its variables once per process, so each variant takes a fresh process. Found in its
// sources, 2.27.3 to 2.30.7 (src/misc/param.cc): a variable that is set wins over both files;
// NCCL_CONF_FILE is read instead of ~/.nccl.conf, and /etc/nccl.conf always. The latter can only be
// reported. A tuner, network or profiler plug-in is left out where its variable is "none".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

// standard: NCCL chooses. ring, nvls: that algorithm or an error.
enum class NcclVariant { standard, ring, nvls };

std::string_view to_text(NcclVariant variant);  // "standard", "ring", "nvls"
Result<NcclVariant> parse_nccl_variant(std::string_view text);

struct NcclSetup {
  NcclVariant variant = NcclVariant::standard;
  int ctas = 0;          // NCCL_MIN_CTAS and NCCL_MAX_CTAS; 0 leaves both to NCCL
  std::string log_file;  // where NCCL tells what it chose; written anew
};

// For the record. All as NAME=VALUE.
struct NcclEnvironment {
  std::vector<std::string> removed;  // found and taken out, sorted
  std::vector<std::string> set;      // by us
  std::vector<std::string> system;   // of /etc/nccl.conf, which stay in force
};

// Before NCCL is loaded and before any thread is started, as it changes the environment. Asked
// again for the same it answers the same; for another, or once NCCL is loaded, it is a usage error
// that asks for a fresh process. An io error where the log file cannot be written.
Result<NcclEnvironment> prepare_nccl(const NcclSetup& setup);

// The variables of a variant, as NAME=VALUE.
std::vector<std::string> nccl_variables(const NcclSetup& setup);

// The lines of a text such as /etc/nccl.conf that add to an environment which has `set`, as NCCL
// reads them: comments and lines without "=" are passed over, the first of a name wins.
std::vector<std::string> nccl_conf_lines(std::string_view text,
                                         const std::vector<std::string>& set);

// Called by Nccl::load(): from here on the environment is fixed.
void nccl_is_loaded();

}  // namespace ga
