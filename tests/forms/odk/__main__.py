"""``python -m tests.forms.odk FOLDER…``: every form below a folder, filled in both engines."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.forms.odk.folder import Comparer, forms_below
from tests.forms.odk.second_opinion import why_not


def main() -> int:
    """Compare, tell of each form that is not alike, and count; 1 when there is one that ODK alone opens, or differs."""
    asked = argparse.ArgumentParser(prog="python -m tests.forms.odk", description=__doc__)
    asked.add_argument("folders", nargs="+", type=Path, help="folders, or files, with XLSForms and XForms")
    asked.add_argument("--steps", type=int, default=40, help="random answers to each form (%(default)s)")
    asked.add_argument("--seed", type=int, default=1, help="what the answers are drawn from (%(default)s)")
    asked.add_argument("--seconds", type=float, default=60, help="for each form (%(default)s)")
    asked.add_argument("--report", type=Path, help="write one JSON line for each form here")
    asked.add_argument("--share", default="0/1", help="i/n: only every n-th form, beginning at i (%(default)s)")
    given = asked.parse_args()
    if reason := why_not():
        sys.stderr.write(reason + "\n")
        return 2
    first, every = (int(part) for part in given.share.split("/"))
    files = [file for folder in given.folders for file in forms_below(folder)][first::every]
    comparer = Comparer(given.steps, given.seed, given.seconds)
    counted: Counter[str] = Counter()
    report = given.report.open("w", encoding="utf-8") if given.report else None
    for file in files:
        found = comparer.compare(file)
        counted[found.outcome] += 1
        if report is not None:
            report.write(json.dumps(found.plain(), ensure_ascii=False) + "\n")
            report.flush()
        if found.outcome not in ("alike", "neither", "lots"):
            sys.stdout.write(f"{found.outcome}: {file}: {'; '.join(found.said[:2])[:400]}\n")
    comparer.odk.close()
    sys.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in counted.most_common()) + "\n")
    return 1 if counted["odk-only"] or counted["different"] or counted["ours-slow"] else 0


if __name__ == "__main__":
    sys.exit(main())
