"""Methods of instruments in cells: descriptions that JupyterLab turns into forms.

The description is the content of ``application/vnd.labwire.rpc.v1+json``::

    {"version": 1, "address": "…", "method": "…" | null,
     "args": ["0", "1e6", …], "kwargs": {"unit": "'Hz'", …}}

Arguments are Python literals. A form calls when a person presses Call, and at no other time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from . import address as addresses
from .described import Described

__all__ = ["Rpc", "rpc"]

MIME_TYPE = "application/vnd.labwire.rpc.v1+json"

_SCHEME = "sipyco+rpc"
_ARGUMENT_LIMIT = 255
_NAME_LIMIT = 1000  # characters of a method's or an argument's name
_TEXT_LIMIT = 1_000_000  # characters of all arguments
_DEPTH_LIMIT = 100

_SCALARS = (bool, int, float, complex, str, bytes, type(None))


class Rpc(Described):
    """A description of a call, or of all that can be called at an address.

    As the last expression of a cell it shows the form. It holds no connection and no result, and
    nothing is called before a person presses Call. Where Labwire is not installed, or the notebook
    is not trusted, its text is shown instead.

    Attributes
    ----------
    address : str
        Of the target.
    method : str or None
        What is called; None for all methods there are.
    args : tuple of str
        Arguments by place, as Python literals.
    kwargs : dict of str
        Arguments by name, as Python literals.
    """

    __slots__ = ("address", "args", "kwargs", "method")

    mime_type = MIME_TYPE

    def __init__(
        self, address: str, method: str | None, args: tuple[str, ...], kwargs: dict[str, str]
    ) -> None:
        self.address = address
        self.method = method
        self.args = args
        self.kwargs = kwargs

    def spec(self) -> dict[str, Any]:
        """The description as JSON-ready data; a new object each time."""
        return {
            "version": 1,
            "address": self.address,
            "method": self.method,
            "args": list(self.args),
            "kwargs": dict(self.kwargs),
        }

    def __repr__(self) -> str:
        if self.method is None:
            return f"<Labwire methods of {self.address}>"
        named = [f"{name}={text}" for name, text in self.kwargs.items()]
        arguments = ", ".join([*self.args, *named])
        return f"<Labwire call of {self.method}({arguments}) at {self.address}, not sent>"


def rpc(
    address: str,
    method: str | None = None,
    args: Iterable[object] = (),
    kwargs: Mapping[str, object] | None = None,
) -> Rpc:
    """Show a method of an instrument in this cell as a form, filled in; or all its methods.

    Nothing is called by running the cell, nor by opening the notebook: only when a person presses
    Call in the form.

    Parameters
    ----------
    address
        The target: ``"sipyco+rpc://HOST:PORT/TARGET"``. With ``demo+`` in front, the demo lab in
        the browser answers: ``"demo+sipyco+rpc:///siggen"``.
    method
        What to call. Without one, the methods of the target, or of all targets of a server.
    args
        Arguments by place, as ordinary Python values: numbers, texts, bytes, None, and lists,
        tuples, sets and dicts of them.
    kwargs
        Arguments by name.

    Returns
    -------
    Rpc
        Make it the last expression of the cell to show it.

    Raises
    ------
    TypeError, ValueError
        An argument that cannot stand in a form, with what can.

    Examples
    --------
    >>> lw.rpc("demo+sipyco+rpc:///siggen", method="set_power", args=[0], kwargs={"power": -3.5})
    <Labwire call of set_power(0, power=-3.5) at demo+sipyco+rpc:///siggen, not sent>
    >>> lw.rpc("demo+sipyco+rpc:///siggen")
    <Labwire methods of demo+sipyco+rpc:///siggen>
    """
    parsed = addresses.parse(address)
    if parsed.scheme != _SCHEME:
        raise ValueError(
            f"methods have an address that starts with {_SCHEME}://, not {parsed.scheme}://"
        )
    if parsed.fragment is not None:
        raise ValueError(f"the address of a target has nothing after '#': {parsed.text!r}")
    if method is not None and not isinstance(method, str):
        raise TypeError(f"method is a str, not {type(method).__name__}: {method!r}")
    if method == "":
        raise ValueError("method is the name of a method, not an empty text")
    if method is not None:
        _check_name(method, "method")
    if isinstance(args, (str, bytes, Mapping)) or not isinstance(args, Iterable):
        raise TypeError(f"args is a list of values, not {type(args).__name__}: [{args!r}]?")
    if kwargs is not None and not isinstance(kwargs, Mapping):
        raise TypeError(
            f"kwargs is a dict of names and values, not {type(kwargs).__name__}: {kwargs!r}"
        )
    by_place = tuple(_literal(value, f"args[{i}]") for i, value in enumerate(args))
    by_name = {}
    for name, value in (kwargs or {}).items():
        if not isinstance(name, str) or not name:
            raise TypeError(f"a name in kwargs is a str, not {name!r}")
        _check_name(name, "a name in kwargs")
        by_name[name] = _literal(value, f"kwargs[{name!r}]")
    if method is None and (by_place or by_name):
        raise ValueError("there are arguments and no method: which one takes them?")
    _check_size([*by_place, *by_name.values()], by_name)
    return Rpc(parsed.text, method, by_place, by_name)


def _check_name(name: str, where: str) -> None:
    if len(name) > _NAME_LIMIT:
        raise ValueError(f"{where} has at most {_NAME_LIMIT} characters, not {len(name)}")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise ValueError(f"{where} is {name!r}, which has half of a surrogate pair in it")


def _literal(value: object, where: str) -> str:
    _check_literal(value, where, 0)
    return _written(value, where)


def _written(value: Any, where: str) -> str:
    kind = type(value)
    if kind is dict:
        pairs = ((_written(key, where), _written(item, where)) for key, item in value.items())
        return f"{{{', '.join(f'{key}: {item}' for key, item in pairs)}}}"
    if kind in (list, tuple, set):
        items = ", ".join(_written(item, where) for item in value)
        if kind is list:
            return f"[{items}]"
        if kind is set:
            return f"{{{items}}}"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if kind is complex:
        return _written_complex(value, where)
    try:
        return repr(value)
    except ValueError:  # Python's own limit of digits
        raise ValueError(f"{where} has an int with too many digits to be written") from None


def _written_complex(value: complex, where: str) -> str:
    # The repr of -1j is (-0-1j), which is another number when it is read.
    for text in (repr(value), f"-{-value.imag!r}j"):
        try:
            if repr(ast.literal_eval(text)) == repr(value):
                return text
        except (SyntaxError, ValueError):
            pass
    raise ValueError(f"{where} has {value!r} in it, a complex number without a literal")


def _check_literal(value: object, where: str, depth: int) -> None:
    kind = type(value)
    if depth > _DEPTH_LIMIT:
        raise ValueError(f"{where} is nested deeper than {_DEPTH_LIMIT} levels")
    # Exactly these: the repr of a subclass may be anything.
    if kind in _SCALARS:
        return
    if isinstance(value, dict) and kind is dict:
        for key, item in value.items():
            _check_literal(key, f"a key of {where}", depth + 1)
            _check_literal(item, f"{where}[{key!r}]", depth + 1)
    elif isinstance(value, set) and kind is set and value:
        for item in value:
            _check_literal(item, f"an item of {where}", depth + 1)
    elif isinstance(value, (list, tuple)) and kind in (list, tuple):
        for index, item in enumerate(value):
            _check_literal(item, f"{where}[{index}]", depth + 1)
    else:
        raise TypeError(f"{where} {_mistake(value)}")


def _mistake(value: object) -> str:
    if isinstance(value, set):
        return "is an empty set, which has no literal: write list() if the method takes one"
    kind = type(value)
    if kind.__module__.partition(".")[0] == "numpy":
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            return f"is a {kind.__module__}.{kind.__name__}: write .item() behind it"
        return (
            f"is a {kind.__module__}.{kind.__name__}, which has no literal: write .tolist() behind "
            "it if the method takes a list, or call the method from Python with sipyco"
        )
    return (
        f"is a {kind.__name__}, which has no literal: a form takes numbers, texts, bytes, None, "
        "and lists, tuples, sets and dicts of them"
    )


def _check_size(texts: list[str], names: Iterable[str]) -> None:
    if len(texts) > _ARGUMENT_LIMIT:
        raise ValueError(f"a form has at most {_ARGUMENT_LIMIT} arguments, not {len(texts)}")
    size = sum(map(len, [*texts, *names]))
    if size > _TEXT_LIMIT:
        raise ValueError(f"a form has at most {_TEXT_LIMIT} characters of arguments, not {size}")
