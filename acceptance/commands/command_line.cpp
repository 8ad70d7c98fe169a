#include "acceptance/commands/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "acceptance/commands/console.h"
#include "acceptance/commands/nearest.h"

namespace ga {
namespace {

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

Error unknown(const std::string& where, const std::string& kind, const std::string& word,
              const std::vector<std::string>& names) {
  std::string what = fmt::format("{}unknown {} \"{}\"", where, kind, word);
  if (!names.empty())
    what += fmt::format("; the nearest is \"{}\"", nearest(word, names, 1).front());
  return Error(ErrorCode::usage, what);
}

// The first command or option that does not exist, as an error.
Status check_words(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  std::string where;
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word.size() > 1 && word[0] == '-') {
      const bool number = word.find_first_not_of("-+.0123456789e") == std::string::npos;
      const std::string name = word.substr(0, word.find('='));
      const std::vector<std::string> names = options_of(*at);
      if (number || std::find(names.begin(), names.end(), name) != names.end()) continue;
      return unknown(where, "option", name, names);
    }
    std::vector<std::string> names;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : at->get_subcommands({})) {
      names.push_back(sub->get_name());
      if (sub->get_name() == word) next = sub;
    }
    if (names.empty()) continue;  // an argument of the command
    if (next == nullptr) return unknown(where, "command", word, names);
    at = next;
    where = at->get_name() + ": ";
  }
  return Ok{};
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> words) {
  const auto check = [words](const std::string& value) {
    if (std::find(words.begin(), words.end(), value) != words.end()) return std::string();
    return fmt::format("\"{}\" is none of {}", value, fmt::join(words, ", "));
  };
  return CLI::Validator(check, "", "");
}

CLI::Validator positive_number() {
  const auto check = [](const std::string& value) {
    double number = 0;
    const bool read = CLI::detail::lexical_cast(value, number);
    if (read && number > 0 && std::isfinite(number)) return std::string();
    return fmt::format("\"{}\" is no positive number", value);
  };
  return CLI::Validator(check, "", "");
}

CLI::App* add_command(CLI::App& app, Command& chosen, const std::string& name,
                      const std::string& what, const std::string& example, Command command) {
  CLI::App* sub = app.add_subcommand(name, what);
  sub->footer("Example:\n  " + example);
  sub->callback([&chosen, command = std::move(command)] { chosen = command; });
  return sub;
}

// CLI11 speaks in exceptions; they end here.
int run_command_line(CLI::App& app, const Command& chosen, int argc, char** argv) {
  const Status known = check_words(app, std::vector<std::string>(argv + 1, argv + argc));
  if (!known) return fail(known.error());
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success&) {  // --help of the command, or of the program; --version
    return answer(app.count("--version") > 0 ? app.version() + "\n" : app.help());
  } catch (const CLI::ParseError& error) {
    const auto subs = app.get_subcommands();
    if (subs.empty()) {
      return fail(
          Error(ErrorCode::usage, "no command is named").hinted(app.get_name() + " --help"));
    }
    const std::string& name = subs.front()->get_name();
    return fail(Error(ErrorCode::usage, fmt::format("{}: {}", name, error.what()))
                    .hinted(fmt::format("{} {} --help", app.get_name(), name)));
  }
  return chosen();
}

int run_main(const Command& program) {
  try {
    return program();
  } catch (const std::exception& error) {
    complain(Error(ErrorCode::internal, error.what())
                 .hinted("this is a defect of the program; please report it"));
  } catch (...) {
    complain(Error(ErrorCode::internal, "an exception without a name"));
  }
  return kExitInternal;
}

}  // namespace ga
