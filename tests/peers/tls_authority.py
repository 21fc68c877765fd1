"""Certificates for TLS tests, from authorities that live as long as the test.

Run it as ``python -m tests.peers.tls_authority FOLDER NAME...`` from the root of the checkout. For
every name it writes ``NAME.pem`` and ``NAME.key``, a certificate with its private key, and
``NAME-ca.pem``, the authority that signed it and nothing else.
"""

import argparse
from pathlib import Path

import trustme


def write(folder: Path, name: str) -> None:
    authority = trustme.CA()
    # SiPyCo does not look at the name in a certificate: neither may anybody here.
    certificate = authority.issue_cert("nobody.invalid")
    authority.cert_pem.write_to_path(str(folder / f"{name}-ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / f"{name}.key"))
    path = folder / f"{name}.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(path), append=path.exists())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", nargs="+")
    options = parser.parse_args()
    for name in options.name:
        write(options.folder, name)


main()
