// FactWords: how one fact reads, tables of them, and the reasons of those that are absent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/model/known.h"

namespace ga {

// "power_limit_enforced_mw" -> "power limit enforced"
std::string fact_label(std::string_view name);

// A value in the unit that its name ends with.
std::string show_fact(std::string_view name, const std::string& value);
std::string show_fact(std::string_view name, bool value);
std::string show_fact(std::string_view name, std::int64_t value);

// Reasons for absence, each once, numbered in order of appearance.
class Notes {
 public:
  std::string mark(const std::string& reason);  // "- [2]"
  std::string text() const;

 private:
  std::vector<std::string> reasons_;
};

template <class T>
std::string fact_cell(std::string_view name, const Known<T>& field, Notes& notes) {
  return field ? show_fact(name, *field) : notes.mark(field.absent);
}

// Rows of cells, each column as wide as its widest cell. No blanks at the end of a line.
class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ga
