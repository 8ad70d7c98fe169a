// The page: what a machine says cannot become markup, everything a link names is there, and both
// languages say as much.
#include "reports/render/html.h"

#include <gtest/gtest.h>

#include <bit>
#include <regex>
#include <set>

#include "reports/render/example_report.h"
#include "reports/render/layout.h"
#include "reports/render/words.h"

namespace ga {
namespace {

// All that a hostile machine could put into a string.
std::string hostile() {
  return std::string("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>]]>--><!--&lt;") +
         std::string("\0\x1b[2J", 5) + "\xff\xc0\x80" + "\u202E\u2066\u200B" + "</td></table>" +
         std::string(5000, 'x');
}

Report hostile_report() {
  Report report = example_report();
  const std::string bad = hostile();
  Facts& facts = report.evidence.facts;
  facts.node.name = bad;
  facts.node.driver_version = bad;
  facts.node.kernel_release = KnownText::missing(bad);
  for (GpuFacts& gpu : facts.gpus) {
    gpu.serial = bad;
    gpu.uuid = bad;
    gpu.pci_bus_id = bad;
    gpu.part_name = bad;
    gpu.vbios = KnownText::missing(bad);
  }
  report.suite = {bad, bad, bad, {{bad, bad}}, {{bad, bad, bad, bad}}};
  report.profile = {bad, bad, bad};
  report.level = report.binding = report.signer = bad;
  report.run.started = report.run.ended = report.run.boot_id = bad;
  report.run.resumed = {{bad, bad}};
  report.run.interrupted = {bad};
  report.worker = {bad, false, true, bad};
  report.evidence.exits = {{bad, bad, bad, bad}};
  report.claimed.decision = bad;
  for (Measurement& series : report.evidence.measurements) {
    series.case_id = series.algorithm = series.unit = bad;
    series.params = {{bad, 1}};
  }
  Measurement other = report.evidence.measurements.front();
  other.gate = other.unit_id = bad;
  report.evidence.measurements.push_back(other);
  return report;
}

Shown hostile_shown() {
  Shown shown = example_shown();
  const std::string bad = hostile();
  shown.judged_by = shown.report_id = shown.key_id = shown.cause = shown.decision = bad;
  shown.findings.push_back({bad, bad, Verdict::fail, bad, Blame::gpu, bad, bad, {bad}});
  shown.findings.push_back({bad, bad, Verdict::pass, "", Blame::none, bad, "", {bad}});
  shown.codes[bad] = {bad, bad, bad, true};
  shown.gates[bad] = {bad, bad};
  for (std::size_t i = 0; i < hostile_report().evidence.measurements.size(); ++i) {
    shown.series.push_back({1, 1, false, 1, 2, bad, bad, bad});
  }
  return shown;
}

struct Markup {
  std::set<std::string> tags, ids, links;
  std::string fault;  // the first thing that is not well formed
};

// One tag: its name and its attributes, every value in double quotes.
const std::regex& tag_form() {
  static const std::regex form(R"(<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*)(/?)>)");
  return form;
}

void take_attributes(Markup& markup, const std::string& attributes) {
  static const std::regex form(R"RE( ([a-zA-Z-]+)="([^"]*)")RE");
  for (std::sregex_iterator at(attributes.begin(), attributes.end(), form), end; at != end; ++at) {
    const std::string name = (*at)[1], value = (*at)[2];
    if (name.starts_with("on") || name == "src" || name == "style") markup.fault = name;
    if (name == "id" && !markup.ids.insert(value).second) markup.fault = "id twice: " + value;
    if (name != "href") continue;
    if (!value.starts_with('#')) markup.fault = "address " + value;
    markup.links.insert(value.substr(1));
  }
}

Markup markup_of(std::string page) {
  Markup markup;
  const std::string start = "<!doctype html>\n";
  if (!page.starts_with(start)) markup.fault = "no doctype";
  page.erase(0, start.size());
  const std::size_t sheet = page.find("<style>"), sheet_end = page.find("</style>");
  page.erase(sheet, sheet_end + 8 - sheet);
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    std::smatch match;
    const std::string tag = page.substr(at, page.find('>', at) + 1 - at);
    if (!std::regex_match(tag, match, tag_form())) {
      markup.fault = "not a tag: " + tag.substr(0, 80);
      break;
    }
    const std::string name = match[2];
    markup.tags.insert(name);
    take_attributes(markup, match[3]);
    if (match[1].length() > 0) {
      if (open.empty() || open.back() != name) markup.fault = "closes what is not open: " + name;
      if (!open.empty()) open.pop_back();
    } else if (match[4].length() == 0 && name != "wbr") {
      open.push_back(name);
    }
  }
  if (!open.empty()) markup.fault = "left open: " + open.back();
  return markup;
}

TEST(Html, EscapesTextAndValues) {
  Html html;
  html.leaf("p", "a<b>&\"'", {{"class", "x\" onclick=\"y"}});
  EXPECT_EQ(html.str(), "<p class=\"x&quot; onclick=&quot;y\">a&lt;b&gt;&amp;&quot;&#39;</p>\n");
}

TEST(Html, ANameBreaksBehindItsDots) {
  Html html;
  html.name("a.b_c");
  html.name("");
  html.name("d.");
  EXPECT_EQ(html.str(), "a.<wbr>b_<wbr>cd.");
}

TEST(Page, NothingThatAMachineSaysBecomesMarkup) {
  for (const Language language : {Language::en, Language::ko}) {
    const std::string page = render_html(hostile_report(), hostile_shown(), language);
    const Markup markup = markup_of(page);
    EXPECT_EQ(markup.fault, "");
    for (const char* tag : {"script", "img", "iframe", "object"}) {
      EXPECT_FALSE(markup.tags.contains(tag)) << tag;
    }
    std::string lines = page;
    std::erase(lines, '\n');
    EXPECT_EQ(clean(lines), lines) << "control, direction or invalid characters";
  }
}

TEST(Page, EveryLinkLeadsToAPlaceThatIsThereOnce) {
  const Markup markup = markup_of(render_html(example_report(), example_shown(), Language::en));
  EXPECT_EQ(markup.fault, "");
  EXPECT_GT(markup.links.size(), 10u);
  for (const std::string& link : markup.links) EXPECT_TRUE(markup.ids.contains(link)) << link;
}

TEST(Page, EveryFindingIsInItOnce) {
  const Shown shown = example_shown();
  const Markup markup = markup_of(render_html(example_report(), shown, Language::ko));
  for (std::size_t i = 0; i < shown.findings.size(); ++i) {
    EXPECT_TRUE(markup.ids.contains("f" + std::to_string(i))) << shown.findings[i].gate;
  }
}

TEST(Page, TheDecisionAndTheBindingComeFirst) {
  const std::string page = render_html(example_report(), example_shown(), Language::en);
  const std::size_t decision = page.find("<h1>");
  EXPECT_LT(page.find("REJECTED", decision), page.find("Self-declared"));
  EXPECT_LT(page.find("Self-declared"), page.find("<main>"));
}

TEST(Page, ASimulationSaysSoBesideTheDecision) {
  Report report = example_report();
  EXPECT_EQ(render_html(report, example_shown(), Language::en).find("Simulated:"),
            std::string::npos);
  report.worker.real = false;
  report.worker.simulated = true;
  report.worker.injected = "bitflip";
  const std::string page = render_html(report, example_shown(), Language::en);
  EXPECT_LT(page.find("Simulated: no number"), page.find("<main>"));
  EXPECT_LT(page.find("injected on purpose: bitflip"), page.find("<main>"));
}

TEST(Page, AnUncheckedSignatureProvesNothing) {
  Shown shown = example_shown();
  shown.key_id = "";
  const std::string page = render_html(example_report(), shown, Language::en);
  EXPECT_NE(page.find("NOT CHECKED"), std::string::npos);
  EXPECT_EQ(page.find("proves who signed"), std::string::npos);
}

// As large as eight GPUs at level standard: 67 gates with a sentence each, 60 series.
TEST(Page, EightGpusStayBelowTheLimit) {
  Report report = example_report();
  Shown shown = example_shown();
  const GpuFacts one = report.evidence.facts.gpus.front();
  report.evidence.facts.gpus.assign(8, one);
  report.evidence.measurements.clear();
  shown.findings.clear();
  for (int gpu = 0; gpu < 8; ++gpu) {
    const std::string unit = "gpu/" + std::to_string(gpu);
    report.evidence.facts.gpus[static_cast<std::size_t>(gpu)].unit_id = unit;
    for (int series = 0; series < 60; ++series) {
      Measurement m = example_report().evidence.measurements.front();
      m.gate = m.case_id = "gemm.gate" + std::to_string(series);
      m.unit_id = unit;
      for (std::int64_t block = 0; block < 11; ++block) {
        m.samples.push_back(4'000'000'000'000 + block * 7'000'000'000);
        m.clock_mhz.push_back(1500 + block % 3 * 15);
        m.power_mw.push_back(690'000 + block * 1000);
        m.temp_mc.push_back(60'000 + block * 300);
      }
      report.evidence.measurements.push_back(m);
    }
    for (int gate = 0; gate < 67; ++gate) {
      shown.findings.push_back({"gemm.gate" + std::to_string(gate),
                                unit,
                                gate < 5 ? Verdict::fail : Verdict::pass,
                                "",
                                Blame::none,
                                unit + std::string(150, 'r'),
                                "",
                                {}});
    }
  }
  EXPECT_LT(render_html(report, shown, Language::ko).size(), 400'000u);
}

// Every message of both languages, in the order of the catalogue.
using Messages = std::array<std::string_view, sizeof(Words) / sizeof(std::string_view)>;

int holes_in(std::string_view message) {
  int holes = 0;
  for (std::size_t at = message.find('{'); at != std::string_view::npos;
       at = message.find('{', at + 1)) {
    ++holes;
  }
  return holes;
}

bool has_hangul(std::string_view message) {
  for (std::size_t at = 0; at < message.size();) {
    const char32_t c = next_character(message, at);
    if (c >= 0xAC00 && c <= 0xD7A3) return true;
  }
  return false;
}

TEST(Words, BothLanguagesAreComplete) {
  const auto english = std::bit_cast<Messages>(kEnglish);
  const auto korean = std::bit_cast<Messages>(kKorean);
  const std::set<std::string_view> names{"PCI", "GPU", "GPUs", "SHA-256",
                                         "{}: {} from {} to {} {}"};
  for (std::size_t i = 0; i < english.size(); ++i) {
    EXPECT_FALSE(english[i].empty()) << "message " << i << " of " << korean[i];
    EXPECT_FALSE(korean[i].empty()) << "message " << i << " of " << english[i];
    EXPECT_EQ(holes_in(english[i]), holes_in(korean[i])) << english[i];
    EXPECT_FALSE(has_hangul(english[i])) << english[i];
    EXPECT_TRUE(has_hangul(korean[i]) || names.contains(english[i])) << english[i];
  }
}

}  // namespace
}  // namespace ga
