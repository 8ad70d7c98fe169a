// Who, what, when and where; what the report proves and what it does not; how to check it.
#include <fmt/format.h>

#include <array>

#include "reports/render/html_sections.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

class Card {
 public:
  Card(Html& html, std::string_view title)
      : html_(html), card_(html.element("div", {{"class", "card"}})) {
    html.leaf("h3", title);
  }
  void field(std::string_view label, std::string_view value, std::string lang = "") {
    const auto list = html_.element("dl");
    html_.leaf("dt", label);
    if (lang.empty()) return html_.leaf("dd", value);
    html_.leaf("dd", value, {{"lang", lang}});
  }

 private:
  Html& html_;
  Html::Element card_;
};

std::string duration_text(const RunInfo& run, const Words& words) {
  const auto started = utc_ms(run.started), ended = utc_ms(run.ended);
  if (!started || !ended || *ended < *started) return "?";
  const std::int64_t seconds = (*ended - *started) / 1000;
  return seconds < 3600 ? fmt::format(fmt::runtime(words.minutes), seconds / 60, seconds % 60)
                        : fmt::format(fmt::runtime(words.hours), seconds / 3600, seconds / 60 % 60);
}

// "2026-11-22 07:19:45 UTC".
std::string time_text(std::string_view utc) {
  if (!utc_ms(utc)) return std::string(utc);
  return fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 8));
}

void write_who(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  Card card(html, words.who);
  card.field(words.signer, view.report.signer == "key" ? words.signer_key : words.ephemeral);
  card.field(words.signature, signature_text(view));
  card.field(words.judged_by, view.shown.judged_by, "en");
}

void write_what(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Report& report = view.report;
  Card card(html, words.what);
  card.field(words.profile, fmt::format("{} {}", report.profile.name, report.profile.version));
  card.field(words.level, report.level);
  card.field(words.binding, report.binding);
  card.field(words.suite, fmt::format("gpuaccept {}", report.suite.version));
}

void write_when(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const RunInfo& run = view.report.run;
  Card card(html, words.when);
  card.field(words.started, time_text(run.started));
  card.field(words.ended, time_text(run.ended));
  card.field(words.duration, duration_text(run, words));
  card.field(words.attempt, fmt::format("{}", run.attempt));
  for (const Resumed& resumed : run.resumed) card.field(words.resumed, time_text(resumed.at));
  for (const std::string& request : run.interrupted) card.field(words.interrupted, request);
}

void write_where(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Facts& facts = view.report.evidence.facts;
  const auto card = html.element("div", {{"class", "card"}});
  html.leaf("h3", words.where);
  html.leaf("p", facts.node.name ? *facts.node.name : facts.node.name.absent);
  const auto table = html.element("table", {{"class", "serials"}});
  html.leaf("caption", fmt::format("{}: {}", words.gpus, facts.gpus.size()), {{"class", "unseen"}});
  {
    const auto head = html.element("thead");
    const auto row = html.element("tr");
    for (const std::string_view label : {words.index, words.serial, words.slot}) {
      html.leaf("th", label, {{"scope", "col"}});
    }
  }
  const auto body = html.element("tbody");
  for (const GpuFacts& gpu : facts.gpus) {
    const auto row = html.element("tr");
    html.leaf("th", gpu.unit_id, {{"scope", "row"}});
    html.leaf("td", gpu.serial ? *gpu.serial : std::string(words.absent));
    html.leaf("td", gpu.pci_bus_id ? *gpu.pci_bus_id : std::string(words.absent));
  }
}

void write_levels(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const std::size_t reached = sources_agree(view.shown) ? 1 : 0;
  html.leaf("h3", words.identity_level);
  const auto list = html.element("ol", {{"class", "levels"}});
  const std::array<std::string_view, 4> levels{words.level_l0, words.level_l1, words.level_l2,
                                               words.level_l3};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto item =
        i == reached ? html.element("li", {{"aria-current", "true"}}) : html.element("li");
    html.text(levels[i]);
    if (i == reached) html.leaf("b", fmt::format("← {}", words.reached));
  }
}

}  // namespace

void write_about(Html& html, const View& view) {
  const Section section(html, "about", words_of(view.language).about);
  const auto cards = html.element("div", {{"class", "cards four"}});
  write_who(html, view);
  write_what(html, view);
  write_when(html, view);
  write_where(html, view);
}

void write_proof(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const bool checked = !view.shown.key_id.empty();
  const bool challenged = view.report.binding == "challenged" && view.report.challenge;
  const Section section(html, "proof", words.proof);
  {
    const auto columns = html.element("div", {{"class", "columns"}});
    {
      const auto column = html.element("div");
      html.leaf("h3", words.proves);
      const auto list = html.element("ul", {{"class", "plain"}});
      html.leaf("li", !checked                      ? words.proof_unchecked
                      : view.report.signer == "key" ? words.proof_signature
                                                    : words.proof_ephemeral);
      if (checked && challenged) html.leaf("li", words.proof_challenged);
      html.leaf("li", words.proof_recompute);
    }
    const auto column = html.element("div");
    html.leaf("h3", words.limits_of_proof);
    const auto list = html.element("ul", {{"class", "plain"}});
    html.leaf("li", words.proof_root);
    html.leaf("li", sources_agree(view.shown) ? words.proof_l1 : words.proof_l0);
    if (!challenged) html.leaf("li", words.proof_self_declared);
  }
  write_levels(html, view);
}

void write_verify(Html& html, const View& view) {
  const Words& words = words_of(view.language);
  const Section section(html, "verify", words.verify);
  html.leaf("p", words.verify_note);
  const std::string require = view.shown.decision == "rehearsed" ||
                                      view.shown.decision == "passed" ||
                                      view.shown.decision == "screened"
                                  ? " --require " + view.shown.decision
                                  : "";
  const std::string buyer = view.report.challenge ? " --buyer BUYER.pub.pem" : "";
  {
    const auto block = html.element("pre");
    html.leaf("code", "gpuaccept verify report.dsse.json --trust SIGNER.pub.pem" + buyer + require);
  }
  if (view.shown.report_id.empty()) return html.leaf("p", words.no_report_id);
  html.leaf("p", words.verify_id);
  {
    const auto block = html.element("pre");
    html.leaf("code", view.shown.report_id);
  }
  html.leaf("p", words.verify_alone);
  const auto block = html.element("pre");
  html.leaf("code",
            "python3 -c 'import base64, hashlib, json; print(hashlib.sha256(base64.b64decode("
            "json.load(open(\"report.dsse.json\"))[\"payload\"])).hexdigest())'");
}

}  // namespace ga
