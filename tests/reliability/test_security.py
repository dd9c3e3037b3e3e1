"""What docs/security.md promises: no code from outside, no way out of a folder, no secrets told."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ranked_clips import drifting_clip, ranked_of

from semcine_nb.errors import StoreError
from semcine_nb.figures.html import Loop
from semcine_nb.results.page import page
from semcine_nb.results.summary import listed_files
from semcine_nb.study import Protocol, RatingStore
from semcine_nb.study.addresses import label_of, parse_url
from semcine_nb.study.database import _engine
from semcine_widgets import CandidateGallery, RatingSession
from semcine_widgets.rating_page import describe, server_arguments

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "semcine_nb").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")])
PAGES = sorted(
    path
    for place in ("semcine_nb", "widgets")
    for end in ("js", "j2")
    for path in (ROOT / place).rglob(f"*.{end}")
)
FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads",
    "cloudpickle.loads", "joblib.load", "yaml.load", "yaml.unsafe_load", "marshal.loads", "shelve.open",
    "pd.read_pickle", "torch.jit.load", "torch.hub.load", "subprocess.getoutput", "subprocess.call",
    "np.lib.format.read_array", "runpy.run_path", "shutil.unpack_archive", "os.execv", "os.spawnv", "pd.eval",
    "torch.serialization.add_safe_globals",
}  # fmt: skip
NOT_IMPORTED = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "subprocess",
    "pty",
    "tarfile",
}
NEEDED = {
    "np.load": ("allow_pickle", False),
    "torch.load": ("weights_only", True),
    "Environment": ("autoescape", True),
}


def calls() -> list[tuple[str, str, dict[str, Any]]]:
    """(place, name, keywords) of every call in the project's own code."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                constants = {
                    word.arg: word.value.value
                    for word in node.keywords
                    if word.arg and isinstance(word.value, ast.Constant)
                }
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), constants))
    return found


def test_nothing_from_outside_is_run() -> None:
    seen = set()
    for place, name, given in calls():
        assert name not in FORBIDDEN, f"{place} calls {name}"
        assert not given.get("shell"), f"{place} starts a shell"
        assert not given.get("trust_remote_code"), f"{place} runs a model's own code"
        if name in NEEDED:
            word, value = NEEDED[name]
            assert given.get(word, "left out") is value, f"{place} needs {word}={value}"
            seen.add(name)
    assert seen == set(NEEDED)  # the names are still those that the code uses


def test_what_could_run_things_is_not_even_imported() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            used = {name.partition(".")[0] for name in names} & NOT_IMPORTED
            assert not used, f"{path.relative_to(ROOT)} imports {', '.join(used)}"


def test_pictures_are_opened_by_kinds_that_start_no_other_program() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Image.open":
                kinds = [word for word in node.keywords if word.arg == "formats"]
                assert kinds, f"{path.relative_to(ROOT)}:{node.lineno} opens whatever Pillow knows"


def test_no_page_makes_elements_or_code_of_text() -> None:
    ways = r"innerHTML\s*=|outerHTML|insertAdjacentHTML|document\.write|new Function|\beval\(|\|\s*safe\b"
    for path in PAGES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            assert not re.search(ways, line), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


EVIL = '<img src=x onerror="alert(1)">&\'</script><script>alert(2)</script>'


def test_a_persons_text_is_only_text_on_the_page() -> None:
    ranked = ranked_of(48, 32, (EVIL, "water"), title_notes=(EVIL,))
    html = page(ranked, [Loop(b"", b"", (f"1-{EVIL}.mp4",))] * 2, title=EVIL)
    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert "&lt;img src=x" in html
    assert "default-src 'none'" in html  # and if something slipped through, the browser would load nothing


def test_a_persons_text_is_only_text_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    from semcine_nb.figures import cinemagraphs

    monkeypatch.setattr("semcine_nb.figures.cinemagraphs.make_loop", lambda frames, fps: Loop(b"", b""))
    shown = [getattr(cinemagraphs, name) for name in dir(cinemagraphs) if name.startswith("show")]
    html = shown[0](ranked_of(48, 32, (EVIL,))).data
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


