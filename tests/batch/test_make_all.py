"""A batch in one process: the same results as without Dask, finished work left alone, bad files no harm."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from batch_clips import contents, save_clips

import semcine_nb as sc
from semcine_nb.batch import make_all, schedule
from semcine_nb.batch.memory import ClipsInMemory
from semcine_nb.batch.page import Clip, page
from semcine_nb.errors import SemcineError, StoreError, VideoError
from semcine_nb.looping import load_cinemagraph
from semcine_nb.results.folder import make_folder
from semcine_nb.video import read_video


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("clips")
    return folder, save_clips(folder)


@pytest.fixture(scope="module")
def made(
    clips: tuple[Path, dict[str, Any]], client: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """A batch of two good clips and a broken one."""
    folder, options = clips
    out = tmp_path_factory.mktemp("made")
    broken = folder / "broken <b>.mp4"
    broken.write_text("no film")
    sources = [folder / "clip 1.mp4", broken, folder / "clip 2.mp4"]
    return out, make_all(sources, out, scheduler=client, **options)


def test_results_are_those_without_dask_bit_for_bit(
    clips: tuple[Path, dict[str, Any]], made: tuple[Path, Any], tmp_path: Path
) -> None:
    source, (out, _) = clips[0] / "clip 1.mp4", made
    ranked = make_folder(source, tmp_path, **clips[1])
    assert contents(tmp_path) == contents(out / "clip-1")
    assert len(ranked) == 2
    for place, cinema in enumerate(ranked, start=1):
        stem = f"{place}-{cinema.candidate.label}"
        labels = load_cinemagraph(out / "clip-1" / f"{stem}-labels.png", read_video(source))
        assert np.array_equal(labels.period, cinema.period)
        assert np.array_equal(labels.start, cinema.start)
        assert labels.energy == cinema.energy
    alone, batch = (
        json.loads((folder / "summary.json").read_text()) for folder in (tmp_path, out / "clip-1")
    )
    assert batch.pop("batch")
    assert alone == batch


def test_one_broken_file_is_told_and_stops_nobody(made: tuple[Path, Any]) -> None:
    out, result = made
    assert [source.name for source in result.done] == ["clip 1.mp4", "clip 2.mp4"]
    assert [path.name for path in result.done.values()] == ["clip-1", "clip-2"]
    ((source, sentence),) = result.failed.items()
    assert source.name == "broken <b>.mp4"
    assert "broken <b>.mp4" in sentence
    assert {path.name for path in out.iterdir()} == {"clip-1", "clip-2", "index.html"}


def test_the_page_shows_what_is_done_and_what_is_not(made: tuple[Path, Any]) -> None:
    page = made[1].page.read_text()
    assert "2 of 3 clips done, 1 failed" in page
    assert "broken &lt;b&gt;.mp4" in page
    assert "<b>" not in page
    assert 'http-equiv="refresh"' not in page
    assert 'href="clip-1/index.html"' in page
    linked = re.findall(r'(?:src|poster|href)="([^"]+)"', page)
    assert len(linked) > 4
    assert all((made[0] / link).is_file() for link in linked)


def test_while_it_runs_the_page_says_how_far_it_is() -> None:
    clips = [
        Clip("a & b.mp4", "a-b", "working", "1 of 4 candidates made"),
        Clip("c.mp4", "c", "failed", "It holds <no> film."),
        Clip("d.mp4", "d"),
    ]
    text = page(clips, "<holiday>", running=True, dashboard="http://127.0.0.1:8787/status")
    assert 'http-equiv="refresh"' in text
    assert "0 of 3 clips done, 1 failed, 2 to do" in text
    assert "<td>a &amp; b.mp4</td><td>1 of 4 candidates made</td>" in text
    assert "<td>d.mp4</td><td>waiting</td>" in text
    assert "It holds &lt;no&gt; film." in text
    assert "&lt;holiday&gt;" in text
    assert 'href="http://127.0.0.1:8787/status"' in text
    stopped = page(clips, "x", running=False)
    assert "refresh" not in stopped
    assert "2 not done. The work was stopped" in stopped


def test_what_is_finished_is_left_alone(
    clips: tuple[Path, dict[str, Any]], made: tuple[Path, Any], client: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(made[0], out)
    (out / "clip-2" / "index.html").unlink()  # as if it had been stopped
    (out / ".semcine-batch" / "clip-2" / "0-abcd").mkdir(parents=True)
    dates = {path.name: path.stat().st_mtime_ns for path in (out / "clip-1").iterdir()}
    sources = [clips[0] / "clip 1.mp4", clips[0] / "clip 2.mp4"]
    result = make_all(sources, out, scheduler=client, **clips[1])
    assert (len(result.done), result.skipped, result.failed) == (2, 1, {})
    assert {path.name: path.stat().st_mtime_ns for path in (out / "clip-1").iterdir()} == dates
    assert (out / "clip-2" / "index.html").is_file()
    assert not (out / ".semcine-batch").exists()
    # all is done: no cluster is needed to say so
    again = make_all(sources, out, scheduler="tcp://127.0.0.1:1", **clips[1])
    assert again.skipped == 2
    # another option is other work; here by a scheduler's address
    address = client.scheduler.address
    other = make_all(sources[:1], out, scheduler=address, **{**clips[1], "formats": ("gif",)})
    assert other.skipped == 0
    assert not list((out / "clip-1").glob("*.apng"))


def test_a_summary_without_its_files_is_not_taken_for_finished(
    clips: tuple[Path, dict[str, Any]], made: tuple[Path, Any], client: Any, tmp_path: Path
) -> None:
    shutil.copytree(made[0] / "clip-1", tmp_path / "clip-1")
    (missing,) = (tmp_path / "clip-1").glob("2-*.apng")
    missing.unlink()
    result = make_all([clips[0] / "clip 1.mp4"], tmp_path, scheduler=client, **clips[1])
    assert result.skipped == 0
    assert missing.is_file()


def test_a_fault_in_one_candidate_fails_its_clip_only(
    clips: tuple[Path, dict[str, Any]], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = schedule.make_candidate

    def faulty(job: Any, found: Any, number: int) -> Any:
        if job.name == "clip 1.mp4" and number == 0:
            raise ZeroDivisionError("by zero")
        if job.name == "clip 2.mp4" and number == 1:
            raise OSError(28, "No space left on device", "/disk/file")
        return real(job, found, number)

    monkeypatch.setattr(schedule, "make_candidate", faulty)
    result = make_all(clips[0], tmp_path / "out", scheduler=client, **clips[1])
    said = {source.name: sentence for source, sentence in result.failed.items()}
    assert said["clip 1.mp4"].startswith("ZeroDivisionError: by zero. This is a fault of the program")
    assert said["clip 2.mp4"] == "/disk/file: No space left on device."
    assert [source.name for source in result.done] == ["clip 3.mp4"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clip-3", "index.html"]


def test_warnings_of_workers_stand_on_the_page(
    clips: tuple[Path, dict[str, Any]], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semcine_nb.steps.camera_drift", lambda clip: 3.14)
    monkeypatch.setattr(
        "semcine_nb.batch.tasks.CLIPS", ClipsInMemory()
    )  # that nothing is at hand from before
    result = make_all([clips[0] / "clip 1.mp4"], tmp_path, scheduler=client, **clips[1])
    assert result.page.read_text().count("The camera moves by about 3.1 pixels") == 1


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"segmenter": "telepathy"}, SemcineError, "no segmenter 'telepathy'"),
        ({"formats": ("avi",)}, StoreError, "no format avi"),
        ({"select": {"pin": ("watr",)}}, SemcineError, "watr"),
        ({"speed": 2}, SemcineError, "speed"),
        ({"ratings": 7}, StoreError, "by URL"),
        ({"cache": Path("x")}, StoreError, "cache"),
        ({"sources": []}, VideoError, "list of sources is empty"),
        ({"sources": "nowhere"}, VideoError, "no folder nowhere"),
        ({"scheduler": "tcp://127.0.0.1:1"}, StoreError, "tcp://127.0.0.1:1 cannot be reached"),
    ],
)
def test_what_concerns_all_is_told_before_the_work(
    change: dict[str, Any],
    error: type[Exception],
    says: str,
    clips: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("semcine_nb.batch.cluster._PATIENCE", 1)
    arguments = {"sources": clips[0], "out": tmp_path / "out", **clips[1], **change}
    with pytest.raises(error, match=re.escape(says)):
        make_all(**arguments)


def test_a_second_batch_in_the_same_folder_is_refused(
    clips: tuple[Path, dict[str, Any]], client: Any, tmp_path: Path
) -> None:
    work = tmp_path / ".semcine-batch"
    work.mkdir()
    holder = {"host": os.uname().nodename, "process": os.getppid()}
    (work / "holder.json").write_text(json.dumps(holder))
    with pytest.raises(StoreError, match="Another batch is at work"):
        make_all(clips[0], tmp_path, scheduler=client, **clips[1])
    assert (work / "holder.json").is_file()


def test_the_package_loads_no_dask() -> None:
    code = (
        "import sys, semcine_nb as sc; sc.batch; import semcine_nb.batch\n"
        "print(sorted({'dask', 'distributed'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
    assert sc.batch.make_all is make_all
