"""How the review desk and its audit trail do at size, and with many officers at once."""
