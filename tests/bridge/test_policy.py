"""Where the bridge may connect."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from labwire.bridge.addresses import Entry, forbidden_kind, parse_address
from labwire.bridge.policy import Policy, Verdict
from labwire.bridge.ports import JupyterPorts, is_local
from labwire.bridge.userlist import UserList
from tests.bridge.conftest import Listen, Place, Running, Start, echo
from tests.bridge.peer import ANSWER, FAILED, QUESTION, Peer, record


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("127.0.0.1", None),
        ("10.0.0.7", None),
        ("::1", None),
        ("2001:db8::1", None),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%1", "link-local"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:0.0.0.0", "unspecified"),
        ("2002:a9fe:a9fe::", "link-local"),  # 6to4 of 169.254.169.254
        ("64:ff9b::a9fe:a9fe", "link-local"),  # NAT64 of it
        ("64:ff9b::7f00:1", None),
    ],
)
def test_kinds_of_addresses(text: str, kind: str | None) -> None:
    assert forbidden_kind(parse_address(text)) == kind


def test_a_mapped_address_is_the_address_inside() -> None:
    assert str(parse_address("::ffff:127.0.0.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("entry", "host", "address", "port", "covers"),
    [
        ("10.0.0.7:5025", "x", "10.0.0.7", 5025, True),
        ("10.0.0.7:5025", "x", "10.0.0.7", 5026, False),
        ("10.0.0.7:5025", "x", "10.0.0.8", 5025, False),
        ("10.0.0.0/24:5000-5100", "x", "10.0.0.255", 5000, True),
        ("10.0.0.0/24:5000-5100", "x", "10.0.0.255", 5100, True),
        ("10.0.0.0/24:5000-5100", "x", "10.0.1.0", 5000, False),
        ("10.0.0.0/24:5000-5100", "x", "10.0.0.1", 4999, False),
        ("10.0.0.0/24:*", "x", "10.0.0.1", 65535, True),
        ("[fd00::/8]:*", "x", "fd12::1", 1, True),
        ("[::1]:80", "x", "::1", 80, True),
        ("[::1]:80", "x", "127.0.0.1", 80, False),
        ("Scope.Lab.:80", "scope.lab", "10.0.0.1", 80, True),
        ("scope.lab:80", "SCOPE.LAB.", "10.0.0.1", 80, True),
        ("scope.lab:80", "scope.lab.evil", "10.0.0.1", 80, False),
        ("scope.lab:80", "10.0.0.1", "10.0.0.1", 80, False),
    ],
)
def test_entries(entry: str, host: str, address: str, port: int, covers: bool) -> None:
    assert Entry.parse(entry).covers(host, parse_address(address), port) is covers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host",
        "10.0.0.7",
        "10.0.0.1/24:80",
        "10.0.0.300:80",
        "host:0",
        "host:65536",
        "host:2-1",
        "host:*-5",
        "::1:80",
        "[::1]",
        "a b:80",
        "10.0.0.0/33:1",
    ],
)
def test_what_is_no_entry_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Entry.parse(text)
    assert repr(text) in str(caught.value)


def judge(policy: Policy, host: str, address: str, port: int = 80, once: bool = False) -> Verdict:
    return policy.judge(host, parse_address(address), port, once)


def outcome(policy: Policy, host: str, address: str, port: int = 80, once: bool = False) -> str:
    verdict = judge(policy, host, address, port, once)
    return f"{verdict.outcome}: {verdict.rule}"


def test_the_rules_in_their_order(tmp_path: Path) -> None:
    listed = UserList(tmp_path / "allow.json")
    listed.add(parse_address("10.9.9.9"), 80)
    policy = Policy(
        allow=[Entry.parse("10.0.0.0/24:80"), Entry.parse("scope.lab:80")],
        port_rule=lambda address, port: "kernel port" if port == 666 else None,
        user_list=listed,
    )
    assert outcome(policy, "x", "10.0.0.7") == "allowed: allow"
    assert outcome(policy, "scope.lab", "10.5.5.5") == "allowed: allow"
    assert outcome(policy, "x", "10.9.9.9") == "allowed: always"
    assert outcome(policy, "x", "10.9.9.9", 81) == "ask: not listed"
    assert outcome(policy, "x", "127.0.0.1") == "allowed: loopback"
    assert outcome(policy, "x", "127.8.8.8") == "allowed: loopback"
    assert outcome(policy, "x", "::1") == "allowed: loopback"
    assert outcome(policy, "x", "10.5.5.5") == "ask: not listed"
    assert outcome(policy, "x", "10.5.5.5", once=True) == "allowed: once"
    assert outcome(policy, "x", "127.0.0.1", 666) == "refused: kernel port"
    assert outcome(policy, "x", "169.254.169.254") == "refused: link-local"
    assert outcome(policy, "x", "169.254.169.254", once=True) == "refused: link-local"


def test_a_name_on_the_list_does_not_open_a_forbidden_address() -> None:
    policy = Policy(allow=[Entry.parse("scope.lab:80")])
    assert outcome(policy, "scope.lab", "169.254.169.254") == "refused: link-local"


def test_an_address_entry_opens_a_forbidden_address() -> None:
    policy = Policy(allow=[Entry.parse("169.254.7.0/24:80")])
    assert outcome(policy, "x", "169.254.7.1") == "allowed: allow"
    assert outcome(policy, "x", "169.254.8.1") == "refused: link-local"


def test_no_list_opens_jupyters_own_ports() -> None:
    policy = Policy(
        allow=[Entry.parse("127.0.0.1:*")], port_rule=lambda address, port: "Jupyter server port"
    )
    assert outcome(policy, "x", "127.0.0.1") == "refused: Jupyter server port"


def test_a_locked_list_asks_nobody(tmp_path: Path) -> None:
    listed = UserList(tmp_path / "allow.json")
    listed.add(parse_address("10.9.9.9"), 80)
    policy = Policy(allow=[Entry.parse("10.0.0.7:80")], locked=True, user_list=listed)
    assert outcome(policy, "x", "10.0.0.7") == "allowed: allow"
    assert outcome(policy, "x", "10.9.9.9") == "refused: locked"
    assert outcome(policy, "x", "10.5.5.5", once=True) == "refused: locked"
    assert policy.choices == ("once", "no")


def test_ask_asks_for_loopback_too() -> None:
    assert outcome(Policy(default="ask"), "x", "127.0.0.1") == "ask: not listed"


def test_the_users_list_is_private_and_survives_damage(tmp_path: Path) -> None:
    path = tmp_path / "labwire" / "allow.json"
    listed = UserList(path)
    listed.add(parse_address("10.0.0.7"), 5025)
    listed.add(parse_address("fd00::1"), 80)
    listed.add(parse_address("fd00::1"), 80)
    assert json.loads(path.read_text()) == {"allow": ["10.0.0.7:5025", "[fd00::1]:80"]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert UserList(path).covers(parse_address("fd00::1"), 80)
    for damage in ("", "[]", '{"allow": 5}', '{"allow": [5]}', '{"allow": ["x"]}', "{"):
        path.write_text(damage)
        assert not UserList(path).covers(parse_address("10.0.0.7"), 5025)


def test_the_ports_of_jupyter_come_from_its_files(tmp_path: Path) -> None:
    (tmp_path / "jpserver-1.json").write_text(json.dumps({"port": 8888}))
    (tmp_path / "kernel-a.json").write_text(
        json.dumps({"transport": "tcp", "shell_port": 5001, "hb_port": 5002})
    )
    (tmp_path / "kernel-b.json").write_text(json.dumps({"transport": "ipc", "shell_port": 1}))
    (tmp_path / "kernel-c.json").write_text("half writ")
    (tmp_path / "other.json").write_text(json.dumps({"port": 9999}))
    ports = JupyterPorts([tmp_path, tmp_path / "missing"])
    loopback = parse_address("127.0.0.1")
    assert ports.rule(loopback, 8888) == "Jupyter server port"
    assert ports.rule(parse_address("::1"), 8888) == "Jupyter server port"
    assert ports.rule(loopback, 5001) == "kernel port"
    assert ports.rule(loopback, 5002) == "kernel port"
    assert ports.rule(loopback, 1) is None
    assert ports.rule(loopback, 9999) is None
    assert ports.rule(parse_address("203.0.113.5"), 8888) is None


def test_every_address_of_this_machine_is_local() -> None:
    assert is_local(parse_address("127.0.0.1"))
    assert is_local(parse_address("0.0.0.0"))
    assert not is_local(parse_address("203.0.113.5"))


# -- with a kernel and names of our own ------------------------------------------------------------


async def refusal(peer: Peer, host: str, port: int = 80) -> tuple[str, str]:
    stream = await peer.start_open(port, host=host)
    failed = await peer.json(FAILED, stream.number)
    assert failed["message"]
    assert failed["endpoint"]
    return failed["stage"], failed["rule"]


async def answer(peer: Peer, question: dict[str, object], choice: str) -> None:
    fields = {"question": question["question"], "choice": choice}
    await peer.send([record(ANSWER, 0, fields)])


async def test_the_resolved_address_is_judged_and_not_the_name(
    start: Start, place: Place, bridge_names: None
) -> None:
    async with start() as bridge, bridge.peer() as peer:
        assert await refusal(peer, "metadata.test") == ("policy", "link-local")
        assert await refusal(peer, "hidden.test") == ("policy", "link-local")
        assert await refusal(peer, "many.test") == ("policy", "multicast")
        assert await refusal(peer, "all.test") == ("policy", "broadcast")
        assert await refusal(peer, "none.test") == ("policy", "unspecified")
        assert await refusal(peer, "169.254.169.254") == ("policy", "link-local")
        assert await refusal(peer, "::ffff:169.254.169.254") == ("policy", "link-local")
        assert await refusal(peer, "nobody.test") == ("resolve", "unknown name")
    refused = place.events("refused")
    assert refused[0]["endpoint"] == "metadata.test:80"
    assert refused[0]["address"] == "169.254.169.254"
    assert refused[0]["rule"] == "link-local"


async def test_a_name_is_resolved_once_and_the_judged_address_is_connected_to(
    start: Start, place: Place, listen: Listen
) -> None:
    port = await listen(echo)
    place.names(**{"mixed.test": ["169.254.169.254", "127.0.0.1"]})
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.open(port, host="mixed.test")
        assert stream.opened["address"] == "127.0.0.1"


async def test_kernels_own_ports_are_closed(bridge: Running) -> None:
    connection = json.loads(bridge.connection_file.read_text())
    async with bridge.peer() as peer:
        for name in ("shell_port", "control_port", "iopub_port", "hb_port", "stdin_port"):
            assert await refusal(peer, "127.0.0.1", connection[name]) == ("policy", "kernel port")
        assert await refusal(peer, "::ffff:127.0.0.1", connection["shell_port"]) == (
            "policy",
            "kernel port",
        )


@pytest.fixture
def bridge_names(place: Place) -> None:
    place.names(
        **{
            "metadata.test": ["169.254.169.254"],
            "hidden.test": ["::ffff:169.254.169.254"],
            "many.test": ["224.0.0.1"],
            "all.test": ["255.255.255.255"],
            "none.test": ["0.0.0.0"],
            "scope.test": ["127.0.0.1"],
        }
    )


async def question_of(
    peer: Peer, port: int, host: str = "scope.test"
) -> tuple[int, dict[str, object]]:
    stream = await peer.start_open(port, host=host)
    return stream.number, await peer.json(QUESTION, stream.number)


async def test_no_refuses_and_is_asked_again(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer:
        for _ in range(2):
            number, question = await question_of(peer, port)
            assert question["endpoint"] == f"scope.test:{port}"
            assert question["address"] == "127.0.0.1"
            assert question["port"] == port
            assert question["rule"] == "not listed"
            assert question["choices"] == ["once", "always", "no"]
            assert question["message"] == f"connect to scope.test:{port} (127.0.0.1:{port})?"
            await answer(peer, question, "no")
            failed = await peer.json(FAILED, number)
            assert (failed["stage"], failed["rule"]) == ("policy", "answer no")
    assert [line["choice"] for line in place.events("answer")] == ["no", "no"]


async def test_once_holds_for_this_client_only(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer, bridge.peer() as other:
        number, question = await question_of(peer, port)
        await answer(peer, question, "once")
        assert (await peer.json(0x21, number))["rule"] == "once"
        assert (await peer.open(port, host="scope.test")).opened["rule"] == "once"
        await peer.hello()
        assert (await peer.open(port)).opened["rule"] == "once"
        await question_of(other, port)
    assert not (place.root / "data" / "labwire" / "allow.json").exists()


async def test_once_survives_a_websocket_by_the_nonce_before(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer:
        number, question = await question_of(peer, port)
        await answer(peer, question, "once")
        await peer.json(0x21, number)
        token, nonce = peer.streams[number].token, peer.nonce
        async with bridge.peer() as stranger:
            await question_of(stranger, port)
        again = Peer(await bridge.wire())
        try:
            await again.hello(previous=nonce)
            assert (await again.open(port)).opened["rule"] == "once"
            await again.attach(token, 0)
            await peer.send([record(3, 0)])
            assert (await peer.json(0x13, 0))["reason"] == "nonce"
        finally:
            await again.close()


async def test_always_is_written_down_and_holds_for_everybody(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer, bridge.peer() as other:
        number, question = await question_of(peer, port)
        await answer(peer, question, "always")
        assert (await peer.json(0x21, number))["rule"] == "always"
        assert (await other.open(port)).opened["rule"] == "always"
    listed = json.loads((place.root / "data" / "labwire" / "allow.json").read_text())
    assert listed == {"allow": [f"127.0.0.1:{port}"]}


async def test_always_is_not_offered_where_it_is_switched_off(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask", user_list=False)
    async with start() as bridge, bridge.peer() as peer:
        assert peer.welcome["policy"]["always"] is False
        number, question = await question_of(peer, port)
        assert question["choices"] == ["once", "no"]
        await answer(peer, question, "always")
        refused = await peer.json(FAILED, 0)
        assert (refused["stage"], refused["rule"]) == ("answer", "choice")
        assert refused["question"] == question["question"]
        await answer(peer, question, "once")  # the question is still open
        await peer.json(0x21, number)


async def test_an_answer_that_is_late_or_twice_or_anothers_is_refused(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask", question_s=1.0)
    async with start() as bridge, bridge.peer() as peer, bridge.peer() as other:
        number, question = await question_of(peer, port)
        await answer(other, question, "once")
        assert (await other.json(FAILED, 0))["rule"] == "client"
        await answer(peer, question, "no")
        await answer(peer, question, "once")
        assert (await peer.json(FAILED, 0))["rule"] == "twice"
        assert (await peer.json(FAILED, number))["rule"] == "answer no"
        await answer(peer, {"question": "made up"}, "once")
        assert (await peer.json(FAILED, 0))["rule"] == "unknown"
        number, question = await question_of(peer, port)
        failed = await peer.json(FAILED, number)
        assert (failed["stage"], failed["rule"]) == ("policy", "no answer")
        await answer(peer, question, "once")
        assert (await peer.json(FAILED, 0))["rule"] == "late"
        await question_of(peer, port)  # and none of these opened the door


async def test_streams_to_one_place_share_a_question(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer:
        first, question = await question_of(peer, port)
        second = await peer.start_open(port, host="scope.test")
        third = await peer.start_open(port)
        await peer.ping()
        assert not [event for event in peer.events if event[0] == QUESTION]
        await answer(peer, question, "once")
        for number in (first, second.number, third.number):
            await peer.json(0x21, number)


async def test_a_question_is_withdrawn_with_who_asked(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    port = await listen(echo)
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer:
        number, question = await question_of(peer, port)
        await peer.send([record(0x26, number, {})])
        await peer.json(0x27, number)
        await answer(peer, question, "once")
        assert (await peer.json(FAILED, 0))["rule"] == "late"


async def test_open_questions_are_bounded(start: Start, place: Place, bridge_names: None) -> None:
    place.configure(default="ask")
    async with start() as bridge, bridge.peer() as peer:
        for port in range(1, 9):
            await question_of(peer, port)
        stream = await peer.start_open(9)
        failed = await peer.json(FAILED, stream.number)
        assert (failed["stage"], failed["rule"], failed["limit"]) == (
            "policy",
            "limit",
            "questions",
        )


async def test_behind_jupyterhub_loopback_asks(start: Start, place: Place, listen: Listen) -> None:
    port = await listen(echo)
    place.extra["JUPYTERHUB_SERVICE_PREFIX"] = "/user/ada/"
    place.extra["JUPYTERHUB_SERVICE_URL"] = "http://127.0.0.1:4444/user/ada/"
    async with start() as bridge, bridge.peer() as peer:
        assert peer.welcome["policy"]["default"] == "ask"
        assert await refusal(peer, "127.0.0.1", 4444) == ("policy", "Jupyter server port")
        await question_of(peer, port, "127.0.0.1")


async def test_every_open_is_judged_anew(
    start: Start, place: Place, listen: Listen, bridge_names: None
) -> None:
    """A port that becomes a kernel's is closed for whoever was allowed there before."""
    port = await listen(echo)
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.open(port)
        await stream.close()
        kernel = place.root / "runtime" / "kernel-new.json"
        kernel.write_text(json.dumps({"transport": "tcp", "shell_port": port}))
        assert await refusal(peer, "scope.test", port) == ("policy", "kernel port")


def test_an_ipv6_address_of_this_machine_is_known() -> None:
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("no IPv6 here")
    assert is_local(parse_address("::1"))
