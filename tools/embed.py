#!/usr/bin/python3
"""Writes a file's bytes as a C array, for data that the program carries within itself.

    tools/embed.py data/providers.yaml OUT.c providers_yaml

The array has that name and a NUL behind the bytes; its length without the NUL is NAME_size.
"""

import sys


def main():
    source, target, name = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    lines = [",".join(map(str, data[at:at + 32])) + "," for at in range(0, len(data), 32)]
    with open(target, "w", encoding="ascii") as file:
        file.write("#include <stddef.h>\n"
                   f"extern const unsigned char {name}[];\nextern const size_t {name}_size;\n"
                   f"const unsigned char {name}[] = {{\n" + "\n".join(lines) + f"\n0}};\nconst size_t {name}_size = {len(data)};\n")


if __name__ == "__main__":
    main()