EVIL_NAMES = [
    "../../evil",
    "/etc/evil",
    "..",
    "a/../../b",
    ".hidden",
    "a\0b",
    "..\\evil",
    "x" * 300,
    "\ud800",
]


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_name_cannot_leave_its_folder(name: str, tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    saved = CandidateGallery(ranked_of(48, 32, (name,)), folder=home).save()
    assert saved.resolve().parent == home.resolve()
    assert not saved.name.startswith(".")
    assert not set(saved.name) & set("/\\\0")
    assert [path.parent for path in tmp_path.rglob("*") if path.is_file()] == [home]


def test_a_summary_that_was_edited_removes_nothing_elsewhere(tmp_path: Path) -> None:
    names = ["../mine.mp4", "/etc/passwd", "1-water.mp4", "..", "1-a/../../b.mp4", "index.html"]
    summary = {"made_by": "semcine-nb 0", "candidates": [{"files": names}]}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    assert listed_files(tmp_path) <= {"1-water.mp4"}


URL = "postgresql://ann:hunter2@127.0.0.1:1/study?sslpassword=hunter3"


def test_a_password_is_in_no_error_no_log_and_no_picture_of_a_store(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreError) as refused:
        RatingStore(URL, timeout=0.1)
    error: BaseException | None = refused.value
    told = [str(error), repr(error), *getattr(error, "__notes__", ()), caplog.text]
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert not any("hunter" in text for text in told)
    parsed = parse_url(URL)
    assert "hunter" not in label_of(parsed) + repr(_engine(parsed, 1.0, label_of(parsed)))


def test_the_rating_notebook_holds_no_address_and_no_outputs() -> None:
    notebook = json.loads((ROOT / "widgets/semcine_widgets/rating_page/rate.ipynb").read_text())
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert "://" not in "".join(cell["source"])
    told = describe(URL, ["pond"], Protocol())
    assert {name for name, value in told.items() if "hunter" in value} == {"SEMCINE_STUDY"}
    assert not any("hunter" in argument for argument in server_arguments("127.0.0.1", 1, "light"))


def test_the_server_shows_no_file_no_source_and_no_traceback() -> None:
    given = server_arguments("127.0.0.1", 8866, "light")
    for option in ("strip_sources=True", "show_tracebacks=False", "file_allowlist=^$", "file_denylist=.*"):
        assert any(argument.endswith(option) for argument in given), option


def shown_to(session: RatingSession) -> str:
    state = {name: value for name, value in session.get_state().items() if name not in ("layout", "answered")}
    return json.dumps({name: value for name, value in state.items() if not name.startswith("_")}, default=str)


def test_a_person_is_shown_nothing_of_another(tmp_path: Path) -> None:
    for i in range(3):
        drifting_clip(48, 32, 8).save(tmp_path / f"{i}.mp4")
    with RatingStore(tmp_path / "r.db") as store:
        for i in range(3):
            store.add_cinemagraph(f"item {i}", path=tmp_path / f"{i}.mp4")
        store.rate("benjamin", "item 0", 5)
        ann = store.add_person("ann")
        alone = shown_to(RatingSession(store, token=ann.token, protocol=Protocol(pilot=0)))
        for i in range(3):
            store.rate("benjamin", f"item {i}", 1)
        session = RatingSession(store, token=ann.token, protocol=Protocol(pilot=0))
        assert shown_to(session) == alone
        assert "benjamin" not in alone
        session.consent()
        session.begin()
        session.undo()  # nothing of hers: nothing of his is taken back
        assert [event.value for event in store.history("benjamin")] == [5, 1, 1, 1]
        assert ann.token not in json.dumps(store.to_frame().astype(str).to_dict())
    data = b"".join(path.read_bytes() for path in tmp_path.glob("r.db*"))
    assert ann.token.encode() not in data  # who reads the database cannot rate as somebody


def test_a_page_that_asks_for_anything_else_gets_nothing(tmp_path: Path) -> None:
    drifting_clip(48, 32, 8).save(tmp_path / "0.mp4")
    with RatingStore(tmp_path / "r.db") as store:
        store.add_cinemagraph("pond", path=tmp_path / "0.mp4")
        session = RatingSession(store, person="ann", protocol=Protocol(pilot=0))
        before = shown_to(session)
        for wanted in (
            "__init__",
            "close",
            "store",
            "_file",
            "set_state",
            "open",
            "session",
            None,
            7,
            ["rate"],
        ):
            session._asked({"do": wanted, "value": 5, "serial": session.serial})
        assert shown_to(session) == before
        assert store.history() == []
        assert not os.path.exists(tmp_path / "open")


def test_names_of_files_are_no_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file called like an address of FFmpeg's is read as that file, and reaches nothing else."""
    from semcine_nb.video import read_video

    monkeypatch.chdir(tmp_path)
    drifting_clip(48, 32, 8).save("clip.mp4")
    for name in ("concat:clip.mp4", "http:x.mp4", "subfile,,start,0,end,0,,:clip.mp4"):
        Path(name).write_bytes(Path("clip.mp4").read_bytes())
        assert len(read_video(name)) == 8
    assert np.isfinite(read_video("clip.mp4").fps)
