#include "reports/codec/toml.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/toml.h>

#include "reports/codec/toml_text.h"

namespace ga {

struct TomlTable::Document {
  toml::table root;
  std::string file;
  std::set<const toml::node*> used;
  std::optional<Error> complaint;

  std::string at(const toml::node& node) const {
    return fmt::format("{}:{}", file, node.source().begin.line);
  }
  void complain(const std::string& what, const std::string& remedy) {
    if (!complaint) complaint = Error(ErrorCode::parse, what).hinted(remedy);
  }
  // The first node below `table` that nobody asked for.
  void find_unknown(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (!used.contains(&node)) {
        return complain(fmt::format("{}: unknown key '{}'", at(node), toml_from_ascii(key.str())),
                        "remove it, or see the format's page in docs for the keys there are");
      }
      descend(node);
      if (complaint) return;
    }
  }
  void descend(const toml::node& node) {
    if (const auto* table = node.as_table()) return find_unknown(*table);
    const auto* array = node.as_array();
    if (array == nullptr) return;
    for (const toml::node& element : *array) {
      if (const auto* table = element.as_table()) find_unknown(*table);
    }
  }
};

namespace {

const toml::table& as_table(const void* node) { return *static_cast<const toml::table*>(node); }

// The member, or null. A key whose characters outside ASCII the file writes as escapes is not in
// our form. Where a key stands twice so, one is never asked for, and so refused as unknown.
const toml::node* find(const void* table, std::string_view key) {
  if (const toml::node* node = as_table(table).get(toml_to_ascii(key))) return node;
  for (const auto& [name, node] : as_table(table)) {
    if (toml_from_ascii(name.str()) == key) return &node;
  }
  return nullptr;
}

}  // namespace

Result<TomlTable> TomlTable::parse(std::string_view text, std::string file) {
  if (text.size() > std::size_t{1} << 20) {
    return Error(ErrorCode::parse, fmt::format("{}: larger than 1 MiB", file));
  }
  GA_CHECK(check_toml_text(text, file));
  const std::string ascii = toml_to_ascii(text);
  toml::parse_result parsed = toml::parse(ascii);
  if (!parsed) {
    const std::string_view what = parsed.error().description();
    return Error(ErrorCode::parse,
                 fmt::format("{}:{}: {}", file, parsed.error().source().begin.line,
                             toml_from_ascii(what)))
        .hinted(ascii == text
                    ? ""
                    : "% and characters outside ASCII stand only in strings and comments");
  }
  TomlTable table;
  table.document_ = std::make_shared<Document>();
  table.document_->root = std::move(parsed).table();
  table.document_->file = std::move(file);
  table.node_ = &table.document_->root;
  return table;
}

bool TomlTable::has(std::string_view key) const {
  return node_ != nullptr && find(node_, key) != nullptr;
}

std::string TomlTable::where(std::string_view key) const {
  if (node_ == nullptr) return document_->file;
  const toml::node* node = find(node_, key);
  return document_->at(node != nullptr ? *node : as_table(node_));
}

void TomlTable::refuse(std::string_view key, const std::string& why, const std::string& remedy) {
  document_->complain(fmt::format("{}: {}: {}", where(key), key, why), remedy);
}

namespace {

// The member, marked as asked for; null and a complaint when it is absent.
const toml::node* member(const void* table, std::string_view key) {
  return table == nullptr ? nullptr : find(table, key);
}

}  // namespace

#define GA_TOML_READ(key, node)                                   \
  const toml::node* node = member(node_, key);                    \
  if (node == nullptr) {                                          \
    if (node_ != nullptr) refuse(key, "missing", "add this key"); \
    return {};                                                    \
  }                                                               \
  document_->used.insert(node)

std::string TomlTable::text(std::string_view key) {
  GA_TOML_READ(key, node);
  if (const auto* value = node->as_string()) return toml_from_ascii(value->get());
  refuse(key, "must be a string");
  return {};
}

std::int64_t TomlTable::integer(std::string_view key) {
  GA_TOML_READ(key, node);
  if (const auto* value = node->as_integer()) return value->get();
  refuse(key, "must be an integer");
  return {};
}

double TomlTable::number(std::string_view key) {
  GA_TOML_READ(key, node);
  if (const auto* value = node->as_integer()) return static_cast<double>(value->get());
  if (const auto* value = node->as_floating_point()) {
    if (std::isfinite(value->get())) return value->get();
    refuse(key, "must be a finite number");
    return {};
  }
  refuse(key, "must be a number");
  return {};
}

bool TomlTable::flag(std::string_view key) {
  GA_TOML_READ(key, node);
  if (const auto* value = node->as_boolean()) return value->get();
  refuse(key, "must be true or false");
  return {};
}

std::vector<std::string> TomlTable::texts(std::string_view key) {
  GA_TOML_READ(key, node);
  std::vector<std::string> out;
  if (const auto* array = node->as_array()) {
    for (const toml::node& element : *array) {
      if (const auto* value = element.as_string()) out.push_back(toml_from_ascii(value->get()));
    }
    if (out.size() == array->size()) return out;
  }
  refuse(key, "must be an array of strings");
  return {};
}

TomlTable TomlTable::table(std::string_view key) {
  TomlTable out;
  out.document_ = document_;
  const toml::node* node = member(node_, key);
  if (node != nullptr) document_->used.insert(node);
  if (node != nullptr && node->is_table()) {
    out.node_ = node->as_table();
  } else if (node_ != nullptr) {
    refuse(key, node == nullptr ? "missing" : "must be a table", "add the table");
  }
  return out;
}

#undef GA_TOML_READ

std::optional<std::string> TomlTable::optional_text(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return text(key);
}

std::optional<std::int64_t> TomlTable::optional_integer(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return integer(key);
}

std::optional<double> TomlTable::optional_number(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return number(key);
}

std::optional<bool> TomlTable::optional_flag(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return flag(key);
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const toml::node* node = member(node_, key);
  if (node == nullptr) return {};
  document_->used.insert(node);
  std::vector<TomlTable> out;
  const toml::array* array = node->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    const toml::table* element = (*array)[i].as_table();
    if (element == nullptr) break;
    TomlTable table;
    table.document_ = document_;
    table.node_ = element;
    out.push_back(std::move(table));
  }
  if (array == nullptr || out.size() != array->size()) {
    refuse(key, "must be an array of tables", fmt::format("write [[{}]]", key));
  }
  return out;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> out;
  if (node_ == nullptr) return out;
  for (const auto& [key, node] : as_table(node_)) out.push_back(toml_from_ascii(key.str()));
  return out;
}

bool TomlTable::ok() const { return !document_->complaint; }

Status TomlTable::close() {
  if (!document_->complaint) document_->find_unknown(document_->root);
  if (document_->complaint) return *document_->complaint;
  return Ok{};
}

}  // namespace ga
