"""The generated demo county: a fictional place in Liuzhou's hills, made from a seed, offline."""

from townland.sample.county import SEED, County, make_county
from townland.sample.writing import write_county

__all__ = ["SEED", "County", "make_county", "write_county"]
