"""HTTP: who comes in by browser or program. It writes rows and reads them; it cannot sign, so it cannot open a door."""
