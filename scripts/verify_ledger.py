#!/usr/bin/env python3
"""Recounts a bundle of votes: plain Python, nothing but the standard library, written from
docs/ledger.md alone. It shares no line with the program that made the bundle.

    verify_ledger.py BUNDLE.zip [--key KEY] [--witness KEY]... [--quorum N]

KEY is the log's public key as it was made known before the vote; without it the bundle's own is
believed, which proves less. Prints the twelve checks, or the first that fails, and exits 0 or 1.
"""

import argparse, base64, hashlib, hmac, json, struct, sys, zipfile

CTX = b"hoithi-vote-ledger/v2/"

def sha256(data):
    return hashlib.sha256(data).digest()

class Failed(Exception):
    """A check that failed: its number, and why."""

def demand(check, right, why):
    if not right:
        raise Failed(check, why)

# Ed25519, RFC 8032, section 5.1: verification only.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)
def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return result
def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)
BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0
def signed(public, message, signature):
    if len(signature) != 64 or len(public) != 32:
        return False
    a, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or same(times(8, a), (0, 1, 1, 0)):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    return same(times(s, BASE), add(r, times(h % ORDER, a)))
def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]
def read_key(text):
    name, number, data = text.strip().split("+", 2)
    data = base64.b64decode(data, validate=True)
    kind, public = data[0], data[1:]
    if kind not in (1, 4) or key_id(name, kind, public).hex() != number:
        raise ValueError("not a key: " + text)
    return name, kind, public
def note_signed(note, key):
    """Whether one line under the note is a signature of this key."""
    name, kind, public = key
    text, lines = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]
    for line in lines.splitlines():
        data = base64.b64decode(line.split(" ")[-1])
        if not line.startswith("— %s " % name) or data[:4] != key_id(name, kind, public):
            continue
        if kind == 1 and signed(public, text.encode(), data[4:]):
            return True
        if kind == 4 and len(data) == 76:
            said = "cosignature/v1\ntime %d\n%s" % (struct.unpack(">Q", data[4:12])[0], text)
            if signed(public, said.encode(), data[12:]):
                return True
    return False

class Leaf:
    def __init__(self, data):
        self.data, self.at = data, 0
        form, self.kind, self.log = self.take(">BBI")
        zero = 0
        if self.kind == 1:
            self.rules, _, self.ks = self.take(">32s32s32s")
            self.staff = self.keys()
        elif self.kind == 2:
            self.slot, self.level, zero, self.seq = self.take(">IBBH")
            self.nullifier, self.seal = self.take(">32s32s")
        elif self.kind == 3:
            self.rules, self.key = self.take(">32s32s")
            self.staff = self.keys()
            self.part = CTX + b"amend\0" + data[: self.at]
            (self.signature,) = self.take(">64s")
        elif self.kind == 4:
            self.verdict, _, count = self.take(">BHI")
            zero = self.verdict not in (1, 2, 3) or count > 4000
            self.leaves = self.take(">%dQ" % count)
            self.take(">32s")
            self.part = CTX + b"note\0" + data[: self.at]
            self.signatures = [self.take(">B64s") for _ in range(self.take(">B")[0])]
        elif self.kind in (5, 6):
            (self.said,) = self.take(">Q" if self.kind == 5 else ">32s")
        if form != 2 or zero or not 1 <= self.kind <= 6 or self.at != len(data):
            raise ValueError("cannot be read")
    def take(self, form):
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values
    def keys(self):
        return [self.take(">32s")[0] for _ in range(self.take(">B")[0])]
def holds(since, index):
    """What holds at a leaf, of a list of (first leaf, what)."""
    return [what for first, what in since if first <= index][-1]

