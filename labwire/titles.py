"""Titles with the values of datasets in them: ``"Rabi {rabi/pi_time:.3e} s"``.

The title is a format string, as in ARTIQ's applets: a field is the name of a dataset, with ``/``
where the name has a dot. The page formats it, live; here it is only read, so that a mistake shows
in the cell that made it.
"""

from __future__ import annotations

from string import Formatter

__all__ = ["fields"]

_FIELD_LIMIT = 16  # of one title: more than a line shows


def fields(title: object) -> list[str]:
    """The names of the fields, once each; empty for what is no text or has no braces.

    Raises
    ------
    ValueError
        It has braces and is no format string that the page can write.
    """
    if not isinstance(title, str) or "{" not in title:
        return []
    try:
        parsed = list(Formatter().parse(title))
    except ValueError as error:
        raise ValueError(
            f"title {title!r} is no format string: {error}; a brace itself is written twice"
        ) from None
    names: list[str] = []
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if not name:
            raise ValueError(
                f"title {title!r} has a field without a name: write the dataset's, as in "
                "{rabi/pi_time:.3e}"
            )
        if "." in name or "[" in name:
            raise ValueError(
                f"title {title!r} has the field {name!r}: it names a dataset, with / for each "
                f"dot, as in {{{name.partition('[')[0].replace('.', '/')}}}"
            )
        if conversion not in (None, "r", "s"):
            raise ValueError(f"title {title!r} has the conversion !{conversion}: use !r or !s")
        if spec and "{" in spec:
            raise ValueError(f"title {title!r} has a field in a field: write the number")
        if name not in names:
            names.append(name)
    if len(names) > _FIELD_LIMIT:
        raise ValueError(f"a title has at most {_FIELD_LIMIT} fields, not {len(names)}")
    return names
