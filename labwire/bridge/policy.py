"""Where the bridge may connect.

Judges resolved addresses, in the order of the table "Policy" in ``docs/protocols/bridge.md``. It
guards against a page that drives the bridge, not against code that runs as this user: that needs
no bridge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from .addresses import Address, Entry, endpoint, forbidden_kind
from .userlist import UserList

Outcome: TypeAlias = Literal["allowed", "refused", "ask"]
PortRule: TypeAlias = Callable[[Address, int], "str | None"]


class Verdict(NamedTuple):
    """What the policy says about one address and port. ``rule`` names the line that decided."""

    outcome: Outcome
    rule: str
    message: str = ""
    hint: str = ""


class Policy:
    """The rules of one bridge.

    Parameters
    ----------
    allow
        The administrator's entries.
    default
        ``loopback``: loopback needs no question. ``ask``: everything does.
    locked
        Nothing outside of ``allow`` and the default is asked about, and the user's list is off.
    port_rule
        Names the rule that keeps a port of this machine closed: Jupyter's own.
    user_list
        Where ``always`` goes; None if the administrator has switched it off.
    read_only
        Entries whose streams have a byte budget.
    budget
        That budget, in bytes from client to instrument.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Entry] = (),
        default: str = "loopback",
        locked: bool = False,
        port_rule: PortRule = lambda address, port: None,
        user_list: UserList | None = None,
        read_only: Sequence[Entry] = (),
        budget: int = 4096,
    ) -> None:
        self._allow = tuple(allow)
        self._default = default
        self._locked = locked
        self._port_rule = port_rule
        self._user_list = None if locked else user_list
        self._read_only = tuple(read_only)
        self._budget = budget

    def judge(self, host: str, address: Address, port: int, answered_once: bool) -> Verdict:
        """May this client connect to ``address``, which ``host`` led to? ``answered_once``: it
        was told `once`.
        """
        target = endpoint(address, port)
        kind = forbidden_kind(address)
        if kind is not None and not any(
            entry.names_address(address, port) for entry in self._allow
        ):
            return Verdict(
                "refused",
                kind,
                f"{target} is {_KINDS[kind]}, where the bridge does not connect",
                "use the instrument's own address, "
                "or let the administrator list this one in LabwireBridge.allow",
            )
        port_rule = self._port_rule(address, port)
        if port_rule is not None:
            return Verdict(
                "refused",
                port_rule,
                f"{target} belongs to Jupyter itself, where the bridge never connects",
                "check the port of the instrument",
            )
        if any(entry.covers(host, address, port) for entry in self._allow):
            return Verdict("allowed", "allow")
        if self._user_list is not None and self._user_list.covers(address, port):
            return Verdict("allowed", "always")
        if self._default == "loopback" and address.is_loopback:
            return Verdict("allowed", "loopback")
        if self._locked:
            return Verdict(
                "refused",
                "locked",
                f"{target} is not on the list, which the administrator has locked",
                "ask the administrator to add it to LabwireBridge.allow",
            )
        if answered_once:
            return Verdict("allowed", "once")
        return Verdict("ask", "not listed")

    def remember(self, address: Address, port: int) -> None:
        """The user said `always`.

        Raises
        ------
        OSError
            The list could not be written; nothing changed.
        """
        if self._user_list is None:
            raise RuntimeError("`always` was not offered")
        self._user_list.add(address, port)

    @property
    def choices(self) -> tuple[str, ...]:
        """What a question offers."""
        return ("once", "no") if self._user_list is None else ("once", "always", "no")

    def budget(self, host: str, address: Address, port: int) -> int | None:
        """Bytes a client may send there in the life of a stream; None: as many as it likes."""
        read_only = any(entry.covers(host, address, port) for entry in self._read_only)
        return self._budget if read_only else None

    @property
    def default_budget(self) -> int:
        """The budget of a stream whose client asked to be read-only."""
        return self._budget

    def summary(self) -> dict[str, object]:
        """What WELCOME tells."""
        return {
            "default": self._default,
            "allow": [entry.text for entry in self._allow],
            "always": self._user_list is not None,
            "locked": self._locked,
            "read_only": [entry.text for entry in self._read_only],
        }


_KINDS = {
    "unspecified": "the unspecified address",
    "multicast": "a multicast address",
    "broadcast": "the broadcast address",
    "link-local": "a link-local address (cloud metadata services live there)",
}
