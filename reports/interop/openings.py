"""Computes the challenged work of a report again, from docs/challenge-format.md alone.

usage: openings.py PAYLOAD CHALLENGE_PAYLOAD   prints how many tiles are right, or what is
       wrong (exit 1)
Plain Python: many numbers ride in one long integer, 64 or 32 bits each.
"""
import hashlib
import json
import sys
from array import array

SIDE, TILE, OPENED, LANES = 1024, 32, 460, 1024 * 1024 // 4
ONES = int.from_bytes(array("Q", [1] * LANES).tobytes(), "little")
LOW = ONES * 0xFFFFFFFF


def sha(data):
    return hashlib.sha256(data).digest()


def seed_of(nonce, gate, params, uuid=None):
    lines = ["gpuaccept seed 1", nonce, gate, *(f"{k}={params[k]}" for k in sorted(params))]
    text = "".join(line + "\n" for line in lines + ([uuid] if uuid else []))
    return int.from_bytes(sha(text.encode())[:8], "big") >> 12


def operand(seed, stream):
    """Elements 0 .. 2^20-1 of a matrix with 8 added, all Philox blocks at once."""
    c = [int.from_bytes(array("Q", range(LANES)).tobytes(), "little"), 0, ONES * stream, 0]
    k = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        p, q = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(q >> 32 & LOW) ^ c[1] ^ ONES * k[0], q & LOW,
             (p >> 32 & LOW) ^ c[3] ^ ONES * k[1], p & LOW]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    words = [array("Q", (w * 17 >> 32 & LOW).to_bytes(8 * LANES, "little")) for w in c]
    return [word[block] for block in range(LANES) for word in words]


def product(seed):
    """Rows of the product, each as 1024 integers."""
    a, b = operand(seed, 1), operand(seed, 2)
    rows = [b[i:i + SIDE] for i in range(0, SIDE * SIDE, SIDE)]
    packed = [int.from_bytes(array("I", row).tobytes(), "little") for row in rows]
    columns = [sum(column) for column in zip(*rows)]
    for i in range(0, SIDE * SIDE, SIDE):
        row = a[i:i + SIDE]
        wide = sum(x * y for x, y in zip(row, packed))
        sums = array("I", wide.to_bytes(4 * SIDE, "little"))
        fixed = 8 * sum(row) - 64 * SIDE  # (x-8)(y-8) = xy - 8x - 8y + 64
        yield array("i", [s - 8 * column - fixed for s, column in zip(sums, columns)])


def root_of(leaves, openings):
    paths = {o["tile"]: [bytes.fromhex(p) for p in o["path"]] for o in openings}
    level = {tile: (leaves[tile], tile) for tile in paths}  # node -> digest, lowest opened tile
    for _ in range(10):
        above = {}
        for node in sorted(level):
            digest, owner = level[node]
            if node // 2 not in above:
                beside = level[node ^ 1][0] if node ^ 1 in level else paths[owner].pop(0)
                pair = digest + beside if node % 2 == 0 else beside + digest
                above[node // 2] = (sha(b"\1" + pair), owner)
        level = above
    assert not any(paths.values()), "a path is too long"
    return level[0][0].hex()


def check(predicate, nonce):
    """The digests of the opened tiles, or an AssertionError that says what is wrong."""
    work = next(m for m in predicate["measurements"] if m["case"] == "fresh.gemm")
    seed = seed_of(nonce, "identity.freshness", {}, predicate["facts"]["gpus"][0]["uuid"])
    assert seed == work["params"]["seed"], f"the seed is {seed}"
    root, openings = work["check"]["root"], work["check"]["openings"]
    wanted, n = set(), 0
    while len(wanted) < OPENED:
        draw = sha(b"gpuaccept openings 1\n" + root.encode() + b"\n" + str(n).encode())
        wanted.add(int.from_bytes(draw[:8], "big") % (SIDE // TILE) ** 2)
        n += 1
    assert [o["tile"] for o in openings] == sorted(wanted), "other tiles are opened"
    rows = list(product(seed))
    leaves = {}
    for tile in wanted:
        top, left = tile // 32 * TILE, tile % 32 * TILE
        data = b"".join(row[left:left + TILE].tobytes() for row in rows[top:top + TILE])
        leaves[tile] = sha(b"\0" + data)
    assert root_of(leaves, openings) == root, "the root is another"
    return leaves


if __name__ == "__main__":
    report, challenge = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
    try:
        print(len(check(report["predicate"], challenge["predicate"]["nonce"])), "tiles are right")
    except AssertionError as wrong:
        sys.exit(f"wrong: {wrong}")
