#include "acceptance/core/field_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "reports/codec/toml.h"

namespace ga {
namespace {

constexpr std::int64_t kLastBranch = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kOther = "other";

template <class Record>
void add_fields(std::set<std::string, std::less<>>& names, const std::string& prefix) {
  const Record record;
  Record::visit_fields(record, [&](std::string_view name, const auto&) {
    names.insert(prefix + std::string(name));
  });
}

std::set<std::string, std::less<>> known_fields() {
  std::set<std::string, std::less<>> names;
  add_fields<NodeFacts>(names, "");
  add_fields<GpuFacts>(names, "");
  add_fields<GpuCounters>(names, "");
  add_fields<NvLink>(names, "nvlinks.");
  return names;
}

// "580.95.05" -> 580
std::int64_t branch_of(std::string_view driver) {
  std::int64_t branch = 0;
  const char* end = driver.data() + driver.size();
  const auto [stop, ec] = std::from_chars(driver.data(), end, branch);
  return ec == std::errc() && stop != end && *stop == '.' ? branch : kLastBranch;
}

}  // namespace

class FieldSupportReader {
 public:
  explicit FieldSupportReader(FieldSupport& out) : out_(out) {}

  Status read(TomlTable& root) {
    if (root.integer("format") != 1 && root.ok()) {
      root.refuse("format", "not 1", "this program reads format 1");
    }
    for (TomlTable& part : root.tables("part")) read_part(part);
    for (TomlTable& rule : root.tables("rule")) read_rule(rule);
    return root.close();
  }

 private:
  void read_part(TomlTable& table) {
    FieldSupport::Part part{.name = table.text("name"), .devices = table.texts("devices")};
    if (find_part(part.name) != out_.parts_.size()) {
      table.refuse("name", fmt::format("'{}' stands twice", part.name));
    }
    out_.parts_.push_back(std::move(part));
  }

  std::size_t find_part(std::string_view name) const {
    const auto it = std::find_if(out_.parts_.begin(), out_.parts_.end(),
                                 [&](const auto& part) { return part.name == name; });
    return static_cast<std::size_t>(it - out_.parts_.begin());
  }

  void read_rule(TomlTable& table) {
    const std::int64_t from = table.optional_integer("branch_from").value_or(0);
    const std::int64_t to = table.optional_integer("branch_to").value_or(kLastBranch);
    if (from > to) table.refuse("branch_to", "before branch_from");
    if (table.text("source").empty()) {
      table.refuse("source", "empty", "say where this is known from, or that it is assumed");
    }
    std::vector<std::size_t> parts;
    for (const std::string& name : table.texts("parts")) {
      parts.push_back(find_part(name));
      if (parts.back() == out_.parts_.size()) {
        table.refuse("parts", fmt::format("no part '{}'", name));
        return;
      }
    }
    const auto add = [&](std::string_view key, const std::string& field, Expectation expected) {
      for (const std::size_t part : parts) {
        add_rule(table, key, {part, from, to, field, expected});
      }
    };
    for (const std::string& field : table.texts("absent")) {
      add("absent", field, {.support = Support::expected_absent, .replaced_by = {}});
    }
    if (!table.has("replaced")) return;
    TomlTable replaced = table.table("replaced");
    for (const std::string& field : replaced.keys()) {
      const std::string by = replaced.text(field);
      if (!fields_.contains(by)) replaced.refuse(field, fmt::format("no field '{}'", by));
      add("replaced", field, {.support = Support::replaced, .replaced_by = by});
    }
  }

  void add_rule(TomlTable& table, std::string_view key, FieldSupport::Rule rule) {
    if (!fields_.contains(rule.field)) {
      table.refuse(key, fmt::format("no field '{}'", rule.field));
    }
    for (const FieldSupport::Rule& other : out_.rules_) {
      const bool apart = other.branch_to < rule.branch_from || rule.branch_to < other.branch_from;
      if (other.part == rule.part && other.field == rule.field && !apart) {
        table.refuse(key, fmt::format("two rules for '{}' of '{}'", rule.field,
                                      out_.parts_[rule.part].name));
      }
    }
    out_.rules_.push_back(std::move(rule));
  }

  FieldSupport& out_;
  const std::set<std::string, std::less<>> fields_ = known_fields();
};

Result<FieldSupport> FieldSupport::parse(std::string_view text, const std::string& file) {
  GA_TRY(TomlTable root, TomlTable::parse(text, file));
  FieldSupport support;
  GA_CHECK(FieldSupportReader(support).read(root));
  return support;
}

Expectation FieldSupport::of(std::string_view pci_device, std::string_view driver,
                             std::string_view field) const {
  std::size_t part = parts_.size();
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& devices = parts_[i].devices;
    const bool named = std::find(devices.begin(), devices.end(), pci_device) != devices.end();
    // A device that does not say what it is, is none that is known to answer less.
    const bool rest = parts_[i].name == kOther && part == parts_.size() && !pci_device.empty();
    if (named || rest) part = i;
  }
  const std::int64_t branch = branch_of(driver);
  for (const Rule& rule : rules_) {
    if (rule.part == part && rule.field == field && branch >= rule.branch_from &&
        branch <= rule.branch_to) {
      return rule.expectation;
    }
  }
  return {};
}

const FieldSupport& builtin_field_support() {
  static const FieldSupport table = [] {
    auto parsed = FieldSupport::parse(builtin_field_tables()[0].text, "field_support.toml");
    // A table that does not parse, which a test rules out, expects every field.
    return parsed ? *std::move(parsed) : FieldSupport();
  }();
  return table;
}

Expectation expectation(const Facts& facts, const GpuFacts& gpu, std::string_view field) {
  const KnownText& device = gpu.pci_device ? gpu.pci_device : gpu.sysfs_pci_device;
  const KnownText& driver = facts.node.driver_version;
  return builtin_field_support().of(device ? *device : "", driver ? *driver : "", field);
}

}  // namespace ga
