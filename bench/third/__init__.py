"""A third, independent maker of synthetic firms with an answer key, written without sight of the program."""
