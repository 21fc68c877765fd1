# The server of the browser tests: JupyterLab's own test settings, on the port and in the home that
# ui-tests/checkout.mjs has chosen. No token and no XSRF check: loopback only, never for real use.
# mypy: ignore-errors
import os
import tempfile
from pathlib import Path

from jupyterlab.galata import configure_jupyter_server

home = Path(os.environ["LABWIRE_UI_HOME"])
tempfile.tempdir = str(home)  # what it makes goes with the home
configure_jupyter_server(c)  # noqa: F821
tempfile.tempdir = None

c.ServerApp.ip = "127.0.0.1"  # noqa: F821
c.ServerApp.port = int(os.environ["LABWIRE_UI_PORT"])  # noqa: F821
c.ServerApp.allow_root = True  # noqa: F821
c.LabApp.workspaces_dir = str(home / "workspaces")  # noqa: F821
c.LabApp.user_settings_dir = str(home / "settings")  # noqa: F821
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"  # noqa: F821
c.LabApp.news_url = None  # noqa: F821