class Bundle:
    def __init__(self, path):
        with zipfile.ZipFile(path) as files:
            head = json.loads(files.read("log.json"))
            if head["format"] != "hoithi-vote-ledger/v2":
                raise ValueError("another format")
            self.origin, self.key = head["origin"], head["key"]
            self.ks = bytes.fromhex(head["salt_key"])
            self.rules = files.read("rules.jsonl").decode().splitlines()
            data, at, self.raw = files.read("leaves.bin"), 0, []
            while at < len(data):
                size = struct.unpack_from(">H", data, at)[0]
                self.raw.append(data[at + 2 : at + 2 + size])
                at += 2 + size
            self.checkpoints = files.read("checkpoints.txt").decode().split("---\n")
            lines = files.read("openings.csv").decode().splitlines()[1:]
            pairs = [line.split(",") for line in lines]
            self.openings = {int(i): [int(e) for e in chosen.split()] for i, chosen in pairs}
            self.result = files.read("result.json")
    def verify(self, pinned, witnesses, quorum):
        self.check_1()
        heads = self.check_2(pinned)
        self.check_3(heads)
        demand(4, heads and heads[-1][0] == len(self.raw), "leaves that no checkpoint covers")
        seen = sum(note_signed(self.checkpoints[-1], key) for key in witnesses)
        demand(5, seen >= quorum, "%d witnesses cosigned" % seen)
        for check in (self.check_6, self.check_7, self.check_8, self.check_9, self.check_10):
            check()
        closed = max(i for i, leaf in enumerate(self.leaves) if leaf.kind == 5)
        results = [(i, leaf) for i, leaf in enumerate(self.leaves) if leaf.kind == 6]
        right = results and results[-1][0] > closed and results[-1][1].said == sha256(self.result)
        demand(11, right, "RESULT is missing or of another result")
        counts = self.count()
        canonical = json.dumps(counts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        demand(12, canonical.encode() == self.result, "the votes give " + canonical)
        return counts
    def check_1(self):
        log, self.leaves = struct.unpack(">I", sha256(self.origin.encode())[:4])[0], []
        demand(1, self.raw, "no leaves")
        for index, data in enumerate(self.raw):
            try:
                leaf = Leaf(data)
            except (ValueError, struct.error) as error:
                raise Failed(1, "leaf %d: %s" % (index, error)) from error
            demand(1, leaf.log == log, "leaf %d is of another log" % index)
            demand(1, (leaf.kind == 1) == (index == 0), "leaf %d: OPEN is the first" % index)
            self.leaves.append(leaf)
    def check_2(self, pinned):
        keys, heads = [(0, pinned)], []
        for index, leaf in enumerate(self.leaves):
            if leaf.kind == 3:
                by = holds(keys, index)[2]
                demand(2, signed(by, leaf.part, leaf.signature), "AMEND at leaf %d" % index)
                keys.append((index, (self.origin, 1, leaf.key)))
        for number, note in enumerate(self.checkpoints):
            lines, why = note.split("\n"), "checkpoint %d" % number
            demand(2, len(lines) > 4 and lines[0] == self.origin and lines[1].isdigit(), why)
            size = int(lines[1])
            demand(2, size > 0 and note_signed(note, holds(keys, size - 1)), why)
            heads.append((size, base64.b64decode(lines[2])))
        return heads
    def check_3(self, heads):
        stack, size = [], 0
        for number, (wanted, root) in enumerate(heads):
            demand(3, size <= wanted <= len(self.raw), "checkpoint %d: size" % number)
            for data in self.raw[size:wanted]:
                node, count, size = sha256(b"\0" + data), size, size + 1
                while count & 1:
                    node, count = sha256(b"\1" + stack.pop() + node), count >> 1
                stack.append(node)
            found = stack[-1]
            for left in reversed(stack[:-1]):
                found = sha256(b"\1" + left + found)
            demand(3, found == root, "checkpoint %d has another root" % number)
    def check_6(self):
        self.bound, given = [], list(self.rules)
        demand(6, self.leaves[0].ks == sha256(CTX + b"ks\0" + self.ks), "the salt key")
        for index, leaf in enumerate(self.leaves):
            if leaf.kind in (1, 3):
                same_rules = given and sha256(given[0].encode()) == leaf.rules
                demand(6, same_rules, "rules at leaf %d" % index)
                self.bound.append((index, json.loads(given.pop(0))))
        demand(6, not given, "rules that no leaf binds")
    def votes(self):
        return ((i, leaf) for i, leaf in enumerate(self.leaves) if leaf.kind == 2)
    def check_7(self):
        last = {}
        for index, vote in self.votes():
            lowest = holds(self.bound, index)["level"]
            demand(7, lowest <= vote.level <= 4, "level of the vote at leaf %d" % index)
            follows = vote.seq == last.get(vote.nullifier, -1) + 1
            demand(7, follows, "the vote at leaf %d follows on none" % index)
            last[vote.nullifier] = vote.seq
    def check_8(self):
        votes, closed = 0, False
        for index, leaf in enumerate(self.leaves):
            demand(8, not (leaf.kind == 2 and closed), "vote after CLOSE at leaf %d" % index)
            votes += leaf.kind == 2
            if leaf.kind == 5:
                demand(8, not closed and leaf.said == votes, "CLOSE at leaf %d" % index)
                closed = True
        demand(8, closed, "no CLOSE")
    def check_9(self):
        opened = 0
        for index, vote in self.votes():
            why = "the vote at leaf %d" % index
            demand(9, index in self.openings, why + " is not opened")
            opened, chosen = opened + 1, self.openings[index]
            seq = struct.pack(">H", vote.seq)
            salt = hmac.digest(self.ks, CTX + b"salt\0" + vote.nullifier + seq, "sha256")
            sealed = CTX + b"choice\0" + struct.pack(">II", vote.log, vote.slot) + vote.nullifier + seq
            sealed += salt + struct.pack(">B%dI" % len(chosen), len(chosen) & 255, *chosen)
            demand(9, sha256(sealed) == vote.seal, why + " opens to something else")
            rules = holds(self.bound, index)
            keeps = len(chosen) <= rules["most"] and (rules["limit"] == "day" or vote.slot == 0)
            keeps = chosen in ([], [vote.slot]) if rules["limit"] == "entry" else keeps
            demand(9, keeps and len(set(chosen)) == len(chosen), why + " is beyond the limits")
        demand(9, opened == len(self.openings), "openings of what is no vote")
    def check_10(self):
        self.verdicts, staff, ballots = {}, [], set()
        for index, leaf in enumerate(self.leaves):
            if leaf.kind in (1, 3):
                staff = leaf.staff
            elif leaf.kind == 2 and leaf.seq == 0:
                ballots.add(index)
            elif leaf.kind == 4:
                keys = [key for key, _ in leaf.signatures]
                good = len(set(keys)) == len(keys) >= (2 if leaf.verdict == 2 else 1)
                for key, signature in leaf.signatures:
                    good = good and key < len(staff) and signed(staff[key], leaf.part, signature)
                demand(10, good, "signatures of the NOTE at leaf %d" % index)
                allowed = {1: (None,), 2: (None, 1), 3: (1, 2)}[leaf.verdict]
                fits = all(i in ballots and self.verdicts.get(i) in allowed for i in leaf.leaves)
                demand(10, fits, "ballots of the NOTE at leaf %d" % index)
                self.verdicts.update({i: leaf.verdict % 3 or None for i in leaf.leaves})
            elif leaf.kind == 6:
                self.bound_at, self.published = index, dict(self.verdicts)
    def count(self):
        first = {vote.nullifier: index for index, vote in self.votes() if vote.seq == 0}
        last = {vote.nullifier: (index, vote) for index, vote in self.votes()}
        rules, verdicts = holds(self.bound, self.bound_at), list(self.published.values())
        counts = {"counts": {}, "levels": {}, "standing": 0, "leaves": sum(1 for _ in self.votes())}
        counts.update(quarantined=verdicts.count(1), disqualified=verdicts.count(2))
        for index, vote in last.values():
            chosen = self.openings[index]
            if self.published.get(first[vote.nullifier]) or len(chosen) < max(1, rules["least"]):
                continue
            counts["standing"] += 1
            counts["levels"][str(vote.level)] = counts["levels"].get(str(vote.level), 0) + 1
            for place, entry in enumerate(chosen):
                worth = (rules["points"] + [0] * 255)[place] if rules["points"] else 1
                counts["counts"][str(entry)] = counts["counts"].get(str(entry), 0) + worth
        return counts
def main():
    arguments = argparse.ArgumentParser(description="Recounts a bundle of votes.")
    arguments.add_argument("bundle"), arguments.add_argument("--key")
    arguments.add_argument("--witness", action="append", default=[])
    arguments.add_argument("--quorum", type=int, default=0)
    asked = arguments.parse_args()
    bundle = Bundle(asked.bundle)
    try:
        witnesses = [read_key(key) for key in asked.witness]
        counts = bundle.verify(read_key(asked.key or bundle.key), witnesses, asked.quorum)
    except Failed as failed:
        print("check %d failed: %s" % failed.args)
        return 1
    print("checks 1 to 12 hold: %d leaves" % len(bundle.raw))
    print("%d ballots count" % counts["standing"])
    for entry, count in sorted(counts["counts"].items(), key=lambda one: (-one[1], int(one[0]))):
        print("%s\t%d" % (entry, count))
    return 0

if __name__ == "__main__":
    sys.exit(main())
