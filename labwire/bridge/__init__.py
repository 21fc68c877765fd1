"""The bridge kernel: carries bytes between a browser and instruments, and does not understand them.

``python -m labwire.bridge -f CONNECTION_FILE`` runs it; Jupyter does. The wire contract is
``docs/protocols/bridge.md``. Nothing is imported here, so that importing the package costs nothing.
"""
