#include "reports/model/injection.h"

#include <array>
#include <charconv>

namespace ga {
namespace {

enum class Number { none, may, must };

struct Word {
  std::string_view text;
  InjectionKind kind;
  Number number = Number::none;
};
constexpr std::array<Word, 10> kWords{{{"bitflip", InjectionKind::bitflip, Number::may},
                                       {"zero-tile", InjectionKind::zero_tile},
                                       {"null-tile", InjectionKind::null_tile},
                                       {"nan", InjectionKind::nan},
                                       {"sm", InjectionKind::sm, Number::must},
                                       {"boost", InjectionKind::boost, Number::must},
                                       {"slow", InjectionKind::slow},
                                       {"hang", InjectionKind::hang},
                                       {"crash", InjectionKind::crash},
                                       {"wrong-everywhere", InjectionKind::wrong_everywhere}}};

Error refuse(std::string_view word) {
  return Error(ErrorCode::usage, "no injection is called '" + std::string(word) + "'")
      .hinted(injection_words());
}

// SM 0 exists, and one launch in 0 does not.
bool is_number(std::string_view text, const Word& word, std::int64_t& to) {
  constexpr std::int64_t kMost = 1'000'000'000;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  const std::int64_t least = word.kind == InjectionKind::sm ? 0 : 1;
  const bool plain = text == "0" || (!text.empty() && text.front() != '0');
  return error == std::errc() && end == text.data() + text.size() && plain && to >= least &&
         to <= kMost;
}

}  // namespace

Result<Injection> parse_injection(std::string_view word) {
  if (word.empty()) return Injection{};
  const std::size_t colon = word.find(':');
  const bool numbered = colon != std::string_view::npos;
  for (const Word& known : kWords) {
    if (known.text != word.substr(0, colon)) continue;
    Injection injection{known.kind, 0};
    if (numbered ? known.number == Number::none : known.number == Number::must) break;
    if (numbered && !is_number(word.substr(colon + 1), known, injection.number)) break;
    return injection;
  }
  return refuse(word);
}

std::string injection_words() {
  std::string all;
  for (const Word& word : kWords) {
    constexpr std::array<std::string_view, 3> kNumbers{"", "[:N]", ":N"};
    if (!all.empty()) all += ", ";
    all.append(word.text).append(kNumbers[static_cast<std::size_t>(word.number)]);
  }
  return all;
}

}  // namespace ga
