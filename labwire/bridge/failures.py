"""Why something was not done: the JSON of FAILED.

Source: docs/protocols/bridge.md, "FAILED".
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from .records import Json

Stage: TypeAlias = Literal["hello", "open", "resolve", "policy", "connect", "attach", "answer"]


class Failure(Exception):
    """A refusal or a failure, for people: ``message`` is the fact, ``hint`` what to try."""

    def __init__(
        self, stage: Stage, rule: str, message: str, hint: str = "", **facts: str | int
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.rule = rule
        self.message = message
        self.hint = hint
        self.facts = facts

    def as_json(self) -> Json:
        fields: Json = {"stage": self.stage, "rule": self.rule, "message": self.message}
        if self.hint:
            fields["hint"] = self.hint
        return {**fields, **self.facts}


def over_limit(stage: Stage, limit: str, maximum: int, unit: str, hint: str) -> Failure:
    """One more than ``maximum`` was asked for."""
    return Failure(
        stage,
        "limit",
        f"{maximum} {unit} are the most there can be",
        hint,
        limit=limit,
        value=maximum + 1,
        maximum=maximum,
        unit=unit,
    )
