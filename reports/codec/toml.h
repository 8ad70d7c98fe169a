// TomlTable: reads a TOML document strictly, with the file and line in every complaint.
//
// Every key must be asked for; close() on the root refuses what nobody asked for, anywhere in the
// document. Numbers must be finite. The first complaint wins; after it, reads give zero values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/result.h"

namespace ga {

class TomlTable {
 public:
  // `file` is only named in messages. At most 1 MiB.
  static Result<TomlTable> parse(std::string_view text, std::string file);

  bool has(std::string_view key) const;

  // Required members.
  std::string text(std::string_view key);
  std::int64_t integer(std::string_view key);
  double number(std::string_view key);  // an integer or a finite float
  bool flag(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  TomlTable table(std::string_view key);

  // Optional members: nothing, or read as above.
  std::optional<std::string> optional_text(std::string_view key);
  std::optional<std::int64_t> optional_integer(std::string_view key);
  std::optional<double> optional_number(std::string_view key);
  std::optional<bool> optional_flag(std::string_view key);
  // [[key]]; none where the key is absent.
  std::vector<TomlTable> tables(std::string_view key);
  // The keys of this table that hold a table or a value, in order; for tables whose keys are data.
  std::vector<std::string> keys() const;

  // A complaint of the caller's own: "FILE:LINE: KEY: why", and what to do about it.
  void refuse(std::string_view key, const std::string& why, const std::string& remedy = "");
  // Where the key stands: "FILE:LINE".
  std::string where(std::string_view key) const;

  bool ok() const;
  // Ok, or the first complaint, unknown keys of the whole document included. Call it on the root.
  Status close();

 private:
  struct Document;
  std::shared_ptr<Document> document_;
  const void* node_ = nullptr;  // the toml++ table, owned by the document
};

}  // namespace ga
