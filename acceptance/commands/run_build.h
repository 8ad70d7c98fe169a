// What the build recorded about itself.
#pragma once

#include <string_view>

namespace ga {

// SHA-256 of the gpuprobe that was built with this program; empty where none was.
std::string_view built_worker_digest();
std::string_view built_version();
std::string_view built_commit();  // empty outside a repository

}  // namespace ga
