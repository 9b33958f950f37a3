#!/usr/bin/env python3
"""Code shown in the documents is the code: a block after `<!-- from PATH -->` stands in that file. Links to files resolve."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    passed = failed = 0
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        text = page.read_text()
        checks = [((ROOT / path).exists() and code in (ROOT / path).read_text(), f"the code of {path} has changed")
                  for path, code in re.findall(r"<!-- from (\S+) -->\n```cpp\n(.*?)\n```", text, re.S)]
        checks += [((page.parent / link).exists(), f"{link} is not there")
                   for link in re.findall(r"\]\(([^)#:]+)\)", text)]
        for fine, what in checks:
            passed, failed = passed + fine, failed + (not fine)
            if not fine:
                print(f"{page.relative_to(ROOT)}: {what}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or passed == 0 else 0)


main()
