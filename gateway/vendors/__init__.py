"""Off-the-shelf devices without code: what a maker's MQTT message says, in Hearth's own words.

`reading.read(known, message, profile)` is the one way in: pure, bounded and safe for any bytes. What differs between
makers stands in `profiles/*.toml`; `docs/vendors.md` says how to try it.
"""
