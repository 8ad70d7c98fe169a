#include "reports/codec/fields.h"

#include <fmt/format.h>

namespace ga {
namespace {

const Json kZeroArray{JsonArray{}};
const Json kZeroObject{};

}  // namespace

Fields::Fields(const Json& value, std::string path)
    : object_(value.is_object() ? &value : &kZeroObject),
      path_(std::move(path)),
      used_(object_->as_object().size(), false) {
  if (!value.is_object()) error_ = Error(ErrorCode::parse, path_ + ": must be an object");
}

const Json* Fields::optional(std::string_view key) {
  const JsonObject& members = object_->as_object();
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].first != key) continue;
    used_[i] = true;
    return &members[i].second;
  }
  return nullptr;
}

const Json* Fields::take(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr) refuse(key, "missing");
  return value;
}

void Fields::refuse(std::string_view key, const std::string& why) {
  if (!error_) error_ = Error(ErrorCode::parse, fmt::format("{}.{}: {}", path_, key, why));
}

void Fields::refuse(const Error& error) {
  if (!error_) error_ = error;
}

std::int64_t Fields::integer(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return 0;
  if (value->is_int()) return value->as_int();
  refuse(key, "must be an integer");
  return 0;
}

std::string Fields::text(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->as_string();
  refuse(key, "must be a string");
  return {};
}

bool Fields::flag(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->as_bool();
  refuse(key, "must be true or false");
  return false;
}

const JsonArray& Fields::array(std::string_view key) {
  const Json* value = take(key);
  if (value != nullptr && value->is_array()) return value->as_array();
  if (value != nullptr) refuse(key, "must be an array");
  return kZeroArray.as_array();
}

const Json& Fields::any(std::string_view key) {
  const Json* value = take(key);
  return value == nullptr ? kZeroObject : *value;
}

std::vector<std::int64_t> Fields::integers(std::string_view key) {
  std::vector<std::int64_t> out;
  for (const Json& element : array(key)) {
    if (!element.is_int()) {
      refuse(key, "must be an array of integers");
      return {};
    }
    out.push_back(element.as_int());
  }
  return out;
}

Status Fields::close() {
  for (std::size_t i = 0; i < used_.size() && !error_; ++i) {
    if (!used_[i]) refuse(object_->as_object()[i].first, "unknown key");
  }
  if (error_) return *error_;
  return Ok{};
}

}  // namespace ga
