"""The sides of the race: each lays towns over a county's survey, and gives plane m² by class.

`SIDES` names them; each makes a `timing.Job` of the county's file and the towns'. A side whose packages
are not installed is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

from timing import Areas, Job

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

LAYER, CLASS, SRID = "DLTB", "DLBM", 4524
DAY, RULES = "2024-12-31", "national-2021"

CATALOG = """[[layer]]
name = "land_use"
role = "land_use"
path = "{path}"
layer = "DLTB"
scheme = "sandiao-2019"
class_column = "DLBM"
id_column = "BSM"
net_factor_column = "KCXS"
owner_column = "QSXZ"
"""


def catalog_of(layer: Path) -> Path:
    """Write the catalog of a county beside it; give its path."""
    path = layer.with_suffix(".toml")
    path.write_text(CATALOG.format(path=layer.as_posix()), encoding="utf-8")
    return path


def townland(layer: Path, towns: Path, keep_bytes: int | None = None) -> Job:
    """`townland.check`: validity, double claims, gaps, official areas and every rule besides.

    Parameters
    ----------
    layer, towns
        The files of the county and of its towns.
    keep_bytes
        That of a `Checker`; None for `townland.check`, which keeps all.
    """
    import geopandas as gpd
    import pandas as pd

    import townland as tl

    catalog = tl.load_catalog(catalog_of(layer))
    rulebook = tl.load_rulebook(RULES)
    read = tl.read_towns([towns], name_column="name")

    def run() -> object:
        return tl.Checker(catalog, rulebook, on=DAY, keep_bytes=keep_bytes).check(read)

    def found(assessment: object) -> Areas:
        land = pd.concat([town.land for town in assessment.towns])  # type: ignore[attr-defined]
        return by_class(gpd.GeoDataFrame(land), "land_use_code")

    return Job(run, found)


def townland_bounded(layer: Path, towns: Path) -> Job:
    """The same with a bound: many towns are kept on the disk."""
    return townland(layer, towns, keep_bytes=0)


def townland_pieces(layer: Path, towns: Path) -> Job:
    """What is read near the towns and cut to them, and nothing else of a check."""
    import geopandas as gpd
    import pandas as pd

    import townland as tl
    from townland.measuring.boundary import near
    from townland.measuring.overlay import clip
    from townland.reading.digests import Digests
    from townland.reading.kept import KeptLayers

    catalog = tl.load_catalog(catalog_of(layer))
    read = tl.read_towns([towns], name_column="name")
    digests = Digests()

    def run() -> gpd.GeoDataFrame:
        windows = [(near(town.boundary), town.crs) for town in read]
        survey = KeptLayers(catalog, digests).read(catalog.layer[0], windows)
        frame, parts = survey.frame, []
        for town in read:
            rows = survey.tree.query(town.boundary)
            shapes, own = clip(town.boundary, frame.geometry.values[rows])
            codes = frame["code"].to_numpy()[rows[own]]
            parts.append(gpd.GeoDataFrame({CLASS: codes}, geometry=shapes, crs=town.crs))
        return pd.concat(parts)

    return Job(run, by_class)  # type: ignore[arg-type]


def by_class(pieces: gpd.GeoDataFrame, column: str = CLASS) -> Areas:
    """The plane area of pieces by class."""
    return pieces.area.groupby(pieces[column]).sum().to_dict()


def _overlaid(towns: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.overlay(towns, parcels, how="intersection")


def geopandas_whole(layer: Path, towns: Path) -> Job:
    """`read_file` of the whole layer, `overlay`, `area`."""
    import geopandas as gpd

    own = gpd.read_file(towns)
    return Job(lambda: by_class(_overlaid(own, gpd.read_file(layer))), _as_found)


def geopandas_bbox(layer: Path, towns: Path) -> Job:
    """The same town by town, each with a bounding-box read."""
    import geopandas as gpd

    own = gpd.read_file(towns)

    def run() -> Areas:
        parts = (
            by_class(
                _overlaid(
                    own.iloc[[at]],
                    gpd.read_file(layer, bbox=tuple(own.geometry.iloc[at].bounds)),
                )
            )
            for at in range(len(own))
        )
        return summed(parts)

    return Job(run, _as_found)


def dask_geopandas(layer: Path, towns: Path) -> Job:
    """The whole layer in four parts a processor, each overlaid by itself."""
    import os

    import dask_geopandas
    import geopandas as gpd
    import pandas as pd

    own = gpd.read_file(towns)
    parts = 4 * (os.cpu_count() or 1)

    def of_part(parcels: gpd.GeoDataFrame) -> pd.Series:
        pieces = _overlaid(own, parcels)
        return pieces.area.groupby(pieces[CLASS]).sum()

    def run() -> Areas:
        county = dask_geopandas.read_file(str(layer), npartitions=parts)
        sums = county.map_partitions(of_part, meta=pd.Series([], dtype=float)).compute()
        return sums.groupby(level=0).sum().to_dict()

    return Job(run, _as_found)


def duckdb_whole(layer: Path, towns: Path) -> Job:
    """DuckDB's spatial join of two files."""
    connection = _duckdb()
    query = f"""
        select {CLASS}, sum(st_area(st_intersection(p.geom, t.geom)))
        from st_read('{layer}', layer='{LAYER}') p join st_read('{towns}') t
        on st_intersects(p.geom, t.geom) group by 1
    """
    return Job(lambda: dict(connection.sql(query).fetchall()), _as_found)


