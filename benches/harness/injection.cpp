#include "benches/harness/injection.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ga {
namespace {

constexpr std::array<std::pair<std::string_view, Injection>, 8> kWords{{
    {"", Injection::none},
    {"bitflip", Injection::bitflip},
    {"zero-tile", Injection::zero_tile},
    {"nan", Injection::nan},
    {"slow", Injection::slow},
    {"hang", Injection::hang},
    {"crash", Injection::crash},
    {"wrong-everywhere", Injection::wrong_everywhere},
}};

}  // namespace

Result<Injection> parse_injection(std::string_view word) {
  for (const auto& [known, injection] : kWords) {
    if (known == word) return injection;
  }
  return Error(ErrorCode::usage, fmt::format("no injection is called '{}'", word))
      .hinted("bitflip, zero-tile, nan, slow, hang, crash or wrong-everywhere");
}

}  // namespace ga
