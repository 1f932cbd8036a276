"""A strict reader of the page: what a browser would see, without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "input", "img", "link", "hr", "base", "source"}


@dataclass
class Seen:
    """Everything noted while reading: elements with attributes, texts by element, faults of nesting."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen, self.stack = Seen(), []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.elements.append((tag, {name: value or "" for name, value in attrs}))
        if len({name for name, _ in attrs}) != len(attrs):
            self.seen.faults.append(f"attribute given twice in {tag}")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.seen.faults.append(f"unexpected </{tag}>")

    def handle_data(self, data: str) -> None:
        self.seen.texts.append((self.stack[-1] if self.stack else "", data))


def read(html: str) -> Seen:
    """Return what stands in ``html``."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.stack:
        reader.seen.faults.append(f"left open: {reader.stack}")
    return reader.seen
