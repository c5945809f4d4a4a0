"""Tests of the room lab that boot nothing."""
