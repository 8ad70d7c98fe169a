// Redfish: resources of a service by its own links, and their fields as facts.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/node/bmc.h"
#include "reports/codec/foreign_json.h"
#include "reports/model/known.h"

namespace ga {

using JsonPath = std::initializer_list<std::string_view>;

// The value at that place below `json`, or null.
const Json* at_path(const Json& json, JsonPath path);
// As facts; absent where the resource does not say, or says it in another type.
KnownText text_at(const Json& json, JsonPath path);
KnownInt milli_at(const Json& json, JsonPath path);  // a number, in thousandths
KnownInt whole_at(const Json& json, JsonPath path);  // a number, rounded to a whole one

// Reads resources one after another, each once, and no more than a bounded number.
class Redfish {
 public:
  explicit Redfish(const Fetch& fetch) : fetch_(fetch) {}

  Result<Json> get(const std::string& path);
  // Whether there is anything at that place: what is there and cannot be followed is lost, and what
  // is not there is none.
  static bool has_link(const Json& json, JsonPath path);
  // What a link such as {"@odata.id": "/redfish/v1/Chassis"} at that place leads to. An error says
  // that there is no such link, or why it could not be followed.
  Result<Json> follow(const Json& json, JsonPath path);
  // The resources that a collection lists, in order; over all of its pages.
  Result<std::vector<Json>> members(const Json& collection);
  // follow(), then members().
  Result<std::vector<Json>> collection(const Json& json, JsonPath path);

 private:
  const Fetch& fetch_;
  std::map<std::string, Result<Json>> seen_;
  std::size_t bytes_ = 0;  // of all answers so far
};

}  // namespace ga
