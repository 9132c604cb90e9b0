"""How figures are written where Django's own locale data do not suit us."""
