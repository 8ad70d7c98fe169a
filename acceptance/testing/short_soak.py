"""A profile for short soaks: hgx-h200 with its order and limits, but a soak of one hour (two cycles)
and only the gates that a soak is for."""
import pathlib
import re

PROFILE = pathlib.Path(__file__).resolve().parents[1] / "profiles" / "hgx-h200.toml"
GATES = ("identity.inventory", "host.memory", "memory.remap", "memory.ecc", "soak.digest",
         "events.ecc", "events.nic", "events.nvlink", "events.pcie", "events.throttle",
         "events.xid")


def write(path, hours=1):
    text = PROFILE.read_text(encoding="utf-8")
    tables = re.split(r"(?m)^(?=\[)", text)
    head = re.sub(r"(?ms)^(required|skip_at_quick|ratio) = \[.*?^\]\n", "", tables[0])
    head = head.replace('name = "hgx-h200"', 'name = "short-soak"')
    head += "required = [" + ", ".join(f'"{gate}"' for gate in GATES) + "]\n"
    kept = [head]
    for table in tables[1:]:
        if table.startswith(("[[floor]]", "[[ceiling]]")):
            continue
        if table.startswith("[sizes]"):
            table = re.sub(r"(?m)^soak_hours.*\n", "", table).rstrip("\n")
            table += f"\nsoak_hours = {hours}\n\n"
        kept.append(table)
    path.write_text("\n".join(kept), encoding="utf-8")
