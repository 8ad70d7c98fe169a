// render: a report as text, a page, JUnit, CTRF or JSON. It checks no signature, and says so; it
// judges the evidence again, so that a forged claim is not what is shown.
#include "reports/render/render.h"

#include <fmt/format.h>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/input.h"
#include "acceptance/commands/shown.h"
#include "acceptance/commands/verify.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "reports/seal/challenge.h"
#include "reports/seal/envelope.h"

namespace ga {
namespace {

struct Rendered {
  std::string text;
  std::string difference;  // between the claim and the judgement
};

// What the seeds follow from. Nobody's signature is checked here, the buyer's neither.
Result<std::string> nonce_in(const Report& report) {
  if (!report.challenge) return std::string();
  GA_TRY(const std::string bytes, base64_decode(report.challenge->dsse));
  GA_TRY(const OpenedChallenge opened, read_challenge(bytes));
  return opened.challenge.nonce;
}

// Judged with the built-in profile that the report names; else what it claims, called a claim.
Result<Shown> judge(const Unverified& file, std::string& difference) {
  const Report& report = file.report;
  const Embedded* builtin = builtin_profile_by_digest(report.profile.sha256);
  const auto level = level_from_word(report.level);
  if (builtin == nullptr || !level || report.rules != kRulesVersion) {
    Shown shown = shown_of(Profile{}, {report.claimed.decision, report.claimed.cause},
                           report.claimed.findings, "");
    shown.judged_by = "the run itself: its claim, not judged again (the profile is not built in)";
    return shown;
  }
  GA_TRY(const Profile profile,
         parse_profile(builtin->text, std::string(builtin->name), gate_ids()));
  GA_TRY(const std::string nonce, nonce_in(report));
  const Order order{profile, *level, nonce};
  std::vector<Finding> findings = judge_all(all_gates(), order, report.evidence);
  const Decision decision = decide(order, standing_of(report), findings);
  difference = difference_of({report.claimed.decision, report.claimed.cause},
                             report.claimed.findings, decision, findings);
  Shown shown = shown_of(profile, decision, std::move(findings),
                         fmt::format("render with profile {} {}", profile.name, profile.version));
  add_page_details(shown, order, report.evidence);
  return shown;
}

std::string written(const RenderOptions& options, const Report& report, const Shown& shown) {
  const Language language = options.lang == "ko" ? Language::ko : Language::en;
  if (options.to == "junit") return render_junit(report, shown);
  if (options.to == "ctrf") return render_ctrf(report, shown);
  if (options.to == "html") return render_html(report, shown, language);
  return render_text(report, shown, language);
}

Result<Rendered> render(const RenderOptions& options) {
  GA_TRY(const Unverified file, read_unverified(options.file));
  Rendered rendered;
  if (options.to == "json") {
    rendered.text = dump_pretty(file.payload);
    return rendered;
  }
  GA_TRY(Shown shown, judge(file, rendered.difference));
  shown.report_id = file.report_id;
  rendered.text = written(options, file.report, shown);
  return rendered;
}

}  // namespace

int render_command(const RenderOptions& options) {
  const Result<Rendered> rendered = render(options);
  if (!rendered) return fail_on_report(rendered.error());
  note(fmt::format("{}: the signature was not checked; gpuaccept verify checks it", options.file));
  if (!rendered->difference.empty())
    warn(fmt::format("{}: {}", options.file, rendered->difference));
  const int exit = rendered->difference.empty() ? 0 : kExitUnverified;
  if (options.output.empty()) {
    const int printed = answer(rendered->text);
    return printed != 0 ? printed : exit;
  }
  const Status stored = write_whole_file(options.output, rendered->text);
  return stored ? exit : fail(stored.error());
}

}  // namespace ga
