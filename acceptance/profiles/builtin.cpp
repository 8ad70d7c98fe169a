#include "acceptance/profiles/builtin.h"

#include "reports/model/digest.h"

namespace ga {

Result<Profile> load_profile(const std::string& name_or_file,
                             const std::vector<std::string>& known_gates) {
  if (const Embedded* builtin = find_embedded(builtin_profiles(), name_or_file)) {
    return parse_profile(builtin->text, name_or_file + ".toml", known_gates);
  }
  auto text = read_file(name_or_file);
  if (!text) {
    return std::move(text)
        .error()
        .with("reading the profile")
        .hinted("name a file, or one of: gpuaccept list profiles");
  }
  return parse_profile(*text, name_or_file, known_gates);
}

const Embedded* builtin_profile_by_digest(std::string_view sha256) {
  for (const Embedded& profile : builtin_profiles()) {
    if (sha256_hex(profile.text) == sha256) return &profile;
  }
  return nullptr;
}

}  // namespace ga
