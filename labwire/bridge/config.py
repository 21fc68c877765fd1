"""Configuration: ``labwire_config.py`` or ``labwire_config.json`` in Jupyter's usual places.

An administrator's files (``/etc/jupyter``, the environment's ``etc/jupyter``) come first. If they
set ``LabwireBridge.locked`` the user's own files are not read at all: otherwise a user's file
would win, as it does all over Jupyter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from jupyter_core.paths import (
    ENV_CONFIG_PATH,
    SYSTEM_CONFIG_PATH,
    jupyter_config_path,
    jupyter_data_dir,
)
from traitlets import Bool, Enum, Float, Int, List, TraitError, Unicode, validate
from traitlets import default as default_of
from traitlets.config import Config, Configurable
from traitlets.config.loader import (
    ConfigFileNotFound,
    JSONFileConfigLoader,
    PyFileConfigLoader,
)

from .addresses import Entry


class LabwireBridge(Configurable):
    """Options of the bridge kernel."""

    allow = List(
        Unicode(),
        help="Where the bridge may connect without asking: "
        "host:port, 10.0.0.0/24:5000-5100, [fd00::/8]:*",
    ).tag(config=True)
    default = Enum(
        ("loopback", "ask"),
        help="`loopback`: this machine needs no question (behind JupyterHub the default is `ask`).",
    ).tag(config=True)
    locked = Bool(
        False, help="Nothing but `allow` and the default: no questions, no user files."
    ).tag(config=True)
    user_list = Bool(
        True, help="May a user answer `always`, which is written to a list of his own?"
    ).tag(config=True)
    read_only = List(
        Unicode(),
        help="Entries as in `allow`, to which a client may send `read_only_budget` bytes only.",
    ).tag(config=True)
    read_only_budget = Int(
        4096, min=0, help="Bytes from client to instrument in the life of a read-only stream."
    ).tag(config=True)
    audit_file = Unicode(help="Where the audit goes; empty: no audit.").tag(config=True)
    audit_bytes = Int(
        10 * 1024 * 1024, min=4096, help="Size at which the audit file is rotated."
    ).tag(config=True)
    audit_files = Int(5, min=1, help="How many rotated audit files are kept.").tag(config=True)
    lease_s = Float(
        30.0, min=1.0, help="Seconds without a sign of a client until its streams close."
    ).tag(config=True)
    question_s = Float(120.0, min=1.0, help="Seconds a question to the user stays open.").tag(
        config=True
    )

    @default_of("default")
    def _default_default(self) -> str:
        return "ask" if behind_hub(os.environ) else "loopback"

    @default_of("audit_file")
    def _default_audit_file(self) -> str:
        return str(data_dir() / "audit.jsonl")

    @validate("allow", "read_only")
    def _validate_entries(self, proposal: Mapping[str, Sequence[str]]) -> Sequence[str]:
        for text in proposal["value"]:
            try:
                Entry.parse(text)
            except ValueError as error:
                raise TraitError(str(error)) from None
        return proposal["value"]

    @property
    def allow_entries(self) -> tuple[Entry, ...]:
        return tuple(map(Entry.parse, self.allow))

    @property
    def read_only_entries(self) -> tuple[Entry, ...]:
        return tuple(map(Entry.parse, self.read_only))


def behind_hub(environment: Mapping[str, str]) -> bool:
    """Loopback of a shared machine is full of other people's programs."""
    return any(
        environment.get(name)
        for name in ("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_USER")
    )


def data_dir() -> Path:
    """Where the bridge keeps its files: ``jupyter_data_dir()/labwire``."""
    return Path(jupyter_data_dir()) / "labwire"


def load(arguments: Config | None = None) -> LabwireBridge:
    """Read the configuration files; ``arguments`` win over them unless the list is locked.

    Raises
    ------
    TraitError
        A value that cannot be; the bridge must not start with a policy that nobody wrote.
    """
    administrators = [*ENV_CONFIG_PATH, *SYSTEM_CONFIG_PATH]
    paths = jupyter_config_path()
    # jupyter_config_path() is in order of precedence: what comes later in `config` must win.
    config = _read([path for path in reversed(paths) if path in administrators])
    if not config.LabwireBridge.get("locked", False):
        config.merge(_read([path for path in reversed(paths) if path not in administrators]))
        if arguments is not None:
            config.merge(arguments)
    return LabwireBridge(config=config)


def _read(directories: Sequence[str]) -> Config:
    config = Config()
    for directory in directories:
        for loader in (
            PyFileConfigLoader("labwire_config.py", path=directory),
            JSONFileConfigLoader("labwire_config.json", path=directory),
        ):
            try:
                config.merge(loader.load_config())
            except ConfigFileNotFound:
                continue
            except Exception as error:
                raise TraitError(f"{loader.full_filename}: {error}") from error
            print(f"labwire: configured by {loader.full_filename}", file=sys.stderr)
    return config
