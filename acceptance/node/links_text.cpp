#include "acceptance/node/links_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace ga {

namespace {

// The least rate that can be told: nothing was seen.
constexpr std::string_view kNoErrorSeen = "1e-18";

// Which link it is differs between links that are well.
bool is_place(std::string_view name) {
  return name == "index" || name == "remote_pci" || name == "remote_link";
}
bool is_main(std::string_view name) {
  return name == "state" || name == "version" || name == "speed_bytes_per_s" ||
         name == "remote_type";
}

// Texts in order of appearance, each with what is said of it.
template <class What>
class Grouped {
 public:
  What& of(const std::string& text) {
    const auto it = std::find_if(groups_.begin(), groups_.end(),
                                 [&](const auto& group) { return group.first == text; });
    return it == groups_.end() ? groups_.emplace_back(text, What{}).second : it->second;
  }
  const std::vector<std::pair<std::string, What>>& groups() const { return groups_; }

 private:
  std::vector<std::pair<std::string, What>> groups_;
};

// "active, 4.0, 26.562 GB/s, switch; replays 3; symbol errors, packet errors: - [1]"
std::string link_words(const NvLink& link, Notes& notes) {
  std::string main, loud;
  Grouped<std::string> silent;
  NvLink::visit_fields(link, [&](std::string_view name, const auto& fact) {
    if (is_place(name)) return;
    if (!fact) {
      std::string& names = silent.of(notes.mark(fact.absent));
      names += (names.empty() ? "" : ", ") + fact_label(name);
      return;
    }
    const std::string value = show_fact(name, *fact);
    if (is_main(name)) {
      main += (main.empty() ? "" : ", ") + value;
    } else if (value != "0" && value != "no" && value != kNoErrorSeen) {
      loud += fmt::format("; {} {}", fact_label(name), value);
    }
  });
  for (const auto& [mark, names] : silent.groups()) loud += fmt::format("; {}: {}", names, mark);
  return main + loud;
}

// "0-3, 5"
std::string ranges(const std::vector<std::int64_t>& numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", numbers[i]);
    if (last > i) out += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return out;
}

std::string links_of(const GpuFacts& gpu, Notes& notes) {
  if (!gpu.nvlinks) return "    " + notes.mark(gpu.nvlinks.absent) + "\n";
  if (gpu.nvlinks.value->empty()) return "    none\n";
  Grouped<std::vector<std::int64_t>> alike;
  std::set<std::string> ends;
  for (const NvLink& link : *gpu.nvlinks) {
    alike.of(link_words(link, notes)).push_back(link.index ? *link.index : -1);
    if (link.remote_pci) ends.insert(*link.remote_pci);
  }
  std::string out;
  for (const auto& [words, links] : alike.groups()) {
    out += fmt::format("    {}: {}\n", ranges(links), words);
  }
  if (!ends.empty()) out += fmt::format("    to {}\n", fmt::join(ends, ", "));
  return out;
}

}  // namespace

std::string links_text(const std::vector<GpuFacts>& gpus, Notes& notes) {
  Grouped<std::string> alike;
  for (const GpuFacts& gpu : gpus) {
    std::string& names = alike.of(links_of(gpu, notes));
    names += (names.empty() ? "" : " ") + gpu.unit_id;
  }
  std::string out;
  for (const auto& [text, names] : alike.groups()) {
    out += alike.groups().size() == 1 ? "  every GPU\n" : "  " + names + "\n";
    out += text;
  }
  return out;
}

}  // namespace ga
