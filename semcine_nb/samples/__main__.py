"""``python -m semcine_nb.samples``: make the sample clips again and store them as H.264."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import SemcineError
from ..progress import Progress, silent, tqdm_bar, track
from . import make_sample, sample_names

# high enough that most of the sensor noise, which real clips have too, survives the encoder
QUALITY = 94


def save_samples(
    folder: str | Path,
    size: tuple[int, int] = (480, 270),
    seed: int = 0,
    max_mb: float = 1.55,
    progress: Progress = silent,
) -> list[Path]:
    """Make every sample and write it to ``folder``/NAME.mp4; returns the paths.

    ``size`` (width, height) in pixels; ``max_mb`` of each file, in millions of bytes. Raises `VideoError`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in track(sample_names(), progress, "painting samples"):
        path = folder / f"{name}.mp4"
        make_sample(name, seed=seed, size=size).video.save(path, max_mb=max_mb, quality=QUALITY)
        paths.append(path)
    return paths


def _size(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, int]:
    width, _, height = value.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise click.BadParameter(f"{value!r} is not WIDTHxHEIGHT, as in 480x270")
    return int(width), int(height)


@click.command(help=__doc__)
@click.option("-o", "--output", default="sample_videos", show_default=True, help="Folder to write to.")
@click.option("--size", default="480x270", show_default=True, callback=_size, help="WIDTHxHEIGHT in pixels.")
@click.option("--seed", default=0, show_default=True, help="Of everything random in the clips.")
@click.option("--max-mb", default=1.55, show_default=True, help="Largest size of each file, in MB.")
def main(output: str, size: tuple[int, int], seed: int, max_mb: float) -> None:
    try:
        paths = save_samples(output, size, seed, max_mb, tqdm_bar)
    except (SemcineError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(str(path) for path in paths))


if __name__ == "__main__":
    main()
