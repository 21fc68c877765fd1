"""The Jupyter side of the bridge: its sockets, and the requests that every kernel answers.

Source: jupyter_client's messaging specification, 5.3.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import zmq
from jupyter_core.paths import jupyter_runtime_dir

from .audit import Audit
from .config import LabwireBridge, data_dir
from .help import status
from .limits import Limits
from .messages import (
    EMPTY,
    Json,
    Messenger,
    Rejected,
    Request,
    dump,
)
from .messages import (
    VERSION as MESSAGING_VERSION,
)
from .opening import Opener
from .parent import parent_gone
from .policy import Policy
from .ports import JupyterPorts
from .questions import Questions
from .resolver import Resolver, system_resolver
from .sockets import Gone, Heartbeat, Port, Publisher
from .streams import Streams
from .switchboard import VERSION, Switchboard
from .userlist import UserList

BUSY_EVERY_S = 30.0
LINGER_MS = 1000


class StartError(Exception):
    """The kernel cannot start; the message says why and what to try."""


class Kernel:
    """One kernel process. ``run`` returns when it is told to end, or when its parent is gone."""

    def __init__(
        self,
        connection_file: Path,
        config: LabwireBridge,
        *,
        resolver: Resolver = system_resolver,
        limits: Limits | None = None,
    ) -> None:
        self._connection_file = connection_file
        self._connection = read_connection(connection_file)
        self._config = config
        self._resolver = resolver
        self._limits = limits or Limits()
        key = self._connection.get("key", "")
        self._messenger = Messenger(
            key.encode(), self._connection.get("signature_scheme", "hmac-sha256")
        )
        self._rejected = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._busy = False
        self._parent = EMPTY
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._bind(context)
        except zmq.ZMQError as error:
            context.destroy(linger=0)
            raise StartError(
                f"a port of {self._connection_file} cannot be bound: {error}"
            ) from None
        try:
            self._build()
            self._publish_status("starting", EMPTY)
            self._publish_status("idle", EMPTY)
            _on_signals(loop, self._over)
            tasks = [loop.create_task(self._stay_busy()), loop.create_task(self._watch_parent())]
            await self._over.wait()
            for task in tasks:
                task.cancel()
            self._close_streams()
            self._switchboard.close()
            self._audit.close()
        finally:
            for port in (self._shell, self._control, self._stdin, self._iopub):
                port.close()
            context.term()

    def _bind(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        def address(port: str) -> str:
            transport, ip = self._connection["transport"], self._connection["ip"]
            return f"{transport}://{ip}{'-' if transport == 'ipc' else ':'}{self._connection[port]}"

        self._iopub = Publisher(context, address("iopub_port"))
        self._stdin = Port(context, address("stdin_port"), lambda head, buffers: None, LINGER_MS)
        self._control = Port(context, address("control_port"), self._receive_control, LINGER_MS)
        self._shell = Port(context, address("shell_port"), self._receive_shell, LINGER_MS)
        Heartbeat(context, address("hb_port")).start()

    def _build(self) -> None:
        loop = asyncio.get_running_loop()
        config, limits = self._config, self._limits
        directories = [Path(jupyter_runtime_dir()), self._connection_file.resolve().parent]
        policy = Policy(
            allow=config.allow_entries,
            default=config.default,
            locked=config.locked,
            port_rule=JupyterPorts(directories, self._connection_file).rule,
            user_list=UserList(data_dir() / "allow.json") if config.user_list else None,
            read_only=config.read_only_entries,
            budget=config.read_only_budget,
        )
        audit_file = Path(config.audit_file) if config.audit_file else None
        self._audit = Audit(
            audit_file, config.audit_bytes, config.audit_files, limits.audit_minute_bytes
        )
        self._streams = Streams(
            opener=Opener(loop, policy, self._resolver),
            policy=policy,
            questions=Questions(loop, config.question_s, limits.questions),
            audit=self._audit,
            lease_s=config.lease_s,
            limits=limits,
            on_busy=self._on_busy,
            on_idle=self._on_idle,
        )
        self._switchboard = Switchboard(
            messenger=self._messenger,
            send=self._shell.send,
            send_control=self._control.send,
            streams=self._streams,
            policy=policy,
            limits=limits,
            lease_s=config.lease_s,
        )

    # -- requests ----------------------------------------------------------------------------

    def _receive_shell(self, head: list[bytes], buffers: list[memoryview]) -> None:
        self._receive(self._shell, head, buffers)

    def _receive_control(self, head: list[bytes], buffers: list[memoryview]) -> None:
        self._receive(self._control, head, buffers)

    def _receive(self, port: Port, head: list[bytes], buffers: list[memoryview]) -> None:
        try:
            request = self._messenger.read(head, buffers)
        except Rejected:
            self._rejected += 1
            return
        try:
            if request.msg_type == "comm_msg":
                self._switchboard.receive(request, control=port is self._control)
            else:
                self._answer(port, request)
        except Exception:
            # A defect of ours must not end what runs for others; the server's log shows it.
            traceback.print_exc(file=sys.stderr)

    def _answer(self, port: Port, request: Request) -> None:
        if request.msg_type not in _REPLIES:
            return  # comm_open, input_reply, ...: nothing of ours
        self._publish_status("busy", request.header)
        content = getattr(self, f"_{request.msg_type}")(request)
        reply = request.msg_type.replace("_request", "_reply")
        frames = self._messenger.frames(reply, dump(content), request.header)
        with contextlib.suppress(Gone):  # it asked and left
            port.send([request.identity, *frames])
        self._publish_status("idle", request.header)
        if self._busy:
            self._publish_status("busy", self._parent)
        if request.msg_type == "shutdown_request":
            self._over.set()

    def _kernel_info_request(self, request: Request) -> Json:
        return {
            "status": "ok",
            "protocol_version": MESSAGING_VERSION,
            "implementation": "labwire-bridge",
            "implementation_version": VERSION,
            "language_info": {
                "name": "labwire",
                "version": VERSION,
                "mimetype": "text/plain",
                "file_extension": ".txt",
            },
            "banner": "Labwire's bridge: carries bytes between the browser and instruments",
            "help_links": [],
            "supported_features": [],
        }

    def _comm_info_request(self, request: Request) -> Json:
        return {"status": "ok", "comms": {}}

    def _interrupt_request(self, request: Request) -> Json:
        return {"status": "ok"}

    def _shutdown_request(self, request: Request) -> Json:
        self._close_streams()
        return {"status": "ok", "restart": request.content.get("restart") is True}

    def _execute_request(self, request: Request) -> Json:
        if request.content.get("silent") is not True:
            text = status(
                VERSION,
                len(self._switchboard),
                self._streams.endpoints(),
                len(self._streams),
                {
                    **self._switchboard.counts,
                    "signature or form": self._rejected,
                    "for a stream that was closed": self._streams.ignored.total(),
                },
                self._audit.path,
                self._audit.failures,
            )
            self._publish("stream", {"name": "stdout", "text": text + "\n"}, request.header)
        return {"status": "ok", "execution_count": 0, "user_expressions": {}, "payload": []}

    def _is_complete_request(self, request: Request) -> Json:
        return {"status": "complete"}

    def _complete_request(self, request: Request) -> Json:
        at = request.content.get("cursor_pos")
        at = at if isinstance(at, int) else 0
        return {"status": "ok", "matches": [], "cursor_start": at, "cursor_end": at, "metadata": {}}

    def _inspect_request(self, request: Request) -> Json:
        return {"status": "ok", "found": False, "data": {}, "metadata": {}}

    def _history_request(self, request: Request) -> Json:
        return {"status": "ok", "history": []}

    # -- status ------------------------------------------------------------------------------

    def _publish(self, msg_type: str, content: Json, parent: bytes) -> None:
        topic = f"kernel.{self._messenger.session}.{msg_type}".encode()
        self._iopub.send(topic, self._messenger.frames(msg_type, dump(content), parent))

    def _publish_status(self, state: str, parent: bytes) -> None:
        self._publish("status", {"execution_state": state}, parent)

    def _on_busy(self, parent: bytes) -> None:
        self._busy, self._parent = True, parent
        self._publish_status("busy", parent)

    def _on_idle(self) -> None:
        self._busy = False
        self._publish_status("idle", self._parent)

    async def _stay_busy(self) -> None:
        while True:
            await asyncio.sleep(BUSY_EVERY_S)
            if self._busy:
                self._publish_status("busy", self._parent)

    # -- the end -----------------------------------------------------------------------------

    async def _watch_parent(self) -> None:
        await parent_gone(os.environ)
        self._over.set()

    def _close_streams(self) -> None:
        self._streams.close_all("shutdown", "the bridge kernel ends")
        self._switchboard.flush()


_REPLIES = frozenset(
    f"{name}_request"
    for name in (
        "kernel_info",
        "comm_info",
        "interrupt",
        "shutdown",
        "execute",
        "is_complete",
        "complete",
        "inspect",
        "history",
    )
)


def read_connection(path: Path) -> dict[str, Any]:
    """The connection file that Jupyter wrote.

    Raises
    ------
    StartError
        It cannot be read, or wants what this kernel does not have.
    """
    try:
        connection = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartError(f"the connection file {path} cannot be read: {error}") from None
    missing = (
        [name for name in _NEEDED if name not in connection]
        if isinstance(connection, dict)
        else _NEEDED
    )
    if missing:
        raise StartError(f"the connection file {path} lacks {', '.join(missing)}")
    if any(connection.get(name) for name in ("curve_publickey", "curve_secretkey")):
        raise StartError(
            "transport encryption (CURVE) is not implemented; "
            "use transport ipc, or switch it off for labwire"
        )
    return dict(connection)


_NEEDED = ["transport", "ip", "shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"]


def _on_signals(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    # SIGINT goes to every process of a terminal: a Ctrl-C meant for the server is not meant for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name != "nt":
        loop.add_signal_handler(signal.SIGTERM, over.set)
