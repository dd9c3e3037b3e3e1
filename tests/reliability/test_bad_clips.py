"""Clips that are none, or odd: what ``semcine make`` says of each, as docs/reliability.md lists them."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from broken_files import animation, claim_size, half_of, hurt, noise
from odd_clips import encode, numbered
from PIL import Image
from reliability_table import Case
from small_pool import Make, pool

from semcine_nb.video import read_video


def empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def letter(folder: Path) -> Path:
    (folder / "letter.mp4").write_text("Dear reader, this is no video. " * 50)
    return folder / "letter.mp4"


def cut_mp4(folder: Path) -> Path:
    return half_of(folder / "half.mp4", encode(folder / "whole.mp4", noise()))


def sound(folder: Path) -> Path:
    with av.open(str(folder / "song.m4a"), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        tone.sample_rate = 8000
        container.mux(stream.encode(tone))
        container.mux(stream.encode(None))
    return folder / "song.m4a"


def no_frames(folder: Path) -> Path:
    """An AVI's head, which announces a stream, and not one packet."""
    whole = encode(folder / "whole.avi", noise(3), codec="mjpeg", pix_fmt="yuvj420p").read_bytes()
    (folder / "head.avi").write_bytes(whole[: whole.index(b"movi") + 4])
    return folder / "head.avi"


def no_time(folder: Path) -> Path:
    """Fifty pictures, all of the same moment."""
    with av.open(str(folder / "moment.mkv"), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for index, image in enumerate(pool()):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuvj420p")
            frame.pts = index
            for packet in stream.encode(frame):
                packet.pts = packet.dts = 0
                container.mux(packet)
    return folder / "moment.mkv"


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


def playlist(folder: Path) -> Path:
    encode(folder / "secret.mp4", pool())
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{folder / 'secret.mp4'}\n#EXT-X-ENDLIST\n"
    (folder / "list.mp4").write_text(text)
    return folder / "list.mp4"


def script(folder: Path) -> Path:
    (folder / "script.mp4").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    return folder / "script.mp4"


def postscript(folder: Path) -> Path:
    (folder / "picture.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 48\n%%EOF\n")
    return folder / "picture.png"


def gif_bomb(folder: Path) -> Path:
    """Two frames on a screen of 65535×65535: a hundred bytes that ask for 13 GB."""
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<2H3B", 65535, 65535, 0x80, 0, 0) + bytes(6)
    (folder / "bomb.gif").write_bytes(head + frame + frame + b"\x3b")
    return folder / "bomb.gif"


def png_bomb(folder: Path) -> Path:
    """A folder of pictures, of which one says that it is 60000×60000."""
    (folder / "frames").mkdir()
    Image.new("L", (8, 8)).save(folder / "frames" / "0.png")
    return claim_size(folder / "frames" / "0.png").parent


def folder_of(folder: Path, sizes: list[tuple[int, int]]) -> Path:
    (folder / "frames").mkdir()
    for index, size in enumerate(sizes):
        Image.fromarray(noise(1, size)[0]).save(folder / "frames" / f"{index}.png")
    return folder / "frames"


def hurt_folder(folder: Path) -> Path:
    frames = folder_of(folder, [(64, 48)] * 40)
    half_of(frames / "20.png", frames / "20.png")
    return frames


def text_folder(folder: Path) -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "a.txt").write_text("no picture")
    return folder / "texts"


BAD: dict[str, Callable[[Path], Path]] = {
    "missing": lambda folder: folder / "nowhere.mp4",
    "empty": empty,
    "text": letter,
    "cut mp4": cut_mp4,
    "sound": sound,
    "no frames": no_frames,
    "no time": no_time,
    "one frame": lambda folder: encode(folder / "one.mp4", pool(1)),
    "too short": lambda folder: encode(folder / "short.mp4", pool(20)),
    "pipe": fifo,
    "device": lambda folder: Path("/dev/zero"),
    "long name": lambda folder: folder / f"{'long' * 100}.mp4",
    "playlist": playlist,
    "script": script,
    "postscript": postscript,
    "gif bomb": gif_bomb,
    "png bomb": png_bomb,
    "no images": text_folder,
    "two sizes": lambda folder: folder_of(folder, [(64, 48)] * 39 + [(32, 48)]),
    "hurt image": hurt_folder,
    "single picture": lambda folder: folder_of(folder, [(64, 48)]) / "0.png",
    "picture named mp4": lambda folder: (folder_of(folder, [(64, 48)]) / "0.png").rename(folder / "a.mp4"),
    "cut gif": lambda folder: half_of(folder / "half.gif", animation(folder / "a.gif", noise(), "GIF")),
    "hurt apng": lambda folder: hurt(folder / "hurt.png", animation(folder / "a.png", noise(), "PNG")),
    "cut webp": lambda folder: half_of(folder / "half.webp", animation(folder / "a.webp", noise(), "WEBP")),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_clip(name: str, make: Make, case: Case, tmp_path: Path) -> None:
    case.holds(*make(BAD[name](tmp_path)))


OPTIONS: dict[str, tuple[object, ...]] = {
    "start": ("--start", "99"),
    "seconds": ("--seconds", "nan"),
    "length": ("--length", "100000000"),
    "repeat": ("--repeat", "100000000"),
    "max mb": ("--max-mb", "0.0001"),
    "still": ("--still", "999"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_option(name: str, make: Make, case: Case, clip: Path) -> None:
    case.holds(*make(clip, *OPTIONS[name]))


@pytest.mark.parametrize("name", ["pixels", "nonsense"])
def test_limits(name: str, make: Make, case: Case, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMCINE_LIMITS", {"pixels": "0.00001", "nonsense": "much"}[name])
    case.holds(*make(clip))


def test_a_limit_can_be_raised(tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    file = encode(tmp_path / "a.mp4", numbered(3))
    monkeypatch.setenv("SEMCINE_LIMITS", "0.00001")
    with pytest.raises(Exception, match="500 are taken") as refused:
        read_video(file)
    case.says(str(refused.value))
    monkeypatch.setenv("SEMCINE_LIMITS", "4")
    assert len(read_video(file)) == 3
