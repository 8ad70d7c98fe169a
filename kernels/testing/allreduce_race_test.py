#!/usr/bin/env python3
"""allreduce_race_test.py PROGRAM: the protocol of the all-reduce has no race and is right; each of
its rules, left out, is missed. PROGRAM is allreduce_race, made for ThreadSanitizer."""
import os
import re
import subprocess
import sys

# Mutation -> what must be seen. A functional test alone does not see the relaxed flags.
EXPECTED = {
    "none-one_shot": "clean",
    "none-two_shot": "clean",
    "none-nvls": "clean",
    "relaxed": "race",
    "no-leading-sync": "race",
    "no-entry": "race",
    "no-middle": "race",
    "no-exit": "race",
    "one-half": "standstill",
    "equal": "standstill",
}


# Whether a fault shows depends on how the host's threads fall; a busy machine may need another try.
MOST_TRIES = 5


def seen(program, mutation):
    # Races are counted here: their reports need no symbols, and the exit status says the rest.
    environment = dict(os.environ, TSAN_OPTIONS="exitcode=0 symbolize=0")
    done = subprocess.run([program, mutation], env=environment, capture_output=True, text=True,
                          timeout=120)
    races = done.stderr.count("WARNING: ThreadSanitizer: data race")
    counts = re.search(r"wrong (\d+) timeout (\d)", done.stdout)
    if done.returncode != 0 or not counts:
        return "broken", f"exit {done.returncode}: {done.stderr[-300:]}"
    wrong, timeout = int(counts.group(1)), counts.group(2) == "1"
    text = f"{races} races, {wrong} wrong elements, {'a' if timeout else 'no'} wait ran out"
    if races:
        return "race", text
    if timeout or wrong:
        return "standstill", text
    return "clean", text


def main():
    program = sys.argv[1]
    names = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    bad = 0
    if sorted(names) != sorted(EXPECTED):
        print(f"the program has {names}")
        bad += 1
    for mutation, expected in EXPECTED.items():
        for _ in range(MOST_TRIES if expected != "clean" else 1):
            what, text = seen(program, mutation)
            if what == expected:
                break
        print(f"{mutation}: {what} ({text})" + ("" if what == expected else f", not {expected}"))
        bad += what != expected
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
