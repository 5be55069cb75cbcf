"""``python -m locales``: bring the catalogues in line with the code."""

from __future__ import annotations

import sys

from locales.collect import collect

sys.stdout.writelines(f"{line}\n" for line in collect())
