"""Stand-ins that speak a carrier's own protocol over HTTP on loopback, and can be told to misbehave."""
