#include "acceptance/node/nvml_fields.h"

#include <charconv>
#include <tuple>

namespace ga::nvml {

namespace {

struct Version {
  int major = 0, minor = 0;
  auto operator<=>(const Version&) const = default;
};

Version version_of(std::string_view text) {
  Version version;
  const char* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, version.major);
  if (ec != std::errc() || stop == end || *stop != '.') return {};
  const auto [rest, ec2] = std::from_chars(stop + 1, end, version.minor);
  if (ec2 != std::errc() || (rest != end && *rest != '.')) return {};
  return version;
}

}  // namespace

MovedFields moved_fields(std::string_view driver) {
  constexpr MovedFields kFirst{.smoothing = 251, .smoothing_profile = 264};
  constexpr MovedFields kMoved{.sw_thermal = 251,
                               .hw_thermal = 252,
                               .power_brake = 253,
                               .smoothing = 256,
                               .smoothing_profile = 269};
  constexpr MovedFields kNow{.sw_thermal = 269,
                             .hw_thermal = 270,
                             .power_brake = 271,
                             .smoothing = 251,
                             .smoothing_profile = 264};
  const Version version = version_of(driver);
  if (version < Version{570, 0}) return {};
  if (version < Version{575, 0}) return kFirst;
  if (version <= Version{580, 65}) return kMoved;
  if (version < Version{580, 82}) return {};
  return kNow;
}

}  // namespace ga::nvml
