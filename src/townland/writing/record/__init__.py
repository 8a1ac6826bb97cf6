"""The record of a check within its evidence, from which `report` renders again without any layer."""
