"""Pieces of inputs -> Material, a module for each kind of text: `read(pieces, material, library)`. Pure."""
