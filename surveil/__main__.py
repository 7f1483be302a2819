"""`python3 -m surveil` is the command `surveil`."""

from surveil.cli import main

if __name__ == "__main__":
    main()
