"""Pictures of how memory and time grow with the layer and with the towns, from the figures of `run.py`.

python benchmarks/curves.py benchmarks/data/results.json docs/images
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import ScalarFormatter

LABELS = {
    "parcels": "parcels of the layer",
    "towns": "towns",
    "peak_mb": "peak memory, MB",
    "cpu": "processor seconds",
}
SHOWN = {
    "townland check": ("#b3261e", 2.6),
    "townland, bounded": ("#d1495b", 1.8),
    "townland": ("#e07a5f", 1.4),
    "geopandas": ("#3d5a80", 1.4),
    "geopandas bbox": ("#98c1d9", 1.4),
    "dask-geopandas": ("#6a994e", 1.4),
    "DuckDB": ("#b08900", 1.4),
    "SedonaDB": ("#7b2cbf", 1.4),
    "PostGIS": ("#555555", 1.4),
}
Along = Literal["parcels", "towns"]


def draw(results: Sequence[dict[str, Any]], folder: Path) -> None:
    """Draw both pictures.

    Parameters
    ----------
    results, folder
        The figures, and where the pictures are written.
    """
    for along, fixed in (("parcels", "towns"), ("towns", "parcels")):
        values = sorted({each[fixed] for each in results})
        # the value of the other size at which this one was measured most widely
        value = max(values, key=lambda v: len({r[along] for r in results if r[fixed] == v}))
        rows = [each for each in results if each[fixed] == value]
        figure, axes = plt.subplots(1, 2, figsize=(12.4, 4.2), layout="constrained")
        for axis, what in zip(axes, ("peak_mb", "cpu"), strict=True):
            _lines(axis, rows, along, what)
        axes[1].legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        figure.suptitle(f"{value:,} {fixed}" if value != 1 else "one town", fontsize=11)
        figure.savefig(folder / f"growth-{along}.png", dpi=110)
        plt.close(figure)


def _lines(axis: Any, rows: Sequence[dict[str, Any]], along: Along, what: str) -> None:
    """The lines of all sides.

    Parameters
    ----------
    axis, rows
        Where they are drawn, and the figures.
    along, what
        What grows, and what is shown of it.
    """
    for side, (colour, width) in SHOWN.items():
        own = sorted((each[along], each[what]) for each in rows if each["side"] == side)
        if own:
            x, y = zip(*own, strict=True)
            axis.plot(x, y, marker="o", markersize=4, color=colour, linewidth=width, label=side)
    axis.set(xscale="log", xlabel=LABELS[along], ylabel=LABELS[what])
    if what == "cpu":
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(ScalarFormatter())
    else:
        axis.set_ylim(bottom=0)
    ticks = sorted({each[along] for each in rows})
    axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axis.minorticks_off()
    axis.grid(visible=True, color="#dddddd")


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
