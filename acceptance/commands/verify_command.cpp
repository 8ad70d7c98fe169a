// verify: checks reports and journals, and prints what they are worth. The judging is verify.cpp's.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/input.h"
#include "acceptance/commands/shown.h"
#include "acceptance/commands/verify.h"
#include "acceptance/commands/verify_print.h"
#include "acceptance/gates/gates.h"
#include "acceptance/journal/journal.h"
#include "acceptance/profiles/builtin.h"

namespace ga {
namespace {

constexpr int kExitInconclusive = 3;

struct Setup {
  std::vector<PublicKey> trusted;
  std::optional<Profile> profile;
  std::vector<PublicKey> buyers;
};

bool is_journal(const std::string& path) { return path.ends_with(".jsonl"); }

Result<Setup> prepare(const VerifyOptions& options) {
  Setup setup;
  const bool has_reports = !std::all_of(options.files.begin(), options.files.end(), is_journal);
  if (has_reports && options.trust.empty()) {
    return Error(ErrorCode::usage, "verify: whose signature is to be believed?")
        .hinted("name the signer's public key, or a directory of them, with --trust");
  }
  if (!options.trust.empty()) {
    GA_TRY(setup.trusted, load_trusted(options.trust));
  }
  if (!options.buyer.empty()) {
    GA_TRY(setup.buyers, load_trusted(options.buyer));
  }
  if (!options.profile.empty()) {
    GA_TRY(setup.profile, load_profile(options.profile, gate_ids()));
  }
  return setup;
}

CheckedFile check_journal(const std::string& path) {
  CheckedFile file{.path = path, .journal = true};
  const Result<JournalSummary> summary = summarize_journal(path);
  if (!summary) {
    file.unreadable = summary.error().what();
    file.exit = kExitUsage;
    return file;
  }
  file.summary = *summary;
  file.exit = summary->sound ? kExitInconclusive : kExitUnverified;
  return file;
}

CheckedFile check_report(const std::string& path, const Setup& setup, const std::string& require) {
  CheckedFile file{.path = path};
  const Result<std::string> bytes = read_envelope_file(path);
  if (!bytes) {
    file.unreadable = bytes.error().what();
    file.exit = bytes.error().code() == ErrorCode::parse ? kExitUnverified : kExitUsage;
    return file;
  }
  const VerifyInput input{.bytes = *bytes,
                          .trusted = setup.trusted,
                          .gates = all_gates(),
                          .own_profile = setup.profile ? &*setup.profile : nullptr,
                          .buyers = setup.buyers};
  file.outcome = verify_report(input);
  file.exit = exit_of(file.outcome, require);
  return file;
}

}  // namespace

int worst_exit(const std::vector<int>& exits) {
  for (const int exit : {kExitInternal, kExitUsage, kExitUnverified, 1, 5, kExitInconclusive}) {
    if (std::find(exits.begin(), exits.end(), exit) != exits.end()) return exit;
  }
  return 0;
}

int verify_command(const VerifyOptions& options) {
  const Result<Setup> setup = prepare(options);
  if (!setup) return fail(setup.error());
  std::vector<CheckedFile> files;
  std::vector<int> exits;
  for (const std::string& path : options.files) {
    files.push_back(is_journal(path) ? check_journal(path)
                                     : check_report(path, *setup, options.require));
    exits.push_back(files.back().exit);
  }
  for (const Duplicate& duplicate : duplicates_of(files)) {
    warn(duplicate.text);
    if (duplicate.refused) exits.push_back(kExitUnverified);
  }
  for (const CheckedFile& file : files) say_file(file, options.require);
  const int exit = worst_exit(exits);
  const int printed = answer(options.json ? verify_json(files, exit) : verify_text(files));
  return printed != 0 ? printed : exit;
}

}  // namespace ga
