// The profiles that ship inside the program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/profile.h"
#include "reports/model/embedded.h"

namespace ga {

std::span<const Embedded> builtin_profiles();

// A built-in name, or else a file.
Result<Profile> load_profile(const std::string& name_or_file,
                             const std::vector<std::string>& known_gates);

// The built-in profile with that digest, if there is one.
const Embedded* builtin_profile_by_digest(std::string_view sha256);

}  // namespace ga
