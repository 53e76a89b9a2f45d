#!/usr/bin/python3
"""The files of the built Studio as C: a table of paths, types, bytes (as they are and compressed) and ETags.

    tools/embed_studio.py FOLDER OUTPUT.c      an empty or missing FOLDER gives an empty table

See src/api/studio.h. The output is written only where it changed, so that nothing is compiled in vain.
"""

import gzip
import hashlib
import os
import re
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".json": "application/json", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml", ".png": "image/png",
    ".ico": "image/x-icon", ".webp": "image/webp", ".jpg": "image/jpeg", ".woff2": "font/woff2", ".woff": "font/woff",
    ".txt": "text/plain; charset=utf-8", ".map": "application/json",
}
HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")  # as Vite names what it may never change
COMPRESSED_ALREADY = {".png", ".jpg", ".webp", ".woff", ".woff2", ".ico"}


def literal(data):
    """Bytes as pieces of a C string: octal where a letter wouldn't do."""
    lines = []
    for at in range(0, len(data), 96):
        piece = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in data[at:at + 96])
        lines.append(f'\t"{piece}"')
    return "\n".join(lines) or '\t""'


def files_of(folder):
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(top, name)


def entry(folder, path):
    name = "/" + os.path.relpath(path, folder).replace(os.sep, "/")
    extension = os.path.splitext(path)[1].lower()
    if extension not in TYPES:
        sys.exit(f"{path}: files of this kind have no type in {sys.argv[0]}")
    with open(path, "rb") as file:
        data = file.read()
    packed = b"" if extension in COMPRESSED_ALREADY else gzip.compress(data, 9, mtime=0)
    if len(packed) >= len(data):
        packed = b""
    immutable = name.startswith("/assets/") and HASHED.search(name) is not None
    etag = hashlib.sha256(data).hexdigest()[:20]
    return (f'{{"{name}", "{TYPES[extension]}", "\\"{etag}\\"", {"true" if immutable else "false"},\n'
            f"\t{{\n{literal(data)},\n\t{len(data)}}},\n\t{{\n{literal(packed)},\n\t{len(packed)}}}}},\n")


def main():
    folder, output = sys.argv[1:]
    files = list(files_of(folder)) if folder and os.path.isfile(os.path.join(folder, "index.html")) else []
    text = ('/* Made by tools/embed_studio.py. */\n#include "api/studio.h"\n\nconst struct studio_file studio_files[] = {\n' +
            "".join(entry(folder, path) for path in files) + "{0}};\n" +
            f"const size_t studio_file_count = {len(files)};\n")
    try:
        with open(output, encoding="ascii") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    with open(output, "w", encoding="ascii") as file:
        file.write(text)


main()
