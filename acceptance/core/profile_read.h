// Reading a profile, shared by the files that read its parts.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acceptance/core/ordered.h"
#include "reports/codec/toml.h"

namespace ga {

template <class T>
using Words = std::span<const std::pair<std::string_view, T>>;

template <class T>
std::string_view word_of(Words<T> words, T value) {
  for (const auto& [word, v] : words) {
    if (v == value) return word;
  }
  return "";
}

// A required word out of a closed list.
template <class T>
T one_of(TomlTable& table, std::string_view key, Words<T> words) {
  const std::string got = table.text(key);
  std::string list;
  for (const auto& [word, value] : words) {
    if (word == got) return value;
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  if (table.ok()) table.refuse(key, fmt::format("'{}' is not known", got), "use one of: " + list);
  return words.front().second;
}

// An integer within [low, high].
std::int64_t within(TomlTable& table, std::string_view key, std::int64_t low, std::int64_t high);

// `source`, `date`, `status`.
Origin read_origin(TomlTable& table);

// The tables of the machine; refuses a required gate without the table that it needs.
OrderedMachine read_machine(TomlTable& root, const std::vector<std::string>& required);

}  // namespace ga
