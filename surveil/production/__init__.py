"""What goes out to a regulator: the production with its manifest and signature, and the check its receiver makes."""
