#include "acceptance/node/redfish.h"

#include <algorithm>
#include <set>

#include "acceptance/node/files.h"

namespace ga {

namespace {

constexpr std::size_t kMostResources = 600, kMostMembers = 1000, kMostText = 400;
constexpr std::size_t kMostAnswerBytes = std::size_t{64} << 20;  // of all answers together
constexpr std::string_view kRoot = "/redfish/v1";

std::string joined(JsonPath path) {
  std::string text;
  for (const std::string_view part : path) text += (text.empty() ? "" : ".") + std::string(part);
  return text;
}

// A path of this service and of nothing else.
bool is_path(const std::string& path) {
  return path.starts_with(kRoot) && path.find("..") == std::string::npos &&
         std::all_of(path.begin(), path.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("/._-~%:$?&=+,()").find(c) != std::string_view::npos;
         });
}

}  // namespace

const Json* at_path(const Json& json, JsonPath path) {
  const Json* at = &json;
  for (const std::string_view part : path) {
    at = at->find(part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

KnownText text_at(const Json& json, JsonPath path) {
  const Json* value = at_path(json, path);
  if (value == nullptr || !value->is_string()) {
    return KnownText::missing("the BMC does not say " + joined(path));
  }
  return cleaned(value->as_string(), kMostText);
}

KnownInt milli_at(const Json& json, JsonPath path) {
  const Json* value = at_path(json, path);
  const auto milli = value == nullptr ? std::nullopt : thousandths_of(*value);
  return milli ? KnownInt(*milli) : KnownInt::missing("the BMC does not say " + joined(path));
}

KnownInt whole_at(const Json& json, JsonPath path) {
  constexpr std::int64_t kMilli = 1000;
  const KnownInt milli = milli_at(json, path);
  return milli ? KnownInt((*milli + (*milli < 0 ? -kMilli : kMilli) / 2) / kMilli) : milli;
}

Result<Json> Redfish::get(const std::string& path) {
  if (!is_path(path))
    return Error(ErrorCode::protocol, "a link that leads out of " + std::string(kRoot));
  if (const auto known = seen_.find(path); known != seen_.end()) return known->second;
  if (seen_.size() >= kMostResources) {
    return Error(ErrorCode::protocol, path + ": the BMC has more resources than are read");
  }
  const auto read = [&]() -> Result<Json> {
    const Error too_much(ErrorCode::protocol, path + ": the BMC says more than is read");
    if (bytes_ > kMostAnswerBytes) return too_much;
    GA_TRY(const std::string body, fetch_(path));
    bytes_ += body.size();
    if (bytes_ > kMostAnswerBytes) return too_much;
    auto json = parse_foreign_json(body);
    if (!json) return std::move(json).error().with(path);
    if (!json->is_object()) return Error(ErrorCode::parse, path + ": is no object");
    return json;
  };
  return seen_.emplace(path, read()).first->second;
}

bool Redfish::has_link(const Json& json, JsonPath path) { return at_path(json, path) != nullptr; }

Result<Json> Redfish::follow(const Json& json, JsonPath path) {
  const Json* link = at_path(json, path);
  const Json* id = link == nullptr ? nullptr : link->find("@odata.id");
  if (id == nullptr || !id->is_string()) {
    return Error(ErrorCode::environment, "the BMC has no " + joined(path));
  }
  return get(id->as_string());
}

Result<std::vector<Json>> Redfish::members(const Json& collection) {
  std::vector<Json> all;
  std::set<std::string> pages;  // a page that was seen is answered at once, for ever
  Json page = collection;
  for (;;) {
    const Json* list = page.find("Members");
    if (list == nullptr || !list->is_array()) {
      return Error(ErrorCode::parse, "a collection without Members");
    }
    for (const Json& member : list->as_array()) {
      if (all.size() >= kMostMembers) {
        return Error(ErrorCode::protocol, "a collection of more members than are read");
      }
      // Some services, and logs mostly, list the resources themselves.
      const bool is_link = member.is_object() && member.as_object().size() == 1;
      if (is_link) {
        GA_TRY(Json resource, follow(member, {}));
        all.push_back(std::move(resource));
      } else {
        all.push_back(member);
      }
    }
    const Json* next = page.find("Members@odata.nextLink");
    if (next == nullptr || !next->is_string()) return all;
    if (!pages.insert(next->as_string()).second) {
      return Error(ErrorCode::protocol, next->as_string() + ": pages that lead in a circle");
    }
    GA_TRY(page, get(next->as_string()));
  }
}

Result<std::vector<Json>> Redfish::collection(const Json& json, JsonPath path) {
  GA_TRY(const Json found, follow(json, path));
  return members(found);
}

}  // namespace ga
