"""What the product is made of: `licences` writes docs/licences.md, `bill` writes a CycloneDX bill of materials.

Both read requirements.lock, which is what runs, and what the installed packages say of themselves. Nothing is fetched.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import json
import re
import sys
import uuid
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
CLASSIFIED = "License :: OSI Approved :: "
SHORT = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
STRICT = re.compile(r"\bA?GPL|Affero", re.IGNORECASE)
BY_HAND = {"pyxform": "BSD-2-Clause"}
"""What names no licence in its metadata, and was read from the file that comes with it."""

LESSER = re.compile(r"LGPL|Lesser|MPL|Mozilla", re.IGNORECASE)
PAGE = """# Licences

What `requirements.lock` brings along, as the packages themselves say it. `make licences` writes this page; what is used
for development only is not in it, as it is not handed on.

**Copyleft.** {copyleft}

| package | version | licence |
|---|---|---|
{rows}
"""


def locked() -> list[tuple[Requirement, list[str]]]:
    """Return every pinned package with the SHA-256 of each of its files."""
    found = []
    for line in (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines():
        pinned, *hashes = line.split("--hash=sha256:")
        if pinned.strip():
            found.append((Requirement(pinned.strip()), [one.strip() for one in hashes]))
    return found


def version_of(one: Requirement) -> str:
    """Return the version that is pinned."""
    return str(one.specifier).removeprefix("==")


def licence_of(name: str) -> str:
    """Return the licence a package names; '' where it is not installed or names none."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if name in BY_HAND:
        return BY_HAND[name]
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    classified = [one.removeprefix(CLASSIFIED) for one in about.get_all("Classifier", []) if one.startswith(CLASSIFIED)]
    if classified:
        return " or ".join(SHORT.get(one, one) for one in classified)
    return str(about.get("License") or "").strip().partition("\n")[0]


def licences() -> int:
    """Write the page; 1 when something is licensed in a way that nobody has looked at."""
    rows, lesser, strange = [], [], []
    for one, _ in locked():
        licence = licence_of(one.name)
        rows.append(f"| {one.name} | {version_of(one)} | {licence or f'not installed here ({one.marker})'} |")
        if LESSER.search(licence):
            lesser.append(f"{one.name} ({licence})")
        elif STRICT.search(licence) or (not licence and not one.marker):
            strange.append(f"{one.name}: {licence or 'names no licence'}")
    told = "Weak copyleft only, used as a library, unmodified and replaceable: " + ", ".join(lesser) + "."
    copyleft = told if not strange else "**To be looked at**: " + ", ".join(strange)
    (ROOT / "docs" / "licences.md").write_text(PAGE.format(copyleft=copyleft, rows="\n".join(rows)), encoding="utf-8")
    for name in strange:
        sys.stderr.write(f"{name}\n")
    return 1 if strange else 0


def bill(file: Path) -> int:
    """Write the bill of materials."""
    components = []
    for one, hashes in locked():
        version, licence = version_of(one), licence_of(one.name)
        pin = f"pkg:pypi/{one.name.lower()}@{version}"
        files = [{"alg": "SHA-256", "content": digest} for digest in hashes]
        component = {
            "type": "library",
            "bom-ref": pin,
            "name": one.name,
            "version": version,
            "purl": pin,
            "scope": "optional" if one.marker else "required",
            "externalReferences": [{"type": "distribution", "url": pin, "hashes": files}],
        }
        if licence:
            component["licenses"] = [{"license": {"name": licence}}]
        components.append(component)
    about = {"type": "application", "bom-ref": "xundu", "name": "xundu", "version": metadata.version("xundu")}
    made = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": datetime.now(UTC).isoformat(timespec="seconds"), "component": about},
        "components": components,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(components)} packages in {file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(licences() if sys.argv[1:] == ["licences"] else bill(Path(sys.argv[1])))
