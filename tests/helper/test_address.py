"""Addresses: what the helper takes, and that the page reads them in the same way."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import labwire as lw
from labwire import address

ROOT = Path(__file__).parents[2]

GOOD = [
    "sipyco+sync://127.0.0.1:3250/datasets",
    "sipyco+sync://lab7/datasets#rabi.p",
    "sipyco+sync://[::1]:3250/datasets#[%22a%22,%201]",
    "SIPYCO+SYNC://lab7/a%20b?tls=lab#c%23d",
    "demo+sipyco+sync:///datasets",
    "demo+sipyco+sync://:3250/datasets#",
    "  sipyco+rpc://10.0.0.7:3251/master  ",
    "sipyco+rpc://10.0.0.7:3251",
    "sipyco+log://lab7",
    "ca://XF:mtr1.{VAL}#x",
    "demo+ca://sim:temp",
    "driver://laser",
    "panda://panda1",
    "rpyc://lab7",
]

BAD = [
    "",
    "datasets",
    "127.0.0.1:3250",
    "http://lab7/",
    "sipyco+sync://127.0.0.1:3250",
    "sipyco+sync://127.0.0.1:3250/",
    "sipyco+sync:///datasets",
    "sipyco+sync://lab7:0/datasets",
    "sipyco+sync://lab7:65536/datasets",
    "sipyco+sync://lab7:123456/datasets",
    "sipyco+sync://lab7:x/datasets",
    "sipyco+sync://user@lab7/datasets",
    "sipyco+sync://::1/datasets",
    "sipyco+sync://lab7/datasets?x=1",
    "sipyco+sync://lab7/datasets#50%",
    "sipyco+sync://lab7/datasets#%ff",
    "sipyco+sync://lab7/data%0Asets",
    "sipyco+sync://lab7/data\nsets",
    "sipyco+sync://lab7/datasets#a\u2028b",
    "sipyco+sync://lab7/" + "d" * 2048,
    "sipyco+rpc://lab7/master",
    "ca://",
    "driver://",
]

# A key, and the fragment that the page must read: the key itself, or a PYON list.
KEYS: list[tuple[Any, str]] = [
    ("rabi.p", "rabi.p"),
    ("a b#c?d/e%f", "a b#c?d/e%f"),
    ("fréquence µ", "fréquence µ"),
    ("[odd", '["[odd"]'),
    ("line\nbreak", '["line\\nbreak"]'),
    (["scan", 1, -1, 2.5, True, None], '["scan", 1, -1, 2.5, true, null]'),
    (
        ["grid", ("a", (1,))],
        '["grid", {"__jsonclass__": ["tuple", [["a", {"__jsonclass__": ["tuple", [[1]]]}]]]}]',
    ),
]


def node(program: str, data: object) -> Any:
    """What a program of the built page side answers, in Node."""
    if shutil.which("node") is None or not (ROOT / "lib/hub/spec.js").exists():
        pytest.skip("the page side is not built: npm run build")
    answer = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        cwd=ROOT,
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


READ_ADDRESSES = """
import { readFileSync } from 'node:fs';
import { parseAddress } from './lib/values/index.js';
const read = text => { try { return parseAddress(text); } catch (error) { return error.name; } };
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(read)));
"""

CHECK_SPECS = """
import { readFileSync } from 'node:fs';
import { checkSpec } from './lib/hub/spec.js';
import { parseSpec } from './lib/models/spec.js';
const check = spec => {
  try { checkSpec(spec); parseSpec(spec); return 'good'; } catch (error) { return String(error); }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(check)));
"""


@pytest.mark.parametrize("text", GOOD)
def test_takes(text: str) -> None:
    assert address.parse(text).text == text.strip()


@pytest.mark.parametrize("text", BAD)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(address '|an address has at most 2048 characters)"):
        address.parse(text)


def test_the_message_shows_the_control_character() -> None:
    with pytest.raises(ValueError) as caught:
        address.parse("sipyco+sync://lab7/data%00sets")
    assert str(caught.value) == (
        "address 'sipyco+sync://lab7/data%00sets' has the control character U+0000"
    )


@pytest.mark.parametrize("key", ["[", "['a'", "[1][0]", "[1] + [2]", "[" * 500, "[a for a in b]"])
def test_refuses_a_path_that_is_no_list(key: str) -> None:
    with pytest.raises(ValueError, match=r"after '#', which is no list: write a name as it is"):
        lw.dataset(f"sipyco+sync://lab7/datasets#{key}")


@pytest.mark.parametrize("key", ["[%22a%22,%201]", "['a',%20(1,)]", "[null,%20true]", "a[0"])
def test_takes_paths_as_people_type_them(key: str) -> None:
    assert lw.dataset(f"sipyco+sync://lab7/datasets#{key}").sources[0][1].endswith(key)


def test_the_page_reads_the_same_parts() -> None:
    ours = [address.parse(text) for text in GOOD]
    theirs = node(READ_ADDRESSES, GOOD)
    assert [
        (theirs["demo"], theirs["scheme"], theirs["host"], theirs["path"], theirs["fragment"])
        for theirs in theirs
    ] == [(ours.demo, ours.scheme, ours.host, ours.path, ours.fragment) for ours in ours]
    with_ports = [
        (mine.port, page["port"])
        for mine, page in zip(ours, theirs, strict=True)
        if mine.port is not None
    ]
    assert len(with_ports) > 5
    assert all(mine == page for mine, page in with_ports)


def test_the_page_refuses_the_same_addresses() -> None:
    assert node(READ_ADDRESSES, BAD) == ["ParseError"] * len(BAD)


def test_the_page_finds_the_key_that_was_meant() -> None:
    base = "sipyco+sync://lab7/datasets"
    pages = node(READ_ADDRESSES, [lw.dataset(base, key).sources[0][1] for key, _ in KEYS])
    assert [page["fragment"] for page in pages] == [fragment for _, fragment in KEYS]


def test_the_page_takes_every_description() -> None:
    lab = "demo+sipyco+sync:///datasets"
    views = [
        lw.dataset(lab),
        lw.dataset(lab, "rabi.p", x="rabi.t", error="rabi.e", style="points", log_x=True),
        lw.dataset(lab, "camera.frame", view="image", colormap="inferno", levels=(2, 98)),
        lw.dataset(lab, "temperature", unit="K", scale=2, precision=3, height=100, title="T"),
        lw.view("table", lab, filter="rabi"),
        lw.view("trace", {"x": f"{lab}#t", "y": f"{lab}#p"}, log_y=False),
    ]
    assert node(CHECK_SPECS, [view.spec() for view in views]) == ["good"] * len(views)
