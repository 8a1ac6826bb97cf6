"""The demo county, checked once for all tests of this folder."""

from __future__ import annotations

import pytest
from tests.factory_demo import demo_assessment

from townland.results import Assessment


@pytest.fixture(scope="session")
def demo() -> Assessment:
    return demo_assessment()
