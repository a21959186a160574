"""Reads the plain YAML that the rule files here are written in, since Python's standard library reads none.

Block mappings and lists, quoted and plain scalars on one line, `|` and `>-` blocks, empty `[]` and `{}`, comments on
their own lines. Anything else is an error with its line: better than to understand it wrongly.
"""

import re
import textwrap

KEY = re.compile(r"([A-Za-z_][\w.-]*|'[^']*'|\"[^\"]*\"):(?: (.*))?$")


class YAMLError(ValueError):
    """Text that this reader does not understand."""


class _Reader:
    def __init__(self, text, name):
        self.lines = text.split("\n")
        self.name = name
        self.at = 0

    def fail(self, why):
        raise YAMLError(f"{self.name}:{self.at + 1}: {why}")

    def skip(self):
        """Moves to the next line with content and returns its indentation, or -1 at the end."""
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            if line and not line.startswith("#") and line != "---":
                if "\t" in self.lines[self.at]:
                    self.fail("a tab")
                return len(self.lines[self.at]) - len(self.lines[self.at].lstrip())
            self.at += 1
        return -1

    def node(self, indent):
        content = self.lines[self.at][indent:]
        return self.items(indent) if content.startswith("-") else self.mapping(indent)

    def items(self, indent):
        result = []
        while self.skip() == indent and re.match(r"-( |$)", self.lines[self.at][indent:]):
            rest = self.lines[self.at][indent + 1:].lstrip()
            if not rest:
                self.at += 1
                result.append(self.nested(indent))
            elif KEY.match(rest):
                # `- key: value` is a mapping whose first line begins after the dash.
                inner = len(self.lines[self.at]) - len(rest)
                self.lines[self.at] = " " * inner + rest
                result.append(self.mapping(inner))
            else:
                self.at += 1
                result.append(self.scalar(rest))
        return result

    def mapping(self, indent):
        result = {}
        while self.skip() == indent:
            matched = KEY.match(self.lines[self.at][indent:])
            if not matched:
                self.fail("neither a key nor a list item")
            key, rest = matched[1].strip("'\""), (matched[2] or "").strip()
            if key in result:
                self.fail(f"{key} twice")
            self.at += 1
            if rest in ("|", "|-", ">", ">-"):
                result[key] = self.block(indent, rest)
            else:
                result[key] = self.scalar(rest) if rest else self.nested(indent)
        if self.skip() > indent:
            self.fail("indented too far")
        return result

    def nested(self, indent):
        deeper = self.skip()
        # A list may stand at its key's own indentation.
        if deeper > indent or deeper == indent and self.lines[self.at][indent:].startswith("- "):
            return self.node(deeper)
        return None

    def block(self, indent, style):
        lines = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            lines.append(line.strip() if style.startswith(">") else line)
            self.at += 1
        text = " ".join(filter(None, lines)) if style.startswith(">") else textwrap.dedent("\n".join(lines)).strip("\n")
        return text if style.endswith("-") else text + "\n"

    def scalar(self, text):
        if text in ("[]", "{}"):
            return [] if text == "[]" else {}
        for quote in "'\"":
            if text.startswith(quote):
                if len(text) < 2 or not text.endswith(quote):
                    self.fail("a quoted text that does not end on its line")
                inner = text[1:-1]
                return inner.replace("''", "'") if quote == "'" else inner.replace('\\"', '"').replace("\\\\", "\\")
        if text[0] in "[{&*!%@`":
            self.fail(f"{text[0]} is not supported here")
        return re.sub(r"\s+#.*$", "", text)


def load(path):
    """The content of a file as dictionaries, lists and strings (numbers stay text)."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text, name):
    """The same of a text; errors name it so."""
    reader = _Reader(text, name)
    indent = reader.skip()
    content = reader.node(indent) if indent >= 0 else None
    if reader.skip() >= 0:
        reader.fail("not understood")
    return content
