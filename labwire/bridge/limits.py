"""What a peer can make large, and how large we let it become.

One field per line of the table "Limits" in ``docs/protocols/bridge.md``; WELCOME carries them by
name.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """Named bounds. Sizes are bytes of raw payload, before base64."""

    record_bytes: int = MIB
    """Payload of one record. tornado closes a websocket above 10 MiB; a tenth keeps latency low."""
    message_bytes: int = 2 * MIB
    """All buffers of one message to the bridge."""
    buffers: int = 256
    records: int = 16384
    json_bytes: int = 16 * KIB
    ping_bytes: int = 128
    window_bytes: int = 8 * MIB
    """``allowed - received`` of a stream towards the client: also what is kept for a repeat."""
    up_window_bytes: int = MIB
    """The same towards the instrument: what one stream can make the bridge hold."""
    link_bytes: int = 16 * MIB
    """Sent to one client and not yet received by it.

    The server buffers that much if a tab stalls.
    """
    clients: int = 64
    streams: int = 128
    """Of one link."""
    all_streams: int = 1024
    """Of the bridge, detached ones too: saying HELLO again and again must not pile them up."""
    questions: int = 8
    host_chars: int = 255
    text_chars: int = 200
    audit_text: int = 2000
    audit_minute_bytes: int = 4 * MIB
    """Lines of reports and refusals: the ten MiB of the newest file hold minutes of a flood."""

    text_record_bytes: int = 256 * KIB
    """Record towards a client in text mode: base64 and a gateway's parse make big ones slow."""
    small_bytes: int = 64 * KIB
    """Below: traffic that is coalesced into shared messages. Above: bulk, alone in its buffer."""

    def as_dict(self) -> dict[str, int]:
        """The fields that the contract names."""
        return {name: getattr(self, name) for name in CONTRACT}


CONTRACT = (
    "record_bytes",
    "message_bytes",
    "buffers",
    "records",
    "json_bytes",
    "ping_bytes",
    "window_bytes",
    "up_window_bytes",
    "link_bytes",
    "clients",
    "streams",
    "all_streams",
    "questions",
    "host_chars",
    "text_chars",
    "audit_text",
    "audit_minute_bytes",
)
