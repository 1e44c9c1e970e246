"""Lock boards on RS-485 or behind a TCP bridge: one protocol family a file, the line and the scheduling apart.

A board times its own pulses, so that no crash of ours can hold a coil on; the families' words for holding a channel
on are not spoken here at all.
"""
