"""A terminal in a pipe: ``python terminal.py COMMAND...`` runs COMMAND at a terminal of its own.

What comes in on standard input is typed there, what the terminal shows goes to standard output.
Ends with the command's exit code.
"""

import os
import pty
import sys

sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
