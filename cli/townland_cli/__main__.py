"""``python -m townland_cli``."""

from townland_cli import main

main()
