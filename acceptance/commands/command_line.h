// What the command lines of gpuaccept and gpuaudit share: commands with an example in their help,
// values that are refused in words, and unknown options that are refused with the nearest one that
// exists, before the parser sees them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace ga {

using Command = std::function<int()>;

// CLI11's own validators speak of types and print DBL_MAX; these speak of words.
CLI::Validator one_of(std::vector<std::string> words);
CLI::Validator positive_number();

// A command of `app`; where the line names it, `chosen` becomes `command`.
CLI::App* add_command(CLI::App& app, Command& chosen, const std::string& name,
                      const std::string& what, const std::string& example, Command command);

// Parses, and runs what was chosen. Its exit code, or that of a line that was refused.
int run_command_line(CLI::App& app, const Command& chosen, int argc, char** argv);

// The last catch of a program.
int run_main(const Command& program);

}  // namespace ga
