"""Verifies a sealed report with an unmodified DSSE client from PyPI, and sees it refuse changed ones.

usage: check_dsse.py FOLDER VENV   FOLDER is what make_sealed wrote; VENV is made once and kept.
Exit 77 where PyPI is out of reach.
"""
import base64
import copy
import json
import os
import subprocess
import sys
import venv

# junitparser is for reports/interop, which shares the venv.
PINNED = ["securesystemslib==1.6.0", "cryptography==50.0.2", "junitparser==5.0.3"]


def install(folder):
    """The venv's Python with the pinned packages; None where they cannot be had."""
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "installed.txt")
    if os.path.exists(stamp):
        with open(stamp, encoding="utf-8") as file:
            if file.read().split() == PINNED:
                return python
    venv.create(folder, clear=True, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--retries", "1", "--timeout", "15"]
    done = subprocess.run(pip + PINNED, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"skipped: {' '.join(PINNED)} could not be installed from PyPI: {reason}")
        return None
    with open(stamp, "w", encoding="utf-8") as file:
        file.write("\n".join(PINNED) + "\n")
    return python


def changed(envelope, field, value):
    """A copy of the envelope with one field replaced; keyid and sig are the signature's."""
    out = copy.deepcopy(envelope)
    target = out["signatures"][0] if field in ("keyid", "sig") else out
    target[field] = value
    return out


def check(folder):
    """Runs inside the venv: one acceptance and five refusals."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    with open(os.path.join(folder, "report.dsse.json"), encoding="ascii") as file:
        envelope = json.load(file)
    with open(os.path.join(folder, "key.pub.pem"), encoding="ascii") as file:
        pem = file.read()
    keyid = envelope["signatures"][0]["keyid"]
    key = SSlibKey(keyid, "ecdsa", "ecdsa-sha2-nistp256", {"public": pem})

    def accepts(data):
        try:
            return bool(Envelope.from_dict(copy.deepcopy(data)).verify([key], 1))
        except VerificationError:
            return False

    payload = base64.b64decode(envelope["payload"])
    with open(os.path.join(folder, "payload.json"), "rb") as file:
        assert payload == file.read()
    sig = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    sig[-1] ^= 1
    worse = payload.replace(b'"level":"quick"', b'"level":"standard"')
    assert worse != payload
    assert accepts(envelope), "the client refuses the sealed report"
    for what, data in {
        "another payload": changed(envelope, "payload", base64.b64encode(worse).decode()),
        "a shorter payload": changed(envelope, "payload", base64.b64encode(payload[:-1]).decode()),
        "another type": changed(envelope, "payloadType", "application/json"),
        "another signature": changed(envelope, "sig", base64.b64encode(sig).decode()),
        "another key id": changed(envelope, "keyid", "0" * 64),
    }.items():
        assert not accepts(data), f"the client accepts {what}"
    print(f"{PINNED[0]} verifies the envelope and refuses 5 changed ones")


def main():
    if len(sys.argv) == 2:
        check(sys.argv[1])
        return 0
    python = install(sys.argv[2])
    if python is None:
        return 77
    return subprocess.run([python, __file__, sys.argv[1]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
