// The page: order of sections, its head, the decision and the frame around everything.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

// Nothing is loaded and nothing runs, whatever a browser thinks that it found.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

std::string node_name(const Report& report) {
  const KnownText& name = report.evidence.facts.node.name;
  return name ? *name : "?";
}

void write_head(Html& html, const View& view) {
  const auto head = html.element("head");
  html.empty("meta", {{"charset", "utf-8"}});
  html.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", kPolicy}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.leaf("title", fmt::format("{} – {} – gpuaccept", node_name(view.report),
                                 decision_label(view.shown.decision, view.language)));
  write_style(html);
}

// The drawing and colour of a decision; screened is no green, since nothing was accepted.
std::pair<std::string_view, std::string_view> look_of(std::string_view decision) {
  if (decision == "accepted" || decision == "passed") return {"v-pass", "d-good"};
  if (decision == "screened") return {"v-pass", "d-screened"};
  if (decision == "rejected") return {"v-fail", "d-bad"};
  if (decision == "rehearsed") return {"rehearsal", "d-rehearsed"};
  return {"v-border", "d-open"};
}

void write_counts(Html& html, const View& view) {
  std::array<int, 5> counts{};
  for (const Finding& finding : view.shown.findings) {
    ++counts[static_cast<std::size_t>(finding.verdict)];
  }
  const auto list = html.element("ul", {{"class", "counts"}});
  for (const Verdict verdict : {Verdict::fail, Verdict::borderline, Verdict::not_measured,
                                Verdict::pass, Verdict::not_applicable}) {
    const int count = counts[static_cast<std::size_t>(verdict)];
    if (count == 0) continue;
    const auto item = html.element("li", {{"class", std::string(verdict_id(verdict))}});
    html.symbol(verdict_id(verdict));
    html.leaf("b", std::to_string(count));
    html.leaf("span", verdict_label(verdict, view.language));
  }
}

void write_banners(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const WorkerInfo& worker = view.report.worker;
  const auto banner = [&](const std::string& text) { html.leaf("p", text, {{"class", "banner"}}); };
  if (worker.simulated) {
    banner(std::string(words.banner_simulated));
  } else if (!worker.real) {
    banner(std::string(words.banner_not_real));
  }
  if (!worker.injected.empty()) {
    banner(fmt::format(fmt::runtime(words.banner_injected), worker.injected));
  }
}

// What is to be done, worst first: each step once, with the parts that it is for.
void write_actions(Html& html, const View& view) {
  constexpr std::size_t kMost = 4;
  const Words& words = words_of(view.language);
  std::vector<std::pair<std::string, Group>> steps;
  for (const Group& group : groups_of(view.shown.findings)) {
    const std::string step = next_step_of(view, *group.front());
    auto same = std::find_if(steps.begin(), steps.end(),
                             [&](const auto& entry) { return entry.first == step; });
    if (same == steps.end()) same = steps.insert(steps.end(), {step, {}});
    for (const Finding* finding : group) {
      const bool known =
          std::any_of(same->second.begin(), same->second.end(),
                      [&](const Finding* other) { return other->unit_id == finding->unit_id; });
      if (!known) same->second.push_back(finding);
    }
  }
  if (steps.empty()) return;
  const auto box = html.element("div", {{"class", "actions"}});
  html.leaf("h2", words.act_first);
  const auto list = html.element("ol");
  for (std::size_t i = 0; i < std::min(steps.size(), kMost); ++i) {
    const auto& [step, findings] = steps[i];
    const auto item = html.element("li");
    html.leaf("b", step);
    for (const Finding* finding : findings) {
      html.text(" ");
      const auto link = html.link(anchor_of(view.shown, *finding));
      html.text(findings.size() == 1 ? part_name_of(view, finding->unit_id) : finding->unit_id);
    }
  }
}

void write_contents(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const auto nav = html.element("nav", {{"aria-label", std::string(words.contents)}});
  const auto list = html.element("ul");
  const std::array<std::pair<std::string_view, std::string_view>, 8> places{{
      {"about", words.about},
      {"proof", words.proof},
      {"grid", words.verdicts},
      {"findings", words.findings},
      {"numbers", words.numbers},
      {"passes", words.passes},
      {"versions", words.versions},
      {"verify", words.verify},
  }};
  for (const auto& [id, label] : places) {
    const auto item = html.element("li");
    const auto link = html.link(id);
    html.text(label);
  }
}

// The id that stands for a language in HTML.
std::string code_of(Language language) { return language == Language::ko ? "ko" : "en"; }

}  // namespace

Section::Section(Html& html, std::string_view id, std::string_view title)
    : element_(html.element("section", {{"id", std::string(id)}})) {
  html.leaf("h2", title);
}

void write_decision(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Shown& shown = view.shown;
  const auto [drawing, look] = look_of(shown.decision);
  const auto header = html.element("header", {{"class", fmt::format("decision {}", look)}});
  {
    const auto line = html.element("p", {{"class", "eyebrow"}});
    html.text(words.title);
  }
  html.leaf("p", node_name(view.report), {{"class", "node"}});
  {
    const auto title = html.element("h1");
    html.symbol(drawing);
    html.leaf("span", words.decision, {{"class", "unseen"}});
    html.leaf("span", decision_label(shown.decision, view.language));
  }
  if (!shown.cause.empty()) {
    html.leaf("p", fmt::format("{}: {}", words.cause, cause_label(shown.cause, view.language)),
              {{"class", "cause"}});
  }
  html.leaf("p", decision_meaning(shown.decision, shown.cause, view.language),
            {{"class", "meaning"}});
  write_banners(html, view);
  if (view.report.claimed.decision != shown.decision) {
    html.leaf("p", fmt::format(fmt::runtime(words.claimed_differs), view.report.claimed.decision),
              {{"class", "banner"}});
  }
  const bool challenged = view.report.binding == "challenged" && view.report.challenge;
  html.leaf("p", challenged ? words.challenged : words.self_declared, {{"class", "binding"}});
  if (shown.draft_profile) html.leaf("p", words.draft_profile, {{"class", "binding"}});
  write_counts(html, view);
  write_actions(html, view);
}

std::string render_html(const Report& report, const Shown& shown, Language language) {
  const View view{report, shown, language};
  const Words& words = words_of(language);
  Html html;
  html.doctype();
  {
    const auto root = html.element("html", {{"lang", code_of(language)}});
    write_head(html, view);
    const auto body = html.element("body");
    write_symbols(html);
    {
      const auto skip = html.link("findings", {{"class", "skip"}});
      html.text(words.skip);
    }
    write_decision(html, view);
    write_contents(html, view);
    {
      const auto main = html.element("main");
      write_about(html, view);
      write_proof(html, view);
      write_grid(html, view);
      write_findings(html, view);
      write_warnings(html, view);
      write_links(html, view);
      write_conditions(html, view);
      write_corruption(html, view);
      write_numbers(html, view);
      write_passes(html, view);
      write_node(html, view);
      write_versions(html, view);
      write_verify(html, view);
    }
    html.leaf("footer", fmt::format(fmt::runtime(words.footer), report.suite.version));
  }
  return html.str() + "\n";
}

}  // namespace ga
