#include "acceptance/core/profile_read.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "acceptance/core/profile.h"

namespace ga {
namespace {

constexpr std::array<std::pair<std::string_view, LimitStatus>, 3> kLimitStatuses{
    {{"calibrated", LimitStatus::calibrated},
     {"published", LimitStatus::published},
     {"provisional", LimitStatus::provisional}}};

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

}  // namespace

std::string_view to_word(LimitStatus status) {
  return word_of<LimitStatus>(kLimitStatuses, status);
}

std::int64_t within(TomlTable& table, std::string_view key, std::int64_t low, std::int64_t high) {
  const std::int64_t value = table.integer(key);
  if (table.ok() && !(value >= low && value <= high)) {
    table.refuse(key, fmt::format("{} is outside {} .. {}", value, low, high),
                 "check the unit: the key's name says it");
  }
  return value;
}

Origin read_origin(TomlTable& table) {
  Origin origin{.source = table.text("source"), .date = table.text("date"), .status = {}};
  if (table.ok() && origin.source.empty()) {
    table.refuse("source", "must not be empty", "say who measured or published the figure");
  }
  if (table.ok() && !is_date(origin.date)) {
    table.refuse("date", "must be a date as 2026-11-22", "give the day the figure was taken");
  }
  origin.status = one_of<LimitStatus>(table, "status", kLimitStatuses);
  return origin;
}

}  // namespace ga
