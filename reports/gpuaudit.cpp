// gpuaudit: what the buyer does. The command line alone; the commands are in acceptance/commands.
#include "acceptance/commands/command_line.h"
#include "acceptance/commands/commands.h"

namespace ga {
namespace {

struct CommandLine {
  ChallengeOptions issue;
  std::string file, buyer;
  Command command;
};

void add_issue(CLI::App& challenge, CommandLine& line) {
  ChallengeOptions& o = line.issue;
  CLI::App* sub = add_command(
      challenge, line.command, "issue", "Order one acceptance: a signed file, good for one report",
      "gpuaudit challenge issue --key buyer/key.pem --slot 2026-A/csp-alpha/node-000123 \\\n"
      "    --csp csp-alpha --node rack7-node12 --profile hgx-h200 -o node-000123.challenge.json",
      [&o] { return challenge_issue_command(o); });
  sub->add_option("--key", o.key, "The buyer's private key (PEM)")->required();
  sub->add_option("--slot", o.slot, "The place in the order that the node is to fill")->required();
  sub->add_option("--csp", o.csp, "Who is to answer")->required();
  sub->add_option("--node", o.node, "The node's name, as its report will have it")->required();
  sub->add_option("--profile", o.profile, "What is judged by: a built-in name, or a file")
      ->required();
  sub->add_option("--level", o.level, "The least: quick, standard or soak")
      ->check(one_of({"quick", "standard", "soak"}))
      ->capture_default_str();
  sub->add_option("--hours", o.hours,
                  "How long it is good for; without it 48 hours, at level soak 48 beyond the soak");
  sub->add_option("--not-before", o.not_before, "From when, in UTC; without it from now");
  sub->add_option("--program", o.programs,
                  "A program that may take part: its file, or its SHA-256; again for each. Without "
                  "it gpuaccept and gpuprobe beside this program");
  sub->add_option("--serial", o.serials, "Serial number of a GPU of the node; again for each");
  sub->add_option("-o", o.output, "The file to write, which must be new")->required();
}

int run_program(int argc, char** argv) {
  CLI::App app("What the buyer of GPU nodes does: orders their acceptance.", "gpuaudit");
  app.require_subcommand(1);
  app.set_version_flag("--version", "gpuaudit " GA_VERSION);
  app.footer("Example:\n  gpuaudit challenge show node-000123.challenge.json");
  CommandLine line;
  CLI::App* challenge = app.add_subcommand("challenge", "Challenges: issue one, or look at one");
  challenge->require_subcommand(1);
  add_issue(*challenge, line);
  CLI::App* show =
      add_command(*challenge, line.command, "show", "What a challenge asks for",
                  "gpuaudit challenge show node-000123.challenge.json --buyer buyer/key.pub.pem",
                  [&line] { return challenge_show_command(line.file, line.buyer); });
  show->add_option("file", line.file, "The challenge")->required();
  show->add_option("--buyer", line.buyer, "The buyer's public key (PEM), or a directory of them");
  return run_command_line(app, line.command, argc, argv);
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  return ga::run_main([&] { return ga::run_program(argc, argv); });
}
