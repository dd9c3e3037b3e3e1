"""The player's state, without a browser: what it sends, and every action from Python."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets
from loop_clips import looped, numbered_clip

from semcine_nb.errors import SemcineError
from semcine_widgets.cinemagraph_player import CinemagraphPlayer, compose

CLIP = numbered_clip()


@pytest.fixture
def player() -> CinemagraphPlayer:
    return CinemagraphPlayer(looped(CLIP), transport="png")


@pytest.mark.parametrize("time", [0, 1, 29, 777])
def test_its_picture_is_what_render_says(player: CinemagraphPlayer, time: int) -> None:
    cinema = looped(CLIP)
    frames = cinema.render(length=778, timing="exact", blend=False)
    assert np.array_equal(player.picture(time), frames[time])


def test_a_still_frame_is_that_of_render(player: CinemagraphPlayer) -> None:
    player.choose_still(12)
    frames = looped(CLIP).render(length=10, timing="exact", blend=False, still=12)
    assert np.array_equal(player.picture(9), frames[9])


def test_one_object_freezes_while_another_plays() -> None:
    one, two = looped(CLIP, 0, "water", 0.4), looped(CLIP, 1, "tree", 0.4)
    player = CinemagraphPlayer([one, two], transport="png")
    assert player.objects == ("water", "tree")
    player.freeze("tree", still=5)
    tree = player.owner == 2
    assert np.array_equal(player.picture(40)[tree], CLIP.frames[5][tree])
    water = player.owner == 1
    assert np.array_equal(player.picture(40)[water], CinemagraphPlayer(one).picture(40)[water])
    player.play("tree")
    assert player.controls[2]["playing"]
    assert not np.array_equal(player.picture(40)[tree], CLIP.frames[5][tree])


def test_frozen_at_a_time_it_keeps_that_time(player: CinemagraphPlayer) -> None:
    before = player.picture(7)
    player.freeze("water", at=7)
    assert np.array_equal(player.picture(100), before)


def test_speed_stretches_time(player: CinemagraphPlayer) -> None:
    wanted = player.picture(5)
    player.set_speed("water", 0.5)
    assert np.array_equal(player.picture(10), wanted)
    assert np.array_equal(player.picture(11), wanted)


def test_a_pixel_belongs_to_the_first_in_which_it_moves() -> None:
    one, two = looped(CLIP, 0, share=0.5), looped(CLIP, 1, share=0.5)
    period, start, owner, names = compose([one, two])
    assert names == ["water", "water 2"]
    both = one.dynamic & two.dynamic
    assert both.any()
    assert (owner[both] == 1).all()
    assert np.array_equal(period[both], one.period[both])
    only = two.dynamic & ~one.dynamic
    assert (owner[only] == 2).all()
    assert np.array_equal(start[only], two.start[only])
    assert (owner == 0).sum() == (~one.dynamic & ~two.dynamic).sum()


def test_objects_can_be_masks() -> None:
    left = np.zeros(looped(CLIP).period.shape, bool)
    left[:, :10] = True
    player = CinemagraphPlayer(looped(CLIP), objects={"left": left}, transport="png")
    assert player.objects == ("left", "the rest")
    assert set(np.unique(player.owner[:, :10])) == {0, 1}
    assert set(np.unique(player.owner[:, 10:])) == {0, 2}


def test_a_browser_may_send_what_it_has_as_memoryview(player: CinemagraphPlayer) -> None:
    player.set_state({"clip": memoryview(bytes(player.clip)), "drawn": "canvas", "decoded": "png"})
    assert player.drawn == "canvas"
    controls = [dict(control) for control in player.controls]
    controls[1] |= {"playing": False, "at": 9}
    player.set_state({"controls": controls, "playing": False, "time": 30.5})
    assert player.controls[1]["at"] == 9
    assert player.time == 30.5


def test_a_browser_without_decoder_is_sent_pictures() -> None:
    player = CinemagraphPlayer(looped(CLIP))
    assert player.clip_info["codec"].startswith("vp09")
    player.set_state({"needs": "webp"})
    assert player.clip_info["mime"] == "image/webp"
    assert len(player.clip) == sum(player.clip_info["sizes"])
    assert player.needs == ""


@pytest.mark.parametrize("transport", ["vp9", "webp", "jpeg", "png", "vp9-lossless"])
def test_every_transport_has_all_frames(transport: str) -> None:
    info = CinemagraphPlayer(looped(CLIP), transport=transport).clip_info
    assert (info["transport"], info["frames"], len(info["sizes"])) == (transport, 30, 30)
    assert (info["width"], info["height"]) == (37, 22)
    assert min(info["sizes"]) > 0


def test_what_does_not_fit_is_said(player: CinemagraphPlayer) -> None:
    with pytest.raises(SemcineError, match="no object 'cat'"):
        player.freeze("cat")
    with pytest.raises(SemcineError, match="outside the clip's 0 … 29"):
        player.choose_still(30)
    with pytest.raises(SemcineError, match="speed of 0"):
        player.set_speed("water", 0)
    with pytest.raises(SemcineError, match="no transport 'h264'"):
        CinemagraphPlayer(looped(CLIP), transport="h264")
    with pytest.raises(SemcineError, match="different clips"):
        CinemagraphPlayer([looped(CLIP), looped(numbered_clip(38))])
    with pytest.raises(SemcineError, match="no renderer"):
        CinemagraphPlayer(looped(CLIP), renderer="svg")
    with pytest.raises(SemcineError, match="no cinemagraph"):
        CinemagraphPlayer([])
    with pytest.raises(traitlets.TraitError, match="keep the names"):
        player.set_state({"controls": [{**player.controls[0], "name": "cat"}, player.controls[1]]})


def test_its_text_is_stable(player: CinemagraphPlayer) -> None:
    assert repr(player) == "CinemagraphPlayer(water)"
