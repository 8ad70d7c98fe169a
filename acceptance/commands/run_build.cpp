#include "acceptance/commands/run_build.h"

#include "build_commit.h"

namespace ga {

std::string_view built_version() { return GA_VERSION; }
std::string_view built_commit() { return GA_BUILD_COMMIT; }

}  // namespace ga
