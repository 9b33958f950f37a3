#!/usr/bin/env python3
"""Size rules of the sources: no function over 60 lines, no file over 300. Exit status 1 if one is broken.

A function is a block of braces that stands directly in namespaces and classes and follows a parameter list.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST_FUNCTION, LONGEST_FILE = 60, 300
# A file that is longer has its reason here.
REASONS = {}

BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def blanked(text):
    """Comments and literals replaced by blanks; lines stay."""
    return BLANK.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text):
    """(first line, last line, head) of each function."""
    text, stack, start = blanked(text), [], 0
    for at, c in enumerate(text):
        if c == "{":
            head = text[start:at].strip()
            scope = bool(re.search(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$", head)) or head == ""
            outside = all(kind == "scope" for kind, *_ in stack)
            kind = "scope" if scope and outside else "function" if outside and ")" in head else "other"
            stack.append((kind, text.count("\n", 0, start + len(text[start:at]) - len(text[start:at].lstrip())) + 1, head))
        elif c == "}" and stack:
            kind, line, head = stack.pop()
            if kind == "function":
                yield line, text.count("\n", 0, at) + 1, head
        if c in "{};":
            start = at + 1


def main():
    passed = failed = 0
    for folder in ("src", "drivers", "tests"):
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            text, name = path.read_text(), str(path.relative_to(ROOT))
            if text.count("\n") > LONGEST_FILE and name not in REASONS:
                failed += 1
                print(f"{name}: {text.count(chr(10))} lines")
            for first, last, head in functions(text):
                if last - first + 1 > LONGEST_FUNCTION and not head.startswith(("TEST_CASE", "SCENARIO")):
                    failed += 1
                    print(f"{name}:{first}: {last - first + 1} lines: {' '.join(head.split())[:80]}")
                else:
                    passed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or passed < 100 else 0)


main()
