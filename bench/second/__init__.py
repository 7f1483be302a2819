"""A second, unlike generator of firms: a check that what surveil finds is not a habit of its own simulator."""
