#include "reports/codec/foreign_json.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace ga {

namespace {

using Foreign = nlohmann::json;

Json ours(const Foreign& value) {
  switch (value.type()) {
    case Foreign::value_t::object: {
      Json out;
      for (const auto& [key, member] : value.items()) {
        if (!member.is_null()) out.add(key, ours(member));
      }
      return out;
    }
    case Foreign::value_t::array: {
      JsonArray out;
      for (const Foreign& element : value) {
        if (!element.is_null()) out.push_back(ours(element));
      }
      return out;
    }
    case Foreign::value_t::string:
      return value.get<std::string>();
    case Foreign::value_t::boolean:
      return value.get<bool>();
    case Foreign::value_t::number_integer:
    case Foreign::value_t::number_unsigned: {
      const bool fits = value.is_number_unsigned()
                            ? value.get<std::uint64_t>() <= std::uint64_t{kMaxJsonInteger}
                            : value.get<std::int64_t>() >= -kMaxJsonInteger;
      if (fits) return value.get<std::int64_t>();
      return value.dump();
    }
    default:
      return value.dump();
  }
}

}  // namespace

Result<Json> parse_foreign_json(std::string_view text) {
  bool deep = false;
  const auto watch_depth = [&](int depth, Foreign::parse_event_t, Foreign&) {
    deep = deep || depth > kMaxJsonDepth;
    return !deep;
  };
  try {
    const Foreign value = Foreign::parse(text.begin(), text.end(), watch_depth);
    if (deep) return Error(ErrorCode::parse, "JSON deeper than 32 levels");
    if (value.is_null()) return Error(ErrorCode::parse, "JSON that is null");
    return ours(value);
  } catch (const Foreign::parse_error& error) {
    // Where, and nothing of what stands there: the text is somebody else's.
    return Error(ErrorCode::parse, "no JSON: at byte " + std::to_string(error.byte));
  } catch (const Foreign::exception&) {
    return Error(ErrorCode::parse, "no JSON");
  }
}

std::optional<std::int64_t> thousandths_of(const Json& value) {
  constexpr std::int64_t kMilli = 1000;
  if (value.is_int()) {
    const std::int64_t whole = value.as_int();
    if (whole > kMaxJsonInteger / kMilli || whole < -kMaxJsonInteger / kMilli) return std::nullopt;
    return whole * kMilli;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.as_string();
  double number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double milli = number * static_cast<double>(kMilli);
  if (!(std::fabs(milli) <= static_cast<double>(kMaxJsonInteger))) return std::nullopt;
  return std::llround(milli);
}

}  // namespace ga
