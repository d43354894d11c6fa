"""`python -m render`, the same as the command `render`."""

from render.cli import main

if __name__ == "__main__":
    main()
