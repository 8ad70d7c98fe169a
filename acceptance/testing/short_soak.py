"""Profiles for short soaks: a shipped one with its order and limits, but a soak of one hour (two
cycles) and only the gates that a soak is for."""
import pathlib
import re

PROFILES = pathlib.Path(__file__).resolve().parents[1] / "profiles"
GATES = ("identity.inventory", "host.memory", "memory.remap", "memory.ecc", "soak.digest",
         "events.ecc", "events.nic", "events.nvlink", "events.pcie", "events.throttle",
         "events.xid")
SINGLE_GATES = ("identity.inventory", "memory.remap", "memory.ecc", "hbm.pattern", "soak.digest",
                "events.ecc", "events.throttle")


def short(base, gates, sizes):
    text = (PROFILES / f"{base}.toml").read_text(encoding="utf-8")
    tables = re.split(r"(?m)^(?=\[)", text)
    head = re.sub(r"(?ms)^(required|skip_at_quick|ratio) = \[.*?^\]\n", "", tables[0])
    head = head.replace(f'name = "{base}"', 'name = "short-soak"')
    head += "required = [" + ", ".join(f'"{gate}"' for gate in gates) + "]\n"
    kept = [head]
    for table in tables[1:]:
        if table.startswith(("[[floor]]", "[[ceiling]]", "[[ratio]]")):
            continue
        if table.startswith("[sizes]"):
            table = re.sub(r"(?m)^soak_hours.*\n", "", table).rstrip("\n")
            table += f"\n{sizes}\n\n"
        kept.append(table)
    return "\n".join(kept)


def write(path, hours=1):
    path.write_text(short("hgx-h200", GATES, f"soak_hours = {hours}"), encoding="utf-8")


def write_single(path, hours=1):
    """Of one GPU. single-gpu itself asks for no soak, so it has no level soak."""
    sizes = f"power_n = 8192\nsoak_hours = {hours}"
    path.write_text(short("single-gpu", SINGLE_GATES, sizes), encoding="utf-8")
