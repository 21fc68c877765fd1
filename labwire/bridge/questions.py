"""Questions to a person: may the bridge connect there?

One question per client, address and port, however many streams wait for it. An answer counts
once, in time, from the client that was asked, and only if it was offered.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .addresses import Address, endpoint
from .failures import Failure, over_limit
from .records import Kind

if TYPE_CHECKING:
    from .link import Link

FORGOTTEN = 256  # past questions that are remembered, so that a refusal can say "late" or "twice"

Place: TypeAlias = tuple[Address, int]


@dataclass
class Question:
    """An open question and who waits."""

    name: str
    endpoint: str
    place: Place
    link: Link
    choices: tuple[str, ...]
    answer: asyncio.Future[str]
    waiting: int = 0


class Questions:
    """All open questions of a bridge."""

    def __init__(self, loop: asyncio.AbstractEventLoop, expires_s: float, per_client: int) -> None:
        self._loop = loop
        self._expires_s = expires_s
        self._per_client = per_client
        self._open: dict[str, Question] = {}
        self._past: OrderedDict[str, str] = OrderedDict()

    async def ask(
        self, link: Link, stream: int, host: str, place: Place, rule: str, choices: tuple[str, ...]
    ) -> str:
        """Ask the client's user. Returns what was chosen.

        Raises
        ------
        Failure
            No answer in time, or too many questions are open.
        """
        question = next(
            (q for q in self._open.values() if q.link is link and q.place == place), None
        )
        if question is None:
            question = self._put(link, stream, host, place, rule, choices)
        question.waiting += 1
        try:
            answer = await asyncio.shield(question.answer)
        finally:
            question.waiting -= 1
            if not question.waiting:
                self._settle(question, "", "late")  # whoever wanted to know is gone
        if answer == "":
            raise Failure(
                "policy",
                "no answer",
                f"nobody answered within {self._expires_s:g} s "
                f"whether {endpoint(*place)} may be connected to",
                "connect again and answer the question",
                endpoint=endpoint(host, place[1]),
                address=str(place[0]),
            )
        return answer

    def answer(self, link: Link, name: str, choice: str) -> Question:
        """An ANSWER arrived. Returns the question that it settles; who waits wakes up later.

        Raises
        ------
        Failure
            It is refused and changes nothing.
        """
        question = self._open.get(name)
        if question is None:
            rule = self._past.get(name, "unknown")
        elif question.link is not link:
            rule = "client"
        elif choice not in question.choices:
            rule = "choice"
        else:
            self._settle(question, choice, "twice")
            return question
        raise Failure("answer", rule, _REFUSED[rule], question=name[:64])

    def withdraw(self, link: Link) -> None:
        """The link is gone: nobody can answer its questions."""
        for question in [q for q in self._open.values() if q.link is link]:
            self._settle(question, "", "late")

    def _put(
        self, link: Link, stream: int, host: str, place: Place, rule: str, choices: tuple[str, ...]
    ) -> Question:
        if sum(q.link is link for q in self._open.values()) >= self._per_client:
            raise over_limit(
                "policy", "questions", self._per_client, "questions", "answer the open ones first"
            )
        question = Question(
            secrets.token_hex(16),
            endpoint(host, place[1]),
            place,
            link,
            choices,
            self._loop.create_future(),
        )
        self._open[question.name] = question
        timer = self._loop.call_later(self._expires_s, self._settle, question, "", "late")
        question.answer.add_done_callback(lambda _: timer.cancel())
        address, port = place
        asked, actual = question.endpoint, endpoint(address, port)
        link.put(
            Kind.QUESTION,
            stream,
            {
                "question": question.name,
                "endpoint": asked,
                "address": str(address),
                "port": port,
                "rule": rule,
                "message": f"connect to {asked}?"
                if asked == actual
                else f"connect to {asked} ({actual})?",
                "choices": list(choices),
                "expires_s": self._expires_s,
            },
        )
        return question

    def _settle(self, question: Question, choice: str, later: str) -> None:
        if self._open.pop(question.name, None) is None:
            return
        self._past[question.name] = later
        if len(self._past) > FORGOTTEN:
            self._past.popitem(last=False)
        if not question.answer.done():
            question.answer.set_result(choice)


_REFUSED = {
    "unknown": "no such question was asked",
    "late": "the question is not open any more",
    "twice": "the question has been answered before",
    "client": "the question was put to another client",
    "choice": "that answer was not offered",
}
