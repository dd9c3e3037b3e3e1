"""One reader under atheris for some seconds: ``fuzz_one.py TARGET SECONDS FOLDER``, where crashes stay."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from tempfile import mkdtemp

import atheris

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "reliability")]
PACKAGE = TESTS.parent / "semcine_nb"
# numba cannot compile what atheris has changed
COMPILED = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if "njit" in path.read_text(encoding="utf-8")
]
with atheris.instrument_imports(include=["semcine_nb", "semcine_widgets"], exclude=COMPILED):
    import fuzz_targets


def main() -> None:
    logging.getLogger("semcine").setLevel(
        logging.CRITICAL
    )  # its notices on broken files would fill the screen
    name, seconds, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    scratch, corpus = Path(mkdtemp()), folder / f"corpus-{name}"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(fuzz_targets.seeds(scratch)[name]):
        (corpus / f"seed-{number}").write_bytes(data)
    options = [f"-max_total_time={seconds}", "-rss_limit_mb=4096", "-timeout=60", "-max_len=30000"]
    options += ["-print_final_stats=1", f"-artifact_prefix={folder}/{name}-", str(corpus)]
    atheris.Setup([sys.argv[0], *options], lambda data: fuzz_targets.attempt(name, data, scratch) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
