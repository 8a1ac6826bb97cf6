"""The generated demo county."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

LAYERS = Path(__file__).parent.parent / "layers"


def test_survey_is_a_coverage():
    survey = gpd.read_file(LAYERS / "sample/county.gdb", layer="DLTB")
    assert shapely.coverage_is_valid(np.asarray(survey.geometry))
