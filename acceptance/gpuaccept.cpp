// gpuaccept: the command line. It only parses; each command stands in acceptance/commands.
//
// Host only: it starts on a machine with no CUDA library.
#include "acceptance/commands/command_line.h"
#include "acceptance/commands/commands.h"

namespace ga {
namespace {

// Everything the command line fills in, and what is to be done with it.
struct CommandLine {
  RunOptions run;
  VerifyOptions verify;
  RenderOptions render;
  std::string diff_a, diff_b, topic, list, keys;
  bool as_me = false;
  std::function<int()> command;
};

void add_run(CLI::App& app, CommandLine& line) {
  RunOptions& o = line.run;
  CLI::App* sub = add_command(
      app, line.command, "run", "Measure and judge a node, and leave a signed report",
      "gpuaccept run --profile hgx-h200 --key keys/key.pem --out node12\n"
      "  gpuaccept run --profile hgx-h200 --manifest delivery.csv --node-name node12 --out node12",
      [&o] { return run_command(o); });
  sub->add_option("--profile", o.profile, "What was ordered: a built-in name, or a file");
  sub->add_option("--level", o.level, "quick, standard or soak")
      ->check(one_of({"quick", "standard", "soak"}))
      ->capture_default_str();
  sub->add_option("--out", o.out, "Directory for the report")->capture_default_str();
  sub->add_option("--key", o.key, "Private key that signs (PEM); without it an ephemeral one");
  sub->add_option("--challenge", o.challenge, "The buyer's challenge, which the report answers");
  sub->add_option("--buyer", o.buyer, "Public key that the challenge must be signed with (PEM)");
  sub->add_option("--bmc", o.bmc, "File that says how to reach the node's BMC, see docs/bmc.md");
  sub->add_option("--libs", o.libs, "Directory that is searched first for NVIDIA's libraries");
  sub->add_option("--replay", o.replay,
                  "Rehearse on a recorded node: its folder; see docs/replay.md");
  sub->add_option("--scenario", o.scenario, "Rehearse on a simulated node: a name, or a file");
  sub->add_option("--time-scale", o.time_scale, "Wall seconds for a simulated second")
      ->check(positive_number())
      ->capture_default_str();
  sub->add_option("--simulated-boot", o.boot_ns,
                  "Rehearse on a node that was started anew then: ns of the monotonic clock");
  sub->add_option("--worker", o.worker, "Another worker program; the run counts as simulated");
  sub->add_option("--inject-unsafe", o.inject, "Inject a fault, to see a gate fail");
  sub->add_option("--gates", o.gates, "Only these gates, with commas; can never accept")
      ->delimiter(',');
  sub->add_flag("--resume", o.resume, "Go on with an unfinished run in --out");
  sub->add_flag("--plan", o.plan, "Say what would run and how long, and stop");
  sub->add_option("--manifest", o.manifest, "Serial numbers that were delivered: CSV or JSON");
  sub->add_option("--node-name", o.node_name, "Name of the node in the report");
}

void add_verify(CLI::App& app, CommandLine& line) {
  VerifyOptions& o = line.verify;
  CLI::App* sub =
      add_command(app, line.command, "verify", "Check reports and judge them again",
                  "gpuaccept verify node12/report.dsse.json --trust csp.pub.pem --require screened",
                  [&o] { return verify_command(o); });
  sub->add_option("files", o.files, "Reports, and journals (*.jsonl)")->required();
  sub->add_option("--trust", o.trust, "Public key of the signer (PEM), or a directory of them");
  sub->add_option("--buyer", o.buyer, "Public key of the buyer, for challenges");
  sub->add_option("--profile", o.profile, "Judge by this profile instead of the one it names");
  sub->add_option("--require", o.require, "accepted, screened, passed or rehearsed")
      ->check(one_of({"accepted", "screened", "passed", "rehearsed"}))
      ->capture_default_str();
  sub->add_flag("--json", o.json, "One JSON document on standard output");
}

void add_render(CLI::App& app, CommandLine& line) {
  RenderOptions& o = line.render;
  CLI::App* sub = add_command(
      app, line.command, "render", "Show a report; the signature is not checked",
      "gpuaccept render node12/report.dsse.json --to html --lang ko -o node12/report.html",
      [&o] { return render_command(o); });
  sub->add_option("report", o.file, "The report")->required();
  sub->add_option("--to", o.to, "text, html, junit, ctrf or json")
      ->check(one_of({"text", "html", "junit", "ctrf", "json"}))
      ->capture_default_str();
  sub->add_option("--lang", o.lang, "ko or en")->check(one_of({"ko", "en"}))->capture_default_str();
  sub->add_option("-o", o.output, "File to write instead of standard output");
}

void add_small_commands(CLI::App& app, CommandLine& line) {
  CLI::App* diff = add_command(app, line.command, "diff",
                               "What two reports, or two judgements of one, say differently",
                               "gpuaccept diff before/report.dsse.json after/report.dsse.json",
                               [&line] { return diff_command(line.diff_a, line.diff_b); });
  diff->add_option("a", line.diff_a, "The first report, or what verify --json wrote of it")
      ->required();
  diff->add_option("b", line.diff_b, "The second, of the same kind")->required();

  CLI::App* explain = add_command(
      app, line.command, "explain", "What a gate asks, or what a code means",
      "gpuaccept explain hbm.bandwidth", [&line] { return explain_command(line.topic); });
  explain->add_option("topic", line.topic, "A gate, or the code of a finding")->required();

  CLI::App* list =
      add_command(app, line.command, "list", "Names, one a line", "gpuaccept list gates --as-me",
                  [&line] { return list_command(line.list, line.as_me); });
  list->add_option("what", line.list, "gates, profiles, cases or scenarios")
      ->check(one_of({"gates", "profiles", "cases", "scenarios"}))
      ->required();
  list->add_flag("--as-me", line.as_me, "With gates: what this user could measure here");

  CLI::App* keygen =
      add_command(app, line.command, "keygen", "Make a key pair that signs reports",
                  "gpuaccept keygen --out keys", [&line] { return keygen_command(line.keys); });
  keygen->add_option("--out", line.keys, "Directory for key.pem and key.pub.pem")->required();
}

int run_program(int argc, char** argv) {
  CLI::App app(
      "Decides whether a delivered GPU node is accepted, and leaves a record that anyone can "
      "check.",
      "gpuaccept");
  app.require_subcommand(1);
  app.set_version_flag("--version", "gpuaccept " GA_VERSION);
  app.footer("Example:\n  gpuaccept run --scenario healthy-h200 --level quick --out rehearsal");
  CommandLine line;
  add_run(app, line);
  add_verify(app, line);
  add_render(app, line);
  add_small_commands(app, line);
  return run_command_line(app, line.command, argc, argv);
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  return ga::run_main([&] { return ga::run_program(argc, argv); });
}
