#!/usr/bin/env python3
"""Judges an exported log from the C2SP texts alone; shares no code with the project.

    verify_tiles.py FOLDER VKEY [--proof FILE.tlog-proof --leaf-hex HEX]

Checks, in this order: the checkpoint's signed note (signed-note, Ed25519), its three lines
(tlog-checkpoint), that every tile and entry bundle that the size implies is there with exactly
its size (tlog-tiles), every leaf hash against its entry, every hash of a higher level against
the full tile below it, and the root over all entries against the checkpoint (RFC 6962). With
--proof also a tlog-proof file, offline. Prints one line and ends with 0, or names the first
thing that is wrong and ends with 1.
"""

import argparse
import base64
import binascii
import hashlib
import pathlib
import re
import sys

WIDTH = 256


class Wrong(Exception):
    """Something does not fit."""


def sha256(octets):
    return hashlib.sha256(octets).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def tree_root(hashes):
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not hashes:
        return sha256(b"")
    stack = []  # (height, hash): complete subtrees, largest first
    for value in hashes:
        height = 0
        while stack and stack[-1][0] == height:
            value = node_hash(stack.pop()[1], value)
            height += 1
        stack.append((height, value))
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def strict_base64(text, what):
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(f"{what}: not base64") from error
    if base64.b64encode(octets).decode() != text:
        raise Wrong(f"{what}: not canonical base64")
    return octets


# Ed25519 (RFC 8032 section 5.1.7), slow and plain: nothing needs to be installed.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover_x(y, sign):
    if y >= P:
        raise Wrong("a point off the curve")
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        if sign:
            raise Wrong("a point off the curve")
        return 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P:
        raise Wrong("a point off the curve")
    return P - x if x & 1 != sign else x


def decompress(octets):
    value = int.from_bytes(octets, "little")
    y, sign = value & (1 << 255) - 1, value >> 255
    x = recover_x(y, sign)
    return (x, y, 1, x * y % P)


