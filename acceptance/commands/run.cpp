// run: measures and judges a node, and leaves a signed report. What is done in which order.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/run_plan.h"
#include "acceptance/commands/run_session.h"

namespace ga {
namespace {

struct Folder {
  std::string journal;
  bool has_journal = false;
};

Result<Folder> open_folder(const RunOptions& options) {
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  if (failed) {
    return Error(ErrorCode::usage, fmt::format("--out {}: {}", options.out, failed.message()))
        .hinted("name a folder that can be written");
  }
  Folder folder{.journal = options.out + "/journal.jsonl"};
  struct stat status {};
  folder.has_journal = ::stat(folder.journal.c_str(), &status) == 0 && status.st_size > 0;
  return folder;
}

// A journal that a crash left before its first record is as good as none.
Status drop_empty_journal(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return Ok{};
  return Error(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(errno)));
}

void show_banner(const RunSetup& setup, RunView& view) {
  if (setup.simulated) view.banner("REHEARSAL: simulated, accepts nothing");
  if (!setup.options.inject.empty()) {
    view.banner(fmt::format("INJECTED FAULT: {}", setup.options.inject));
  }
  if (setup.challenge && setup.challenge->key_id.empty()) {
    view.note(
        "the challenge's signature was not checked: name the buyer's public key with --buyer");
  }
  view.note(fmt::format("profile {} {}, level {}, into {}", setup.profile.name,
                        setup.profile.version, to_word(setup.level), setup.options.out));
}

// The attempt in the folder, if it may be gone on with; an exit code if it is finished.
struct Found {
  std::optional<Attempt> attempt;
  std::optional<int> exit;
};

Result<Found> find_attempt(const RunSetup& setup, const Folder& folder) {
  if (!folder.has_journal) return Found{};
  GA_TRY(Attempt attempt, Attempt::load(folder.journal));
  if (!attempt.fold().opened()) return Found{};
  const auto& closed = attempt.fold().closed();
  if (!setup.options.resume) {
    return Error(ErrorCode::usage, fmt::format("--out {}: there is {} attempt", setup.options.out,
                                               closed ? "a finished" : "an unfinished"))
        .hinted(closed ? "name another folder with --out"
                       : "go on with it with --resume, or name another folder with --out");
  }
  if (closed) {
    note(fmt::format("this attempt is finished: {}{}{}", closed->decision,
                     closed->cause.empty() ? "" : ", ", closed->cause));
    return Found{.attempt = {}, .exit = static_cast<int>(closed->exit_code)};
  }
  const bool other_boot = attempt.fold().boot_id() != setup.identity.boot_id;
  if (other_boot && !attempt.fold().has_checkpoint()) {
    return Error(ErrorCode::usage,
                 "--resume: the machine was started anew, and there is no soak checkpoint to go on "
                 "from")
        .hinted("start anew with another --out; what was recorded here stays");
  }
  const std::string difference = difference_of(*attempt.fold().opened(), setup.identity);
  if (!difference.empty()) {
    return Error(ErrorCode::usage, fmt::format("--resume: {}", difference))
        .hinted("repeat the options of the first session, or start anew with another --out");
  }
  Found found;
  found.attempt = std::move(attempt);
  return found;
}

Result<int> go_on(const RunSetup& setup, Attempt& attempt, RunSignals& signals, RunView& view,
                  RunLock& lock, const SigningKey& key) {
  RunSession session(setup, attempt, signals, view, lock);
  GA_CHECK(session.check_same_node());
  if (attempt.torn_bytes() > 0) {
    warn(fmt::format("the journal's last line was torn: {} bytes are cut", attempt.torn_bytes()));
  }
  const bool other_boot = attempt.fold().boot_id() != setup.identity.boot_id;
  const std::size_t known = attempt.fold().run().interrupted.size();
  GA_CHECK(attempt.go_on({.at = utc_now(), .boot_id = setup.identity.boot_id}, monotonic_ns()));
  if (other_boot) {
    view.note("the machine was started anew: going on from the last checkpoint of the soak");
    const std::size_t lost = attempt.fold().run().interrupted.size() - known;
    view.note(fmt::format("{} requests and series were cut short, as the report will say", lost));
  }
  return session.run(key);
}

Result<int> run_attempt(const RunSetup& setup, const SigningKey& key) {
  GA_TRY(const Folder folder, open_folder(setup.options));
  RunLock lock;
  GA_CHECK(lock.take(setup.options.out + "/.lock", fmt::format("process {}", ::getpid())));
  GA_TRY(Found found, find_attempt(setup, folder));
  if (found.exit) return *found.exit;
  GA_TRY(RunSignals signals, RunSignals::watch());
  RunView view;
  show_banner(setup, view);
  if (found.attempt) return go_on(setup, *found.attempt, signals, view, lock, key);
  GA_CHECK(drop_empty_journal(folder.journal));
  OpenEntry open = setup.identity;
  open.started = utc_now();
  GA_TRY(Attempt attempt, Attempt::begin(folder.journal, open, monotonic_ns()));
  RunSession session(setup, attempt, signals, view, lock);
  return session.run(key);
}

// A disk that is full or a file that cannot be written is no fault of the command line.
int fail_run(const Error& error) {
  complain(error);
  return error.code() == ErrorCode::usage || error.code() == ErrorCode::parse ? kExitUsage
                                                                              : kExitInternal;
}

}  // namespace

int run_command(const RunOptions& options) {
  const Result<RunSetup> setup = prepare_run(options);
  if (!setup) return fail(setup.error());
  if (options.plan) return answer(plan_text(*setup));
  const Result<SigningKey> key = signing_key(options);
  if (!key) return fail(key.error());
  const Result<int> exit = run_attempt(*setup, *key);
  return exit ? *exit : fail_run(exit.error());
}

}  // namespace ga
