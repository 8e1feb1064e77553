"""Where growing Markdown can be cut, so that what is finished is drawn only once. Pure."""

import re

from markdown_it import MarkdownIt

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}).*\n")


def parser() -> MarkdownIt:
    """CommonMark with tables; HTML is text, for a terminal cannot show what it means."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


_BLOCKS = parser().disable("inline")


def finished(text: str) -> int:
    """How many of its characters stand before the last block, which may still change.

    Only whole lines count: half a line may yet become anything.
    """
    whole = text[: text.rfind("\n") + 1]
    starts = [token.map[0] for token in _BLOCKS.parse(whole) if token.map and token.level == 0]
    return sum(map(len, whole.splitlines(keepends=True)[: starts[-1]])) if starts else 0


def ending(block: str, length: int) -> str:
    """About the last ``length`` characters of an open block; code gets its first line back."""
    if len(block) <= length:
        return block
    cut = block.rfind("\n", 0, len(block) - length) + 1 or len(block) - length
    fence = _FENCE.match(block)
    return (fence[0] if fence else "") + block[cut:]
