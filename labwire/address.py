"""Addresses, as everything in Labwire writes them: ``[demo+]scheme://host:port/path#fragment``.

The fragment picks inside what the path names. A plain text is one ``str`` key; a text that starts
with ``[`` is a PYON list, the path. The page reads addresses again and has the last word; what is
checked here is checked so that a mistake shows in the cell that made it.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Sequence
from typing import NamedTuple, Union
from urllib.parse import quote, unquote

__all__ = ["SCHEMES", "Address", "Key", "parse", "with_key"]

KeyPart = Union[str, int, float, bool, None, tuple["KeyPart", ...]]
#: One key, or the path to a nested one.
Key = Union[str, Sequence[KeyPart]]

#: Each scheme with its default port; None where one must be named or there is none.
SCHEMES: dict[str, int | None] = {
    "sipyco+rpc": None,
    "sipyco+sync": 3250,
    "sipyco+broadcast": 1067,
    "sipyco+log": 1066,
    "ca": None,
    "rpyc": 18812,
    "panda": 8888,
    "driver": None,
}

_NO_ENDPOINT = ("ca", "driver")
_NEEDS_PATH = {"sipyco+sync": "a notifier, such as /datasets", "sipyco+broadcast": "a channel"}
_MAXIMUM_LENGTH = 2048  # characters; what browsers accept as a URL
_EXAMPLE = "sipyco+sync://127.0.0.1:3250/datasets"
# What encodeURIComponent leaves alone, and what a fragment or a path may hold as well.
_READABLE = "-_.!~*'():/[],"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_AUTHORITY = re.compile(r"(?:\[([0-9a-fA-F:.%]+)\]|([^:\[\]@\s]*))(?::([0-9]*))?")
_TLS = re.compile(r"tls=[A-Za-z0-9_.-]{1,64}")


class Address(NamedTuple):
    """A checked address. ``text`` is what was written, without the blanks around it."""

    text: str
    demo: bool
    scheme: str
    host: str
    port: int | None
    path: str
    fragment: str | None


def parse(text: object) -> Address:
    """Check an address.

    Raises
    ------
    TypeError
        It is not a text.
    ValueError
        It names nothing that Labwire could connect to; the message says which part is wrong.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"an address is a str such as {_EXAMPLE!r}, not {type(text).__name__}: {text!r}"
        )
    text = text.strip()
    if len(text) > _MAXIMUM_LENGTH:
        raise ValueError(
            f"an address has at most {_MAXIMUM_LENGTH} characters, this one {len(text)}"
        )
    _refuse_control(text, text)
    name, separator, rest = text.partition("://")
    if not separator:
        raise _refusal(text, f"has no scheme: write it like {_EXAMPLE!r}")
    name = name.lower()
    demo = name.startswith("demo+")
    scheme = name[len("demo+") :] if demo else name
    if scheme not in SCHEMES:
        raise _refusal(text, f"has the unknown scheme {name!r}: there are {', '.join(SCHEMES)}")
    if scheme in _NO_ENDPOINT:
        if not rest:
            raise _refusal(text, "names nothing after '//'")
        return Address(text, demo, scheme, "", None, rest, None)
    rest, hash_sign, fragment = rest.partition("#")
    rest, question, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    if question and not _TLS.fullmatch(query):
        raise _refusal(text, f"has {query!r} after '?': only tls=NAME can stand there")
    host, port = _parse_authority(text, scheme, demo, authority)
    path = _decode(text, path)
    if not path and scheme in _NEEDS_PATH:
        raise _refusal(text, f"does not say what to watch: add {_NEEDS_PATH[scheme]}")
    key = _decode(text, fragment) if hash_sign else None
    if scheme == "sipyco+sync" and key is not None and key.startswith("["):
        _check_path(text, key)
    return Address(text, demo, scheme, host, port, path, key)


