// Json: the only values that our files and the wire carry, in one byte form.
//
// Integers of at most 2^53-1, strings, booleans, arrays, objects with unique keys in a kept order.
// No floats and no null exist: a document that has one is refused when it is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "reports/model/result.h"

namespace ga {

class Json;
using JsonArray = std::vector<Json>;
using JsonMember = std::pair<std::string, Json>;
using JsonObject = std::vector<JsonMember>;

inline constexpr std::int64_t kMaxJsonInteger = (std::int64_t{1} << 53) - 1;
inline constexpr int kMaxJsonDepth = 32;

class Json {
 public:
  // Out of line, so that only json.cpp compiles the copies and ends of a tree.
  Json();
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();
  Json(std::int64_t v);
  Json(int v);
  Json(bool v);
  Json(std::string v);
  Json(std::string_view v);
  Json(const char* v);
  Json(JsonArray v);
  Json(JsonObject v);

  bool is_int() const { return std::holds_alternative<std::int64_t>(v_); }
  bool is_bool() const { return std::holds_alternative<bool>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_array() const { return std::holds_alternative<JsonArray>(v_); }
  bool is_object() const { return std::holds_alternative<JsonObject>(v_); }

  // The value of that kind. Precondition: is_<kind>().
  std::int64_t as_int() const { return std::get<std::int64_t>(v_); }
  bool as_bool() const { return std::get<bool>(v_); }
  const std::string& as_string() const { return std::get<std::string>(v_); }
  const JsonArray& as_array() const { return std::get<JsonArray>(v_); }
  JsonArray& as_array() { return std::get<JsonArray>(v_); }
  const JsonObject& as_object() const { return std::get<JsonObject>(v_); }
  JsonObject& as_object() { return std::get<JsonObject>(v_); }

  // The member of that name, or null. Null too when this is not an object.
  const Json* find(std::string_view key) const;
  // Appends a member; the caller keeps keys unique. Returns *this for chaining.
  Json& add(std::string key, Json value);

  friend bool operator==(const Json& a, const Json& b);

 private:
  std::variant<std::int64_t, bool, std::string, JsonArray, JsonObject> v_;
};

// Compact and deterministic: members in their kept order, no spaces, no newline; control
// characters, and only they, as \u00xx (with the five short forms); other UTF-8 as it is.
std::string dump(const Json& value);
// For people: two spaces a level, a newline at the end.
std::string dump_pretty(const Json& value);

// Strict: one document and nothing after it; valid UTF-8, no byte-order mark, no NUL; no float, no
// null, no duplicate key however it is escaped; integers within +-(2^53-1); depth at most 32.
// The error names the byte offset and the line.
Result<Json> parse_json(std::string_view text);

}  // namespace ga
