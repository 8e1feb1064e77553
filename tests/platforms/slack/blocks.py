"""Blocks: what of them stands on the screen, and which Slack refuses.

https://docs.slack.dev/reference/block-kit/blocks
"""

from tests.platforms.slack.model import Json, SlackError

MOST = 50
LONGEST = {"section": 3000, "header": 150, "markdown": 12_000}
MOST_ELEMENTS = {"context": 10, "actions": 25}
ALL_TOGETHER = 13_200
"""Characters of all blocks: not documented; https://github.com/slackapi/bolt-js/issues/2509."""
ID, VALUE, OPTION_VALUE = 255, 2000, 150
ROWS, CELLS, TABLE = 100, 20, 10_000


def check(blocks: list[Json]) -> None:
    """Refuse what goes over a limit."""
    if len(blocks) > MOST:
        raise SlackError("msg_blocks_too_many")
    tables = [block for block in blocks if block.get("type") == "table"]
    if len(tables) > 1 or not all(_fits(block) for block in blocks):
        raise SlackError("invalid_blocks")
    if _length(blocks, "markdown") > LONGEST["markdown"]:
        raise SlackError("msg_blocks_too_long")
    if sum(len(words(block)) for block in blocks) > ALL_TOGETHER:
        raise SlackError("msg_blocks_too_long")


def _length(blocks: list[Json], kind: str) -> int:
    return sum(len(words(block)) for block in blocks if block.get("type") == kind)


def _fits(block: Json) -> bool:
    kind = block.get("type", "")
    elements = block.get("elements", [])
    return (
        bool(kind)
        and len(words(block)) <= LONGEST.get(kind, ALL_TOGETHER)
        and len(elements) <= MOST_ELEMENTS.get(kind, MOST * 10)
        and len(block.get("block_id", "")) <= ID
        and all(_fits_element(item) for item in [*elements, block.get("accessory", {})])
        and (kind != "table" or _fits_table(block))
    )


def _fits_element(item: Json) -> bool:
    options = item.get("options", [])
    return (
        len(item.get("action_id", "")) <= ID
        and len(item.get("value", "")) <= VALUE
        and all(len(option.get("value", "")) <= OPTION_VALUE for option in options)
    )


def _fits_table(block: Json) -> bool:
    rows = block["rows"]
    wide = all(len(row) <= CELLS for row in rows)
    return len(rows) <= ROWS and wide and len(words(block)) <= TABLE


def words(block: Json) -> str:
    """The text that a block shows; what can be pressed is not text."""
    match block.get("type"):
        case "actions" | "context_actions" | "input":
            return ""
        case "markdown":
            return str(block.get("text", ""))
        case "table":
            return "\n".join(" | ".join(words(cell) for cell in row) for row in block["rows"])
        case _:
            return _inner(block)


def _inner(block: Json) -> str:
    text = block.get("text", "")
    own = text if isinstance(text, str) else text.get("text", "")
    inner = [*block.get("elements", []), *block.get("fields", [])]
    return decoded(str(own)) + "".join(words(item) for item in inner)


def decoded(text: str) -> str:
    """Mrkdwn as it is read: only three characters have entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def screen(text: str, blocks: list[Json], *, below: bool) -> str:
    """What stands on the screen: the blocks in place of the text, or ``below`` it."""
    shown = [words(block) for block in blocks]
    parts = [text, *shown] if below or not blocks else shown
    return "\n".join(part for part in parts if part)
