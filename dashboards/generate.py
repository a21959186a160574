#!/usr/bin/env python3
"""Writes the dashboards' JSON next to this script; with --check, only says which files differ."""

import argparse
import json
import pathlib
import sys

from dashkit.dashboard import dashboard
from dashkit.pages import PAGES
from dashkit.queries import FIRING

HERE = pathlib.Path(__file__).resolve().parent


def generated():
    """The text of every dashboard by its path."""
    return {
        HERE / f"{page.file}.json": json.dumps(dashboard(page, PAGES, FIRING), indent=2, ensure_ascii=False) + "\n"
        for page in PAGES
    }


def differences():
    """One line per dashboard that is missing, outdated or described nowhere."""
    texts = generated()
    for path, text in texts.items():
        if not path.exists():
            yield f"dashboards/{path.name}: missing; run dashboards/generate.py"
        elif path.read_text(encoding="utf-8") != text:
            yield f"dashboards/{path.name}: differs from its description; run dashboards/generate.py"
    for path in sorted(set(HERE.glob("*.json")) - set(texts)):
        yield f"dashboards/{path.name}: no page describes it"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    if parser.parse_args().check:
        found = list(differences())
        print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
        return 1 if found else 0
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
