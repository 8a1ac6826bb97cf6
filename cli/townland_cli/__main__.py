"""``python -m townland_cli``."""

from townland_cli import main

# a process that measures towns imports this once more
if __name__ == "__main__":
    main()
