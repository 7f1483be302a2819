"""How near surveil's rankings are to what labels could teach."""
