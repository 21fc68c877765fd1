"""When bytes leave: the holds of the contract, with a clock turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from labwire.bridge.buffers import Buffers
from labwire.bridge.intake import Intake
from labwire.bridge.limits import Limits
from labwire.bridge.messages import Buffer
from labwire.bridge.outbox import Outbox
from labwire.bridge.records import Kind, with_bytes
from tests.bridge.peer import records
from tests.bridge.turned import TurnedLoop

KIB, MIB = 1024, 1024 * 1024


class Rig:
    """One instrument's socket, and what leaves for the client."""

    def __init__(self, window: int = 8 * MIB) -> None:
        self.clock = TurnedLoop()
        self.messages: list[bytes] = []
        self.outbox = Outbox(self.clock.loop, self._transmit)
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        for sock, option in ((self.far, socket.SO_SNDBUF), (self.near, socket.SO_RCVBUF)):
            sock.setsockopt(socket.SOL_SOCKET, option, 4 * MIB)
        self.ends = 0
        buffers = Buffers(64 * KIB, MIB)
        self.intake = Intake(self.clock.loop, self.near, Limits(), buffers, self._end)
        self.intake.attach(1, self.outbox, MIB, 0, window)
        self.clock.turn()
        self.clock.turn(1.0)

    def _transmit(self, buffers: list[Buffer]) -> bool:
        found = records([bytes(buffer) for buffer in buffers])
        self.messages.append(b"".join(r[2] for r in found if r[0] == Kind.DATA))
        return True

    def _end(self) -> None:
        self.ends += 1

    def say(self, data: bytes) -> None:
        """The instrument says something, all of which is there at once."""
        self.far.sendall(data)
        self.clock.readable(self.near)

    def close(self) -> None:
        self.intake.close()
        self.near.close()
        self.far.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


def test_what_comes_when_nothing_waits_leaves_at_once(rig: Rig) -> None:
    rig.say(b"a")
    assert rig.messages == [b"a"]


def test_what_follows_is_held_for_2_ms(rig: Rig) -> None:
    rig.say(b"a")
    rig.clock.turn(0.0005)
    rig.say(b"b")
    rig.clock.turn(0.0014)
    rig.say(b"c")
    assert rig.messages == [b"a"]
    rig.clock.turn(0.0001)
    assert rig.messages == [b"a", b"bc"]


def become_dense(rig: Rig) -> None:
    """Many wake-ups in one hold; the poll at its end finds more, so it stays dense."""
    rig.say(b"a")
    for _ in range(9):
        rig.say(b"b")
    assert rig.intake.dense
    rig.clock.turn(0.002)
    assert rig.messages == [b"a", b"bbbbbbbbb"]
    assert rig.intake.dense


def test_dense_traffic_is_held_for_5_ms_and_polled(rig: Rig) -> None:
    become_dense(rig)
    for _ in range(10):
        rig.say(b"c")  # nobody watches: this costs nothing
        rig.clock.turn(0.0004)
    assert len(rig.messages) == 2
    rig.clock.turn(0.001)
    assert rig.messages[2:] == [b"cccccccccc"]


def test_when_the_traffic_thins_out_it_is_watched_again(rig: Rig) -> None:
    become_dense(rig)
    rig.clock.turn(0.005)  # a poll finds nothing
    assert not rig.intake.dense
    rig.clock.turn(0.01)
    rig.say(b"c")
    assert rig.messages[-1] == b"c"


def test_messages_of_others_do_not_put_a_poll_off(rig: Rig) -> None:
    become_dense(rig)
    rig.say(b"news")
    for _ in range(5):
        rig.clock.turn(0.001)
        rig.outbox.put(with_bytes(Kind.PONG, 0, b""))
        rig.clock.turn()
    assert b"news" in rig.messages


def test_an_answer_is_not_held(rig: Rig) -> None:
    rig.say(b"a")
    rig.intake.expect_answer()
    rig.say(b"answer")
    assert rig.messages == [b"a", b"answer"]
    rig.say(b"more")
    assert rig.messages == [b"a", b"answer"]


def test_an_answer_is_not_polled_for(rig: Rig) -> None:
    become_dense(rig)
    rig.intake.expect_answer()
    rig.say(b"answer")
    assert rig.messages[2:] == [b"answer"]


def test_the_last_bytes_of_the_credit_are_not_held() -> None:
    rig = Rig(window=3)
    rig.say(b"a")
    rig.say(b"bcd")
    assert rig.messages == [b"a", b"bc"]
    rig.intake.credit(3, 4)
    rig.clock.readable(rig.near)
    rig.clock.turn(0.002)
    assert rig.messages[-1] == b"d"
    rig.close()


def test_bulk_grows_to_whole_records(rig: Rig) -> None:
    total, step = 0, 256 * KIB
    for _ in range(40):
        rig.say(bytes(step))
        total += step
        for _ in range(8):
            rig.clock.readable(rig.near)
        # A window's worth of credit follows a quarter window behind.
        landed = max(0, rig.intake.sent - MIB)
        rig.intake.credit(landed, landed + 8 * MIB)
    sizes = [len(message) for message in rig.messages]
    assert sizes[0] == 64 * KIB
    assert max(sizes) == MIB
    assert sizes.count(MIB) >= 6
    rig.clock.turn(0.006)
    assert sum(len(message) for message in rig.messages) == total


def test_bulk_that_is_not_whole_waits_5_ms_at_most(rig: Rig) -> None:
    rig.say(bytes(64 * KIB))
    rig.say(bytes(10_000))
    assert [len(message) for message in rig.messages] == [64 * KIB]
    rig.clock.turn(0.005)
    assert [len(message) for message in rig.messages] == [64 * KIB, 10_000]


def test_bulk_leaves_at_once_when_the_client_has_everything(rig: Rig) -> None:
    rig.say(bytes(64 * KIB))
    rig.intake.credit(64 * KIB, 8 * MIB)
    rig.say(bytes(10_000))
    assert [len(message) for message in rig.messages] == [64 * KIB, 10_000]


def test_what_is_small_goes_before_bulk(rig: Rig) -> None:
    rig.say(b"a")
    rig.say(b"b")
    rig.outbox.put_bulk(bytearray(with_bytes(Kind.DATA, 2, b"bulk")))
    assert rig.messages == [b"a", b"b", b"bulk"]


def test_the_end_comes_behind_the_last_byte(rig: Rig) -> None:
    rig.say(b"a")
    rig.say(b"b")
    rig.far.close()
    rig.clock.readable(rig.near)
    assert rig.ends == 1
    rig.clock.turn()
    assert rig.messages == [b"a", b"b"]


def test_a_link_that_is_full_waits_until_something_has_landed() -> None:
    """Credit of a stream is not enough: all streams of a link share what may be on its way."""
    rig = Rig()
    rig.outbox.in_flight = 16 * MIB - 100 * KIB  # of other streams
    rig.say(bytes(64 * KIB))
    rig.say(bytes(256 * KIB))
    assert [len(message) for message in rig.messages] == [64 * KIB]
    rig.outbox.landed(MIB)
    rig.clock.readable(rig.near)
    rig.clock.turn(0.005)
    rig.clock.readable(rig.near)
    rig.clock.turn(0.005)
    assert sum(map(len, rig.messages)) == 320 * KIB
    rig.close()
