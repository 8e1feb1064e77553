"""Discord's refusals, with its own numbers.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from typing import Any


class ApiError(Exception):
    """One refusal: HTTP status, Discord's number, words."""

    def __init__(
        self, status: int, code: int, message: str, errors: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body = {"code": code, "message": message} | ({"errors": errors} if errors else {})


_STATUS = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "This thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
}


def refusal(code: int) -> ApiError:
    """The error with Discord's number."""
    status, message = _STATUS[code]
    return ApiError(status, code, message)


def invalid(field: str, code: str) -> ApiError:
    """A form with something wrong in this field."""
    errors = {field: {"_errors": [{"code": code, "message": "This field is wrong."}]}}
    return ApiError(400, 50035, "Invalid Form Body", errors)
