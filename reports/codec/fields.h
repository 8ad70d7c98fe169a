// Fields: reads the members of one object strictly. Every member must be asked for: what is left
// over is an unknown key, and close() refuses it. The first error wins and names the path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/codec/json.h"

namespace ga {

class Fields {
 public:
  // `path` is for messages: "predicate.run". An error now if `value` is no object.
  Fields(const Json& value, std::string path);
  Fields(const Json&& value, std::string path) = delete;  // it would be gone before it is read

  // The required member; on absence or another type the error is kept and a zero value returned.
  std::int64_t integer(std::string_view key);
  std::string text(std::string_view key);
  bool flag(std::string_view key);
  const JsonArray& array(std::string_view key);
  const Json& any(std::string_view key);
  // A required array of integers.
  std::vector<std::int64_t> integers(std::string_view key);

  // The member, or null where it is absent; the caller reads it.
  const Json* optional(std::string_view key);

  // Notes an error of the caller's own about a member of this object.
  void refuse(std::string_view key, const std::string& why);
  // The same of what lies below a member, whose error names its own path.
  void refuse(const Error& error);

  const std::string& path() const { return path_; }
  bool ok() const { return !error_; }

  // Ok, or the first error: absent member, wrong type, unknown key.
  Status close();

 private:
  const Json* take(std::string_view key);

  const Json* object_;
  std::string path_;
  std::vector<bool> used_;
  std::optional<Error> error_;
};

}  // namespace ga
