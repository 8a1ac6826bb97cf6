"""How long do the rasters of a check take, and in how much memory, beside programs that only read them?

    python benchmarks/grids.py [--parcels 300000] [--towns 20] [--runs 2] [--peers PYTHON]
        [--folder benchmarks/data] [--write]

Lays a land cover of 10 m and a terrain of 30 m over the county, and checks its towns with the survey
alone, with survey and rasters, and with layers in every role. ``exactextract`` alone takes the fractions
of the land cover in the towns, ``exactextract, pieces`` those in their pieces of the survey and the mean
height of these, ``rasterio.mask`` the cells of the land cover whose middle lies in a town. townland and
exactextract must agree in the share of each class of each town to a millionth.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sides
import timing
from timing import Areas, Job, Run

COVER = """[[layer]]
name = "cover"
role = "land_cover"
path = "{cover}"
classes = {{ cultivated = ["1", "2"], agricultural = ["3"], construction = ["4"], unused = ["5"] }}
[[layer]]
name = "terrain"
role = "elevation"
path = "{terrain}"
"""

ROLE = """[[layer]]
name = "{role}"
role = "{role}"
path = "{path}"
layer = "DLTB"
id_column = "BSM"
where = {{ DLBM = ["{code}"] }}
coverage = "{extent}"
"""

ROLES = {
    "permanent_basic_farmland": "0101",
    "growth_boundary": "0702",
    "ecological_redline": "0301",
    "stock_land": "1006",
    "inefficient_land": "1104",
    "approved_land": "0404",
}


SURVEY, RASTERS, EVERY = "townland, survey", "townland, rasters", "townland, all roles, rasters"
PIECES = "exactextract, pieces"


def townland(side: str, layer: Path, towns: Path) -> Job:
    """A check with the layers of a side.

    Parameters
    ----------
    side, layer, towns
        The side, and the files of the county and of its towns.
    """
    import townland as tl

    text = sides.CATALOG.format(path=layer.as_posix())
    if side != SURVEY:
        cover, terrain = rasters_of(layer)
        text += COVER.format(cover=cover.as_posix(), terrain=terrain.as_posix())
    if side == EVERY:
        text += "".join(
            ROLE.format(role=role, path=layer.as_posix(), code=code, extent=extent_of(layer))
            for role, code in ROLES.items()
        )
    path = layer.with_suffix(".grids.toml")
    path.write_text(text, encoding="utf-8")
    catalog, book = tl.load_catalog(path), tl.load_rulebook("liuzhou-2018")
    read = tl.read_towns([towns], name_column="name")

    def found(assessment: object) -> Areas:
        tables = [each for each in assessment.grids if each.role == "land_cover"]  # type: ignore[attr-defined]
        at = {town.town.code: number for number, town in enumerate(assessment.towns)}  # type: ignore[attr-defined]
        return {
            f"{at[table.town]} {row.value}": float(row.area_m2 / table.control_m2)
            for table in tables
            for row in table.rows
        }

    return Job(lambda: tl.check(read, catalog, book, on=sides.DAY), found)


def extent_of(layer: Path) -> str:
    """The outline as far as which the county's layers are complete: its box, written beside it."""
    import geopandas as gpd
    import pyogrio
    import shapely

    path = layer.with_suffix(".extent.gpkg")
    if not path.exists():
        info = pyogrio.read_info(layer)
        gpd.GeoDataFrame(geometry=[shapely.box(*info["total_bounds"])], crs=info["crs"]).to_file(
            path
        )
    return path.as_posix()


def rasters_of(layer: Path) -> tuple[Path, Path]:
    """The land cover and the terrain beside a county."""
    return layer.with_suffix(".cover.tif"), layer.with_suffix(".terrain.tif")


def exactextract(side: str, layer: Path, towns: Path) -> Job:
    """exactextract alone, on the towns or on their pieces of the survey.

    Parameters
    ----------
    side, layer, towns
        As `townland`.
    """
    import geopandas as gpd
    from exactextract import exact_extract

    cover, terrain = rasters_of(layer)
    own = gpd.read_file(towns)
    if side.endswith("pieces"):
        near = gpd.read_file(layer, bbox=tuple(own.total_bounds))
        land = gpd.overlay(own, near, how="intersection")[["geometry"]]

        def on_pieces() -> Areas:
            exact_extract(cover, land, ["unique", "frac"])
            exact_extract(terrain, land, ["mean"])
            return {}

        return Job(on_pieces, lambda _found: {})

    def found(features: object) -> Areas:
        assert isinstance(features, list)
        return {
            f"{at} {int(value)}": float(share)
            for at, each in enumerate(features)
            for value, share in zip(
                each["properties"]["unique"], each["properties"]["frac"], strict=True
            )
        }

    return Job(lambda: exact_extract(cover, own, ["unique", "frac"]), found)