def _duckdb():
    import duckdb
    import duckdb_extension_spatial

    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
    connection = duckdb.connect()
    connection.load_extension(str(extension))
    return connection


def sedonadb(layer: Path, towns: Path) -> Job:
    """SedonaDB's spatial join of two files."""
    import sedonadb

    session = sedonadb.connect()

    def run() -> Areas:
        session.read_pyogrio(str(layer)).to_view("parcels", overwrite=True)
        session.read_pyogrio(str(towns)).to_view("towns", overwrite=True)
        table = session.sql(f"""
            select "{CLASS}" as class, sum(st_area(st_intersection(p.geom, t.geom))) as m2
            from parcels p join towns t on st_intersects(p.geom, t.geom) group by 1
        """).to_pandas()
        return dict(zip(table["class"], table["m2"], strict=True))

    return Job(run, _as_found)


def postgis(layer: Path, towns: Path) -> Job:
    """A table with a GiST index that was filled before, which is not timed; the server works."""
    import databases

    return databases.job(layer, towns)


def summed(parts: Iterator[Areas]) -> Areas:
    """The sums of areas by class."""
    total: dict[str, float] = {}
    for part in parts:
        for name, area in part.items():
            total[name] = total.get(name, 0.0) + area
    return total


def _as_found(result: object) -> Areas:
    assert isinstance(result, dict)
    return result


@dataclass(frozen=True)
class Side:
    """A side: how its job is made, the modules that it needs, whether it reads the whole layer, and its
    packages whose versions are told."""

    make: Callable[[Path, Path], Job]
    needs: tuple[str, ...]
    whole: bool = False
    packages: tuple[str, ...] = ()


_GEO = ("geopandas", "shapely", "pyogrio")
SIDES: dict[str, Side] = {
    "townland": Side(townland, ("townland",), packages=_GEO),
    "townland, bounded": Side(townland_bounded, ("townland",)),
    "townland, pieces": Side(townland_pieces, ("townland",)),
    "baseline": Side(townland, ("townland",)),
    "geopandas bbox": Side(geopandas_bbox, ("geopandas",), packages=_GEO),
    "geopandas": Side(geopandas_whole, ("geopandas",), whole=True),
    "dask-geopandas": Side(
        dask_geopandas, ("dask_geopandas",), whole=True, packages=("dask-geopandas", "dask")
    ),
    "DuckDB": Side(
        duckdb_whole, ("duckdb", "duckdb_extension_spatial"), whole=True, packages=("duckdb",)
    ),
    "SedonaDB": Side(
        sedonadb, ("sedonadb", "geoarrow.pyarrow"), whole=True, packages=("sedonadb",)
    ),
    "PostGIS": Side(postgis, ("psycopg",), packages=("psycopg",)),
}


if __name__ == "__main__":
    name, layer_file, towns_file = sys.argv[1:]
    job = SIDES[name].make(Path(layer_file), Path(towns_file))
    print(job.found(job.run()))