def _check_path(text: str, key: str) -> None:
    """What begins like a list behind '#' must be one: PYON, whose grammar is JSON's or Python's."""
    try:
        is_list = isinstance(ast.parse(key, mode="eval").body, ast.List)
    except (SyntaxError, MemoryError, RecursionError):
        is_list = False
    if not is_list:
        raise _refusal(
            text,
            f"has {key!r} after '#', which is no list: write a name as it is, as in #rabi.p, "
            'or a path as in #["rabi.p", 0]',
        )


def _parse_authority(text: str, scheme: str, demo: bool, authority: str) -> tuple[str, int | None]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise _refusal(text, f"has {authority!r} where host:port should stand")
    host = match[1] or match[2] or ""
    if not host and not demo:
        raise _refusal(text, "names no host")
    if match[3]:
        port = int(match[3]) if len(match[3]) <= 5 else 0
        if not 1 <= port <= 65535:
            raise _refusal(text, f"has the port {match[3]}: ports are from 1 to 65535")
        return host, port
    if SCHEMES[scheme] is None and not demo:
        raise _refusal(text, "names no port, and this scheme has no usual one")
    return host, SCHEMES[scheme]


def _decode(text: str, part: str) -> str:
    if re.search(r"%(?![0-9a-fA-F]{2})", part):
        raise _refusal(text, "has a '%' that is not followed by two hexadecimal digits")
    try:
        decoded = unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise _refusal(text, f"has {part!r}, which is not percent-encoded UTF-8") from None
    _refuse_control(text, decoded)
    return decoded


def _refuse_control(text: str, part: str) -> None:
    match = _CONTROL.search(part)
    if match is not None:
        raise _refusal(text, f"has the control character U+{ord(match[0]):04X}")


def _refusal(text: str, what: str) -> ValueError:
    shown = text if len(text) <= 200 else text[:200] + "…"
    return ValueError(f"address {shown!r} {what}")


def with_key(address: Address, key: object) -> Address:
    """The address of ``key`` inside what ``address`` names.

    Parameters
    ----------
    key
        A ``str`` is one key, dots and all. A list or tuple is a path of keys and indices. A key
        that is a tuple stands in the path as a tuple.
    """
    if address.fragment is not None:
        raise _refusal(
            address.text, f"already names the key {address.fragment!r}: give {key!r} or that"
        )
    return parse(f"{address.text}#{_encode_key(key)}")


def _encode_key(key: object) -> str:
    if isinstance(key, str):
        # Where a plain text would be read as a list, or could not stand at all, a list says it.
        plain = not key.startswith("[") and not _CONTROL.search(key) and _is_unicode(key)
        text = key if plain else _path_text([key])
    elif isinstance(key, (list, tuple)):
        if not key:
            raise ValueError("the path of a key is empty: leave the key out to show everything")
        text = _path_text(key)
    else:
        raise TypeError(
            f"a key is a str, or a list that is the path to one, not {type(key).__name__}: {key!r}"
        )
    return quote(text, safe=_READABLE)


def _path_text(path: Sequence[object]) -> str:
    tree = [_pyon(part, path) for part in path]
    text = json.dumps(tree, ensure_ascii=False)
    # JSON leaves DEL, C1 and lone surrogates as they are, an address cannot
    return text if not _CONTROL.search(text) and _is_unicode(text) else json.dumps(tree)


def _pyon(part: object, path: Sequence[object]) -> object:
    if part is None or isinstance(part, (str, bool, int)):
        return part
    if isinstance(part, float):
        if not math.isfinite(part):
            raise ValueError(f"{part!r} in the key {path!r} can never be found")
        return part
    if isinstance(part, tuple):
        return {"__jsonclass__": ["tuple", [[_pyon(item, path) for item in part]]]}
    raise TypeError(
        f"{part!r} in the key {path!r} is a {type(part).__name__}: "
        "a part is a str, int, float, bool, None or a tuple of these"
    )


def _is_unicode(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)
