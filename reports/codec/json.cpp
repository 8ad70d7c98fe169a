#include "reports/codec/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace ga {

Json::Json() : v_(JsonObject{}) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;
Json::Json(std::int64_t v) : v_(v) {}
Json::Json(int v) : v_(static_cast<std::int64_t>(v)) {}
Json::Json(bool v) : v_(v) {}
Json::Json(std::string v) : v_(std::move(v)) {}
Json::Json(std::string_view v) : v_(std::string(v)) {}
Json::Json(const char* v) : v_(std::string(v)) {}
Json::Json(JsonArray v) : v_(std::move(v)) {}
Json::Json(JsonObject v) : v_(std::move(v)) {}

bool operator==(const Json& a, const Json& b) { return a.v_ == b.v_; }

const Json* Json::find(std::string_view key) const {
  const auto* object = std::get_if<JsonObject>(&v_);
  if (object == nullptr) return nullptr;
  for (const JsonMember& member : *object) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

Json& Json::add(std::string key, Json value) {
  as_object().emplace_back(std::move(key), std::move(value));
  return *this;
}

namespace {

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// indent < 0: compact.
void write(std::string& out, const Json& value, int indent, int level) {
  const auto line = [&](int at) {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * at), ' ');
  };
  if (value.is_int()) {
    out += std::to_string(value.as_int());
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_string()) {
    write_string(out, value.as_string());
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    // Numbers stay on one line: a series of samples is read across, not down.
    const bool flat = std::all_of(value.as_array().begin(), value.as_array().end(),
                                  [](const Json& v) { return v.is_int(); });
    for (const Json& element : value.as_array()) {
      if (!first) out += indent < 0 || !flat ? "," : ", ";
      first = false;
      if (!flat) line(level + 1);
      write(out, element, indent, level + 1);
    }
    if (!first && !flat) line(level);
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : value.as_object()) {
      if (!first) out += ',';
      first = false;
      line(level + 1);
      write_string(out, key);
      out += indent < 0 ? ":" : ": ";
      write(out, member, indent, level + 1);
    }
    if (!first) line(level);
    out += '}';
  }
}

// Reads the text for nlohmann and counts: its events do not say where they happened.
class Counted {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Counted(const char* at, std::size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  Counted& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  friend bool operator==(const Counted& a, const Counted& b) { return a.at_ == b.at_; }
  friend bool operator!=(const Counted& a, const Counted& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

// Builds a Json from nlohmann's events and stops at the first thing we do not carry.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Json take() { return std::move(root_); }
  const std::string& refusal() const { return refusal_; }

  bool null() override { return refuse("null"); }
  bool boolean(bool v) override { return put(Json(v)); }
  bool number_integer(number_integer_t v) override {
    if (v < -kMaxJsonInteger) return refuse("an integer below -(2^53-1)");
    return put(Json(static_cast<std::int64_t>(v)));
  }
  bool number_unsigned(number_unsigned_t v) override {
    if (v > static_cast<number_unsigned_t>(kMaxJsonInteger)) {
      return refuse("an integer above 2^53-1");
    }
    return put(Json(static_cast<std::int64_t>(v)));
  }
  bool number_float(number_float_t, const string_t&) override {
    return refuse("a number that is no integer");
  }
  bool string(string_t& v) override { return put(Json(std::move(v))); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool start_object(std::size_t) override { return open(Json(JsonObject{})); }
  bool end_object() override { return shut(); }
  bool start_array(std::size_t) override { return open(Json(JsonArray{})); }
  bool end_array() override { return shut(); }
  bool key(string_t& k) override {
    if (!keys_.back().insert(k).second) return refuse(fmt::format("a second key '{}'", k));
    pending_.back() = std::move(k);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    refusal_ = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ..."
    if (const auto cut = refusal_.rfind(": "); cut != std::string::npos) {
      refusal_ = refusal_.substr(cut + 2);
    }
    return false;
  }

 private:
  bool refuse(std::string what) {
    refusal_ = std::move(what) + " is not allowed";
    return false;
  }
  bool open(Json container) {
    if (open_.size() == kMaxJsonDepth) return refuse(fmt::format("depth over {}", kMaxJsonDepth));
    open_.push_back(std::move(container));
    keys_.emplace_back();
    pending_.emplace_back();
    return true;
  }
  bool shut() {
    Json done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    pending_.pop_back();
    return put(std::move(done));
  }
  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_array()) {
      open_.back().as_array().push_back(std::move(value));
    } else {
      open_.back().add(std::move(pending_.back()), std::move(value));
    }
    return true;
  }

  Json root_;
  std::vector<Json> open_;
  std::vector<std::unordered_set<std::string>> keys_;
  std::vector<std::string> pending_;
  std::string refusal_;
};

}  // namespace

std::string dump(const Json& value) {
  std::string out;
  write(out, value, -1, 0);
  return out;
}

std::string dump_pretty(const Json& value) {
  std::string out;
  write(out, value, 2, 0);
  out += '\n';
  return out;
}

Result<Json> parse_json(std::string_view text) {
  const auto bad = [&](std::size_t offset, const std::string& what) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    const auto lines = std::count(text.begin(), end, '\n');
    return Error(ErrorCode::parse, fmt::format("line {}, byte {}: {}", lines + 1, offset, what));
  };
  if (text.starts_with("\xef\xbb\xbf")) return bad(0, "a byte-order mark is not allowed");
  // nlohmann stops at a NUL and calls the rest of the document nothing.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\n' && c != '\r' && c != '\t') return bad(i, "a control character");
  }
  Builder builder;
  std::size_t read = 0;
  if (!nlohmann::json::sax_parse(Counted(text.data(), &read),
                                 Counted(text.data() + text.size(), &read), &builder,
                                 nlohmann::json::input_format_t::json, true)) {
    return bad(read, builder.refusal());
  }
  return builder.take();
}

}  // namespace ga
