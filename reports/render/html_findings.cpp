// Findings: what is no pass with what to do about it, the warnings, and the passes folded.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/html_sections.h"

namespace ga {
namespace {

const CodeText* code_text(const View& view, const Finding& finding) {
  const auto row = view.shown.codes.find(finding.code);
  return row == view.shown.codes.end() ? nullptr : &row->second;
}

// What our programs say in English, on a page of another language.
void write_english(Html& html, HtmlName name, const std::string& text) {
  html.leaf(name, text, {{"lang", "en"}});
}

void write_title(Html& html, const View& view, std::size_t number, const Group& group) {
  const Finding& first = *group.front();
  const auto title = html.element("h3");
  html.leaf("span", fmt::format("{}.", number), {{"class", "number"}});
  {
    const auto tag =
        html.element("span", {{"class", fmt::format("tag {}", verdict_id(first.verdict))}});
    html.symbol(verdict_id(first.verdict));
    html.text(verdict_label(first.verdict, view.language));
  }
  html.leaf("code", first.gate);
  html.leaf("span", group.size() == 1 ? first.unit_id : joined(group), {{"class", "unit"}});
}

void write_pair(Html& html, std::string_view label, std::string_view value, std::string_view lang) {
  html.leaf("dt", label);
  html.leaf("dd", value, {{"lang", std::string(lang)}});
}

// Every unit with its reason; a part that failed as it is found in the rack.
void write_reasons(Html& html, const View& view, const Group& group) {
  const auto list = html.element("ul", {{"class", "reasons"}});
  for (const auto& [reason, sharing] : reasons_of(group)) {
    const auto item = html.element("li");
    for (const Finding* finding : sharing) {
      html.leaf("b",
                finding->verdict == Verdict::fail ? part_name_of(view, finding->unit_id)
                                                  : finding->unit_id,
                {{"id", anchor_of(view.shown, *finding)}});
      html.text(" ");
    }
    write_english(html, "span", reason);
  }
}

void write_group(Html& html, const View& view, std::size_t number, const Group& group) {
  const Words& words = words_of(view.language);
  const Finding& first = *group.front();
  const CodeText* text = code_text(view, first);
  const bool korean = view.language == Language::ko && text != nullptr;
  const auto article =
      html.element("article", {{"class", fmt::format("finding {}", verdict_id(first.verdict))}});
  write_title(html, view, number, group);
  if (korean) html.leaf("p", text->message_ko, {{"class", "message"}});
  const auto question = view.shown.gates.find(first.gate);
  if (question != view.shown.gates.end()) {
    html.leaf(
        "p",
        view.language == Language::ko ? question->second.question_ko : question->second.question,
        {{"class", "question"}});
  }
  write_reasons(html, view, group);
  {
    const auto list = html.element("dl", {{"class", "facts"}});
    html.leaf("dt", words.next_step);
    html.leaf("dd", next_step_of(view, first), {{"class", "next"}, {"lang", korean ? "ko" : "en"}});
    write_pair(html, words.blame, blame_label(first.blame, view.language),
               view.language == Language::ko ? "ko" : "en");
    write_pair(html, words.code, first.code, "en");
    if (text != nullptr && text->rma) {
      write_pair(html, "RMA", words.rma, view.language == Language::ko ? "ko" : "en");
    }
  }
  write_strips(html, view, first.gate);
  if (has_link_table(view, first.gate)) {
    const auto line = html.element("p");
    const auto link = html.link("links");
    html.text(words.links);
  }
}

// One table for each class of gates; findings that say the same share a row.
void write_class(Html& html, const View& view, int of, const std::vector<Group>& groups) {
  const Words& words = words_of(view.language);
  std::size_t count = 0;
  for (const Group& group : groups) count += group.size();
  const auto details = html.element("details");
  {
    const auto summary = html.element("summary");
    html.leaf("b", class_label(of, words));
    html.text(" ");
    html.leaf("span", fmt::format(fmt::runtime(words.passes_note), count), {{"class", "muted"}});
  }
  const auto scroll = html.element("div", {{"class", "scroll"}});
  const auto table = html.element("table", {{"class", "rows"}});
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    for (const std::string_view label : {words.gate, words.part_column, words.reason_column}) {
      html.leaf("th", label, {{"scope", "col"}});
    }
  }
  for (const Group& group : groups) {
    const auto body = html.element("tbody");
    bool begun = false;
    const auto reasons = reasons_of(group);
    for (const auto& [reason, sharing] : reasons) {
      const auto row = html.element("tr");
      if (!begun) {
        const auto head = html.element(
            "th", {{"scope", "rowgroup"}, {"rowspan", std::to_string(reasons.size())}});
        html.symbol(verdict_id(group.front()->verdict));
        html.text(group.front()->gate);
      }
      begun = true;
      {
        const auto units = html.element("td");
        for (const Finding* finding : sharing) {
          html.leaf("span", finding->unit_id, {{"id", anchor_of(view.shown, *finding)}});
          html.text(" ");
        }
      }
      write_english(html, "td", reason);
    }
  }
}

}  // namespace

void write_findings(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Section section(html, "findings", words.findings);
  const auto groups = groups_of(view.shown.findings);
  if (groups.empty()) html.leaf("p", words.no_findings);
  for (std::size_t i = 0; i < groups.size(); ++i) write_group(html, view, i + 1, groups[i]);
}

void write_warnings(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const auto warnings = warnings_of(view.shown.findings);
  const Section section(html, "warnings", words.warnings);
  if (warnings.empty()) return html.leaf("p", words.no_warnings);
  const auto list = html.element("ul", {{"class", "plain"}});
  for (const auto& [text, units] : warnings) {
    const auto item = html.element("li");
    html.leaf("b", units);
    html.text(" ");
    write_english(html, "span", text);
  }
}

void write_passes(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Section section(html, "passes", words.passes);
  for (int of = 0; of < 4; ++of) {
    std::vector<Group> groups;
    for (const Finding& finding : view.shown.findings) {
      if (rank_of(finding) < 4 || class_of(finding.gate) != of) continue;
      if (groups.empty() || groups.back().front()->gate != finding.gate ||
          groups.back().front()->verdict != finding.verdict) {
        groups.emplace_back();
      }
      groups.back().push_back(&finding);
    }
    if (!groups.empty()) write_class(html, view, of, groups);
  }
}

}  // namespace ga
