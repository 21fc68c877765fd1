"""The kernel as Jupyter sees it: requests, status, start and end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.connect import write_connection_file

from labwire.bridge.parent import parent_gone
from tests.bridge.conftest import (
    KERNELS,
    ROOT,
    Listen,
    Place,
    Running,
    Start,
    Watched,
    echo,
    specs,
    wire_of,
)
from tests.bridge.peer import AUDIT, OPENED, WAIT_S, peer_on, record

SLEEP = "import time; time.sleep(60)"
BRIDGE = [sys.executable, "-m", "labwire.bridge", "-f"]


async def reply(client: AsyncKernelClient, msg_id: str, channel: str = "shell") -> dict[str, Any]:
    while True:
        message = await getattr(client, f"get_{channel}_msg")(timeout=WAIT_S)
        if message["parent_header"].get("msg_id") == msg_id:
            content = message["content"]
            assert isinstance(content, dict)
            return content


def manager_of(own: Running) -> AsyncKernelManager:
    assert isinstance(own.manager, AsyncKernelManager)
    return own.manager


async def status_of(client: AsyncKernelClient, parent_type: str) -> str:
    """The next status on behalf of a message of that type."""
    while True:
        message = await client.get_iopub_msg(timeout=WAIT_S)
        if (
            message["msg_type"] == "status"
            and message["parent_header"].get("msg_type") == parent_type
        ):
            state = message["content"]["execution_state"]
            assert isinstance(state, str)
            return state


def test_the_kernelspec_is_what_jupyter_needs() -> None:
    spec = json.loads((KERNELS / "labwire" / "kernel.json").read_text())
    assert spec["argv"] == ["python", "-m", "labwire.bridge", "-f", "{connection_file}"]
    assert spec["interrupt_mode"] == "message"
    assert spec["language"] == "labwire"
    # A picker preselects the first name of the alphabet: that must stay Python.
    assert spec["display_name"] == "Wire bridge (Labwire)" > "Python 3 (ipykernel)"


async def test_kernel_info_answers_on_shell_and_control(bridge: Running) -> None:
    client = await bridge.client()
    for channel in ("shell", "control"):
        message = client.session.msg("kernel_info_request", {})
        getattr(client, f"{channel}_channel").send(message)
        info = await reply(client, message["header"]["msg_id"], channel)
        assert info["status"] == "ok"
        assert info["protocol_version"] == "5.3"
        assert info["implementation"] == "labwire-bridge"
        assert info["language_info"]["name"] == "labwire"


async def test_a_notebook_on_this_kernel_gets_help(own: Running, listen: Listen) -> None:
    port = await listen(echo)
    client = await own.client()
    async with own.peer() as peer:
        await peer.open(port)
        msg_id = client.execute("1 + 1")
        text = ""
        while not text:
            message = await client.get_iopub_msg(timeout=WAIT_S)
            if message["msg_type"] == "stream":
                assert message["parent_header"]["msg_id"] == msg_id
                text = message["content"]["text"]
        lines = text.splitlines()
        assert lines[0] == (
            "This is Labwire's bridge kernel. It carries bytes between this browser and"
        )
        assert "pages     1" in lines
        assert f"          127.0.0.1:{port}" in lines
        assert "refused   nothing" in lines
    assert (await reply(client, msg_id))["status"] == "ok"


async def test_the_other_requests_are_answered(bridge: Running) -> None:
    client = await bridge.client()
    assert (await reply(client, client.is_complete("x")))["status"] == "complete"
    assert (await reply(client, client.complete("abc", 2)))["cursor_end"] == 2
    assert (await reply(client, client.inspect("x")))["found"] is False
    assert (await reply(client, client.history()))["history"] == []
    assert (await reply(client, client.comm_info()))["comms"] == {}
    message = client.session.msg("interrupt_request", {})
    client.control_channel.send(message)
    assert (await reply(client, message["header"]["msg_id"], "control"))["status"] == "ok"


async def test_requests_of_strange_form_do_not_hurt(bridge: Running) -> None:
    client = await bridge.client()
    for content in ({"silent": 5}, {"cursor_pos": "x"}, {"code": None}):
        for msg_type in ("execute_request", "complete_request", "history_request"):
            client.shell_channel.send(client.session.msg(msg_type, content))
    client.shell_channel.send(client.session.msg("made_up_request", {}))
    client.shell_channel.send(client.session.msg("comm_open", {}))
    assert (await reply(client, client.kernel_info()))["status"] == "ok"


async def test_it_is_busy_while_sockets_are_open(own: Running, listen: Listen) -> None:
    port = await listen(echo)
    client = await own.client()
    async with own.peer() as peer:
        one = await peer.open(port)
        assert await status_of(client, "comm_msg") == "busy"
        two = await peer.open(port)
        await one.close()
        client.execute("a request of its own ends idle, and busy again")
        assert [await status_of(client, "execute_request") for _ in range(2)] == ["busy", "idle"]
        assert await status_of(client, "comm_msg") == "busy"
        await two.close()
        assert await status_of(client, "comm_msg") == "idle"


async def test_the_heartbeat_echoes(bridge: Running) -> None:
    client = bridge.new_client()
    client.start_channels(shell=False, iopub=False, stdin=False, control=False, hb=True)
    client.hb_channel.unpause()
    try:
        async with bridge.peer() as peer:
            while not client.hb_channel.is_beating():
                await peer.ping()
    finally:
        client.stop_channels()


async def test_shutdown_closes_what_is_open_and_says_so(
    own: Running, watched: Watched, place: Place
) -> None:
    port = watched.port
    async with own.peer() as peer:
        stream = await peer.open(port)
        await manager_of(own).shutdown_kernel()
        assert (await stream.closed())["reason"] == "shutdown"
    await watched.over()
    assert place.events("close")[-1]["reason"] == "shutdown"


async def test_after_a_restart_the_client_is_told_and_starts_anew(
    own: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with own.peer() as peer:
        await peer.open(port)
        old = peer.nonce
        await manager_of(own).restart_kernel()

        async def ping() -> None:
            await peer.send([record(3, 0, b"")])

        await peer.until(lambda: any(e[0] == 0x13 for e in peer.events), again=ping)
        assert (await peer.json(0x13, 0))["nonce"] == old
        await peer.hello()
        assert peer.nonce != old
        stream = await peer.open(port)
        await stream.send(b"again")
        assert await stream.read(5) == b"again"


async def test_the_audit_says_who_opened_what_and_how_much_went(
    own: Running, listen: Listen, place: Place, closed_port: int
) -> None:
    port = await listen(echo)
    async with own.peer() as peer:
        stream = await peer.open(port, label="datasets")
        await stream.send(b"12345")
        await stream.read(5)
        report = {
            "action": "write",
            "endpoint": "ca://XF:mtr1",
            "old": "1.0",
            "new": 'evil"\n\x1b[31m\x7f\u2028{"event": "open"}',
            "detail": "x" * 5000,
        }
        await peer.send([record(AUDIT, stream.number, report)])
        failed = await peer.start_open(closed_port)
        await peer.json(0x22, failed.number)
        await stream.close()
    path = place.root / "data" / "labwire" / "audit.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    raw = path.read_bytes()
    assert all(byte in range(32, 127) or byte == 10 for byte in raw)
    opened, reported, refused, closed = place.audit
    assert opened["event"] == "open"
    assert opened["endpoint"] == opened["address"] + f":{port}" == f"127.0.0.1:{port}"
    assert (opened["rule"], opened["label"], opened["client"]) == ("loopback", "datasets", "test")
    assert opened["user"] and opened["time"].endswith("Z")
    assert reported["event"] == "report"
    assert reported["to"] == f"127.0.0.1:{port}"
    assert reported["new"] == report["new"]
    assert len(reported["detail"]) == 2000
    assert (refused["event"], refused["rule"]) == ("failed", "ECONNREFUSED")
    assert closed["event"] == "close"
    assert (closed["sent"], closed["received"], closed["lost"]) == (5, 5, 0)


# -- start and end ---------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def process(*argv: str, env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        *argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.communicate()


def connection_file(place: Place, **fields: object) -> Path:
    path = place.root / "runtime" / "kernel-by-hand.json"
    ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"), 0)
    connection = {
        "transport": "tcp",
        "ip": "127.0.0.1",
        "key": "k",
        "signature_scheme": "hmac-sha256",
        **ports,
        **fields,
    }
    path.write_text(json.dumps(connection))
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "lacks transport, ip, shell_port"),
        ('{"transport": "tcp", "ip": "127.0.0.1"}', "lacks shell_port, iopub_port"),
    ],
)
async def test_a_connection_file_that_is_none_ends_with_one_line(
    place: Place, tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "kernel.json"
    if content is not None:
        path.write_text(content)
    async with process(*BRIDGE, str(path), env=place.environment) as child:
        _, errors = await child.communicate()
    assert child.returncode == 1
    assert errors.decode().startswith("labwire: the bridge does not start: ")
    assert message in errors.decode()
    assert errors.count(b"\n") == 1


async def test_a_port_that_is_taken_ends_with_one_line(place: Place, closed_port: int) -> None:
    path = connection_file(place, hb_port=closed_port)
    async with process(*BRIDGE, str(path), env=place.environment) as child:
        _, errors = await child.communicate()
    assert child.returncode == 1
    assert errors.decode().startswith("labwire: the bridge does not start: a port of ")
    assert errors.count(b"\n") == 1


async def test_it_runs_over_ipc_too(place: Place, listen: Listen) -> None:
    port = await listen(echo)
    manager = AsyncKernelManager(
        kernel_name="labwire",
        kernel_spec_manager=specs(),
        transport="ipc",
        connection_file=str(place.root / "runtime" / "kernel-ipc.json"),
    )
    await manager.start_kernel(env=place.environment)
    running = Running(manager)
    try:
        await running.client()
        async with running.peer() as peer:
            stream = await peer.open(port)
            await stream.send(b"hello")
            assert await stream.read(5) == b"hello"
    finally:
        running.stop_clients()
        await manager.shutdown_kernel()


async def test_where_encryption_is_required_it_does_not_start_without(place: Place) -> None:
    path = connection_file(place, curve_publickey="x", curve_secretkey="y")
    async with process(*BRIDGE, str(path), env=place.environment) as child:
        _, errors = await child.communicate()
    assert child.returncode == 1
    assert "CURVE" in errors.decode()


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"allow": ["10.0.0.1/24:80"]}, "has host bits set"),
        ({"default": "anything"}, "anything"),
        ({"lease_s": 0}, "lease_s"),
    ],
)
async def test_a_configuration_that_cannot_be_stops_the_start(
    place: Place, traits: dict[str, object], message: str
) -> None:
    place.configure(**traits)
    path = connection_file(place)
    async with process(*BRIDGE, str(path), env=place.environment) as child:
        _, errors = await child.communicate()
    assert child.returncode == 1
    assert message in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_sigterm_ends_it_and_sigint_does_not(place: Place) -> None:
    path = connection_file(place)
    async with process(*BRIDGE, str(path), env=place.environment) as child:
        await listening(child)
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(child.wait(), WAIT_S) == 0


async def listening(child: asyncio.subprocess.Process) -> None:
    """Wait until the kernel has its handlers: it ignores SIGINT then, and catches SIGTERM."""
    status = Path(f"/proc/{child.pid}/status")
    while True:
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if has(fields["SigIgn"], signal.SIGINT) and has(fields["SigCgt"], signal.SIGTERM):
            return
        await asyncio.sleep(0.01)


def has(mask: str, number: signal.Signals) -> bool:
    return bool(int(mask, 16) & (1 << (number - 1)))


async def test_an_orphan_lets_go_of_its_instrument_and_ends(place: Place, watched: Watched) -> None:
    """Whoever started the kernel is killed, without a word to it."""
    port = watched.port
    path, _ = write_connection_file(str(place.root / "runtime" / "kernel-orphan.json"))
    parent = f"import subprocess; subprocess.run({[*BRIDGE, path]!r})"
    client = AsyncKernelClient()
    client.load_connection_file(path)
    async with process(sys.executable, "-c", parent, env=place.environment) as child:
        async with peer_on(wire_of(client)) as peer:
            await peer.open(port)
            child.kill()
            await watched.over()
        await child.communicate()  # the pipes close when the kernel is gone


async def test_a_launcher_between_does_not_hide_that_jupyter_is_gone(place: Place) -> None:
    """JPY_PARENT_PID names a process that is not our parent."""
    async with process(sys.executable, "-c", SLEEP, env=place.environment) as jupyter:
        watch = asyncio.ensure_future(
            parent_gone({"JPY_PARENT_PID": str(jupyter.pid)}, poll_s=0.01)
        )
        await asyncio.sleep(0)
        assert not watch.done()
        jupyter.kill()
        await jupyter.wait()
        await asyncio.wait_for(watch, WAIT_S)


async def test_an_administrator_can_lock_the_list(
    start: Start, place: Place, listen: Listen, tmp_path: Path
) -> None:
    """The environment's file locks; the user's file, which would win elsewhere, is not read."""
    port = await listen(echo)
    launcher = tmp_path / "locked.py"
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "labwire_config.py").write_text(
        "c.LabwireBridge.locked = True\n"
        "c.LabwireBridge.default = 'ask'\n"
        f"c.LabwireBridge.allow = ['127.0.0.1:{port}']\n"
    )
    place.configure(locked=False, default="loopback", allow=["0.0.0.0/0:*"])
    launcher.write_text(
        "import jupyter_core.paths as paths\n"
        f"paths.SYSTEM_CONFIG_PATH[:] = [{str(etc)!r}]\n"
        "from labwire.bridge.config import load\n"
        "config = load()\n"
        "print(config.locked, config.default, list(config.allow))\n"
    )
    async with process(sys.executable, str(launcher), env=place.environment) as child:
        out, errors = await child.communicate()
    assert out.decode() == f"True ask ['127.0.0.1:{port}']\n", errors.decode()


def test_import_of_the_package_is_light() -> None:
    code = (
        "import sys, labwire.bridge\n"
        "print([m for m in ('zmq', 'traitlets', 'jupyter_core', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


async def test_opened_names_the_local_end(bridge: Running, listen: Listen) -> None:
    seen: list[str] = []

    async def notes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("peername")
        seen.append(f"{host}:{port}")
        await reader.read()

    port = await listen(notes)
    async with bridge.peer() as peer:
        stream = await peer.start_open(port)
        opened = await peer.json(OPENED, stream.number)
        await peer.until(lambda: bool(seen), again=peer.ping)
        assert opened["local"] == seen[0]