def add(a, b):
    one = (a[1] - a[0]) * (b[1] - b[0]) % P
    two = (a[1] + a[0]) * (b[1] + b[0]) % P
    three = 2 * a[3] * b[3] * D % P
    four = 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_valid(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        a, r = decompress(public), decompress(signature[:32])
    except Wrong:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(hashed, "little") % L
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return (
        (left[0] * right[2] - right[0] * left[2]) % P == 0
        and (left[1] * right[2] - right[1] * left[2]) % P == 0
    )


# signed-note and tlog-checkpoint


def parse_vkey(vkey):
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise Wrong("the verifier key is malformed")
    name, key_id, key = parts[0], bytes.fromhex(parts[1]), strict_base64(parts[2], "vkey")
    if not name or re.search(r"\s", name):
        raise Wrong("the verifier key's name is malformed")
    if len(key) != 33 or key[0] != 0x01:
        raise Wrong("the verifier key is not Ed25519")
    if sha256(name.encode() + b"\n" + key)[:4] != key_id:
        raise Wrong("the verifier key's id is not its own")
    return name, key_id, key[1:]


def open_note(octets, vkey):
    name, key_id, public = parse_vkey(vkey)
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong("the note is not UTF-8") from error
    if any(ord(character) < 0x20 and character != "\n" for character in text):
        raise Wrong("the note holds a control character")
    split = text.rfind("\n\n")
    if split < 0 or not text.endswith("\n"):
        raise Wrong("the note has no signatures")
    signed, lines = text[: split + 1], text[split + 2 :].split("\n")[:-1]
    found = False
    for line in lines:
        match = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise Wrong("a signature line is malformed")
        signature = strict_base64(match[2], "a signature")
        if len(signature) < 5:
            raise Wrong("a signature is too short")
        if match[1] != name or signature[:4] != key_id:
            continue  # another key's: ignored
        if not ed25519_valid(public, signed.encode(), signature[4:]):
            raise Wrong("the log's signature is wrong")
        found = True
    if not found:
        raise Wrong("the log did not sign the note")
    return name, signed


def parse_checkpoint(octets, vkey):
    name, text = open_note(octets, vkey)
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or "" in lines[:-1]:
        raise Wrong("the checkpoint's lines are malformed")
    if lines[0] != name:
        raise Wrong("the checkpoint's origin is not the key's name")
    if not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        raise Wrong("the checkpoint's size is malformed")
    root = strict_base64(lines[2], "the root")
    if len(root) != 32:
        raise Wrong("the root is not 32 octets")
    return lines[0], int(lines[1]), root


# tlog-tiles


def index_path(number):
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def read_tile(folder, kind, number, width):
    path = f"tile/{kind}/{index_path(number)}" + ("" if width == WIDTH else f".p/{width}")
    try:
        return path, (folder / path).read_bytes()
    except FileNotFoundError as error:
        raise Wrong(f"{path} is missing") from error


def tiles_of(count):
    """Index and width of each tile that holds `count` values."""
    for number in range(count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def read_entries(folder, size):
    for number, width in tiles_of(size):
        path, octets = read_tile(folder, "entries", number, width)
        offset = 0
        for _ in range(width):
            if offset + 2 > len(octets):
                raise Wrong(f"{path} ends early")
            length = int.from_bytes(octets[offset : offset + 2], "big")
            offset += 2
            if offset + length > len(octets):
                raise Wrong(f"{path} ends within an entry")
            yield octets[offset : offset + length]
            offset += length
        if offset != len(octets):
            raise Wrong(f"{path} holds more than its entries")


def check_level(folder, level, expected):
    """Compares a level's tiles with the hashes they must hold; gives the level above."""
    above = []
    for number, width in tiles_of(len(expected)):
        path, octets = read_tile(folder, level, number, width)
        wanted = expected[number * WIDTH : number * WIDTH + width]
        if len(octets) != 32 * width:
            raise Wrong(f"{path} has {len(octets)} octets instead of {32 * width}")
        for place, value in enumerate(wanted):
            if octets[32 * place : 32 * place + 32] != value:
                raise Wrong(f"{path}: hash {place} is wrong")
        if width == WIDTH:
            above.append(tree_root(wanted))
    return above


def check_log(folder, vkey):
    checkpoint = folder / "checkpoint"
    if not checkpoint.is_file():
        raise Wrong("checkpoint is missing")
    origin, size, root = parse_checkpoint(checkpoint.read_bytes(), vkey)
    hashes = [leaf_hash(entry) for entry in read_entries(folder, size)]
    level, expected = 0, hashes
    while expected:
        expected = check_level(folder, level, expected)
        level += 1
    if tree_root(hashes) != root:
        raise Wrong("the entries give another root than the checkpoint")
    return origin, size, root


# tlog-proof


def check_proof(octets, leaf, vkey):
    head, separator, note = octets.partition(b"\n\n")
    if not separator:
        raise Wrong("the proof has no checkpoint")
    lines = head.decode("utf-8", errors="replace").split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Wrong("not a tlog-proof file")
    if lines and lines[0].startswith("extra "):
        strict_base64(lines.pop(0)[6:], "the extra line")
    match = re.fullmatch(r"index (0|[1-9][0-9]*)", lines.pop(0) if lines else "")
    if not match:
        raise Wrong("the proof's index is malformed")
    index = int(match[1])
    hashes = [strict_base64(line, "a proof's hash") for line in lines]
    if any(len(value) != 32 for value in hashes):
        raise Wrong("a proof's hash is not 32 octets")
    _, size, root = parse_checkpoint(note, vkey)
    if index >= size:
        raise Wrong("the proof's index lies outside the tree")
    # RFC 6962 section 2.1.1, walked down from the root: which sides did the path take?
    sides, start, end = [], 0, size
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            sides.append("right")
            end = split
        else:
            sides.append("left")
            start = split
    if len(sides) != len(hashes):
        raise Wrong("the proof has the wrong number of hashes")
    value = leaf_hash(leaf)
    for other, side in zip(hashes, reversed(sides)):
        value = node_hash(other, value) if side == "left" else node_hash(value, other)
    if value != root:
        raise Wrong("the proof leads to another root")
    return index, size


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("vkey")
    parser.add_argument("--proof", type=pathlib.Path)
    parser.add_argument("--leaf-hex")
    arguments = parser.parse_args()
    try:
        origin, size, root = check_log(arguments.folder, arguments.vkey)
        print(f"{origin}: {size} entries, root {base64.b64encode(root).decode()}")
        if arguments.proof:
            leaf = bytes.fromhex(arguments.leaf_hex or "")
            index, size = check_proof(arguments.proof.read_bytes(), leaf, arguments.vkey)
            print(f"entry {index} is among the first {size}")
    except Wrong as reason:
        print(f"wrong: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
