"""The default segmenter reaches for no network: in a process of its own every way out is shut and counted."""

import json
import os
import subprocess
import sys

CHILD = """
import json, socket

asked = []

def refuse(*arguments, **named):
    asked.append(repr(arguments[:2]))
    raise OSError("the network is refused")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
for name in ("create_connection", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, refuse)

import semcine_nb as sc
from semcine_nb.samples import make_sample

clip = make_sample("pond", size=(96, 64), seconds=0.4).video
scene = sc.segment(clip, "embedded")
selection = sc.select_candidates(clip, scene)
print(json.dumps([scene.shape[:3], [one.label for one in selection.candidates], asked]))
"""


def test_segmenting_from_the_first_import_on_asks_nobody(tmp_path):
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))
    }
    # an empty home has no cache of models to live on
    outside |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD], env=outside, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    shape, labels, asked = json.loads(ran.stdout.splitlines()[-1])
    assert asked == []
    assert shape == [12, 64, 96]
    assert labels