def rasterio_mask(side: str, layer: Path, towns: Path) -> Job:
    """The cells of the land cover whose middle lies in a town.

    Parameters
    ----------
    side, layer, towns
        As `townland`.
    """
    del side
    import geopandas as gpd
    import numpy as np
    import rasterio
    import rasterio.mask

    own = gpd.read_file(towns).geometry

    def run() -> Areas:
        shares = {}
        with rasterio.open(rasters_of(layer)[0]) as raster:
            for at, town in enumerate(own):
                cells, _where = rasterio.mask.mask(raster, [town], crop=True)
                counts = np.bincount(cells.ravel(), minlength=6)
                for value in range(1, 6):
                    shares[f"{at} {value}"] = counts[value] / counts[1:].sum()
        return shares

    return Job(run, lambda found: found)  # type: ignore[arg-type, return-value]


SIDES = {
    SURVEY: townland,
    RASTERS: townland,
    EVERY: townland,
    "exactextract": exactextract,
    PIECES: exactextract,
    "rasterio.mask": rasterio_mask,
}


def agree(runs: dict[str, Run]) -> float:
    """Make sure that townland and exactextract give the same shares; how far the cells' middles are off.

    Raises
    ------
    SystemExit
        They do not.
    """
    ours = runs[RASTERS]["areas"]
    for side, run in runs.items():
        off = [abs(ours.get(key, 0.0) - share) for key, share in run["areas"].items()]
        if off and side != "rasterio.mask" and max(off) > 1e-6:
            raise SystemExit(f"{side} differs by {max(off)} in a share of a class")
    mask = runs.get("rasterio.mask")
    if mask is None:
        return 0.0
    return max(abs(ours.get(key, 0.0) - share) for key, share in mask["areas"].items())


def main() -> None:
    """Time all of them, and print a table; or be the worker of a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=timing.BENCHMARKS / "data")
    parser.add_argument("--parcels", type=int, default=300_000)
    parser.add_argument("--towns", type=int, default=20)
    parser.add_argument("--runs", type=int, default=2, help="processes of each side")
    parser.add_argument("--peers", default=sys.executable, help="an interpreter with the others")
    parser.add_argument("--write", action="store_true", help="write the README's table")
    parser.add_argument("--worker", nargs=3)
    options = parser.parse_args()
    if options.worker:
        side, layer, towns = options.worker
        timing.work(SIDES[side](side, Path(layer), Path(towns)), 3)
        return
    layer, towns = timing.county(options.folder.resolve(), options.parcels, options.towns)
    timing.in_process(Path(__file__).with_name("grid.py"), [options.parcels, *rasters_of(layer)])
    runs: dict[str, list[Run]] = {side: [] for side in SIDES}
    env = {**timing.environment(), "XDG_CACHE_HOME": str(options.folder.resolve() / "cache")}
    for _turn in range(options.runs):
        for side, known in runs.items():
            python = sys.executable if side.startswith("townland") else options.peers
            run = timing.by_process(Path(__file__), [side, layer, towns], python=python, env=env)
            known += [] if run is None else [run]
    runs = {side: known for side, known in runs.items() if known}
    off = agree({side: known[0] for side, known in runs.items()})
    lines = ["| side | s | CPU s | peak MB |", "|---|---:|---:|---:|"]
    for side, known in runs.items():
        seconds, cpu = timing.median(known, "seconds"), timing.median(known, "cpu")
        lines.append(f"| {side} | {seconds:.2f} | {cpu:.2f} | {timing.peak_mb(known):.0f} |")
    stage = timing.median(runs[RASTERS], "cpu") - timing.median(runs[SURVEY], "cpu")
    lines += [
        "",
        f"The rasters of townland's check, reading included (rasters less survey): {stage:.2f} CPU s.",
    ]
    pieces = runs.get(PIECES)
    if pieces:
        lines[-1] += (
            f" That is {stage / timing.median(pieces, 'cpu'):.2f} times exactextract on the pieces."
        )
    told = timing.told_versions(options.peers, ["exactextract", "rasterio"])
    lines = [
        f"{options.parcels:,} parcels, {options.towns} towns, on {timing.machine()}; {told}. By cells"
        f" whose middle lies in a town, a share of a class is off by {100 * off:.2f} % of the town.",
        "",
        *lines,
    ]
    print("\n".join(lines))
    if options.write:
        timing.into_readme("grids", lines)


if __name__ == "__main__":
    main()
