"""Event files of `rill export` read by TensorBoard, against the CSV of the same runs.

usage: read_event_files.py RILL    Exits with 77 (skipped) where there is no TensorBoard.
"""

import collections
import csv
import io
import json
import os
import struct
import subprocess
import sys
import tempfile

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ModuleNotFoundError as error:
    if error.name != "tensorboard":
        raise
    print(f"skipped: no TensorBoard here ({error}); `pip install tensorboard` brings it")
    sys.exit(77)

EXPERIMENT = {
    "environment": {"id": "cliff_walking"},
    "agents": [{"id": "sarsa"}, {"id": "q_learning", "label": "Q, ü"}],
    "stop": {"episodes": 300},
    "runs": 2,
    "record": ["return", "epsilon", {"metric": "td_error", "every": 50, "unit": "steps"}],
    "evaluation": {"every": 100},
}


def single(value):
    """The nearest number in single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def check(rill):
    with open("x.json", "w", encoding="utf-8") as file:
        json.dump(EXPERIMENT, file)
    subprocess.run([rill, "run", "x.json", "--out", "x", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    for smooth in ("1", "20"):
        export = [rill, "export", "x", "--smooth", smooth, "--format"]
        text = subprocess.run(export + ["csv"], check=True, capture_output=True).stdout.decode()
        subprocess.run(export + ["tensorboard", "--out", f"logs{smooth}"], check=True)
        runs = collections.defaultdict(lambda: collections.defaultdict(list))
        for row in csv.DictReader(io.StringIO(text)):
            point = (int(row["position"]), single(float(row["value"])))
            runs[f"{row['label']}/run-{row['run']}"][row["metric"]].append(point)
        assert len(runs) == 4
        for path, metrics in runs.items():
            events = EventAccumulator(f"logs{smooth}/{path}", size_guidance={"scalars": 0, "tensors": 0})
            events.Reload()
            assert set(events.Tags()["scalars"]) == set(metrics), events.Tags()
            for metric, points in metrics.items():
                read = [(event.step, event.value) for event in events.Scalars(metric)]
                assert read == points, f"{path}, {metric}: {read[:3]}, not {points[:3]}"
            config = events.Tensors("config")[0].tensor_proto.string_val[0]
            assert json.loads(config)["environment"]["id"] == "cliff_walking"
    print("read as written")


program = os.path.abspath(sys.argv[1])
with tempfile.TemporaryDirectory(prefix="rill-tensorboard-") as directory:
    os.chdir(directory)
    check(program)
    os.chdir("/")
