#include "reports/model/finding.h"

#include <array>
#include <utility>

namespace ga {
namespace {

constexpr std::array kVerdicts{
    std::pair{Verdict::pass, std::string_view("pass")},
    std::pair{Verdict::fail, std::string_view("fail")},
    std::pair{Verdict::borderline, std::string_view("borderline")},
    std::pair{Verdict::not_measured, std::string_view("not_measured")},
    std::pair{Verdict::not_applicable, std::string_view("not_applicable")},
};
constexpr std::array kBlames{
    std::pair{Blame::none, std::string_view("none")},
    std::pair{Blame::gpu, std::string_view("gpu")},
    std::pair{Blame::node, std::string_view("node")},
    std::pair{Blame::host, std::string_view("host")},
    std::pair{Blame::config, std::string_view("config")},
    std::pair{Blame::site, std::string_view("site")},
    std::pair{Blame::suite, std::string_view("suite")},
};

template <class Table, class Key>
std::string_view word_of(const Table& table, Key key) {
  for (const auto& [value, word] : table) {
    if (value == key) return word;
  }
  return "";
}

template <class Table>
auto value_of(const Table& table, std::string_view word) {
  using Value = typename Table::value_type::first_type;
  for (const auto& [value, text] : table) {
    if (text == word) return std::optional<Value>(value);
  }
  return std::optional<Value>();
}

}  // namespace

std::string_view to_word(Verdict verdict) { return word_of(kVerdicts, verdict); }
std::string_view to_word(Blame blame) { return word_of(kBlames, blame); }
std::optional<Verdict> verdict_from_word(std::string_view word) {
  return value_of(kVerdicts, word);
}
std::optional<Blame> blame_from_word(std::string_view word) { return value_of(kBlames, word); }

}  // namespace ga
