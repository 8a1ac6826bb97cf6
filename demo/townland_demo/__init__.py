"""The generated demo county: a fictional county in Liuzhou's hills, made from a seed, offline."""

from townland_demo.county import SEED, County, make_county
from townland_demo.writing import write_county

__all__ = ["SEED", "County", "make_county", "write_county"]
