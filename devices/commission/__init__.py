"""Commissioning: a person at the open cabinet learns with the machine how it is wired, one door after another.

It opens doors without the gateway's permission, by whoever has the bank's own Raspberry Pi before them
(docs/decisions/0014), and never beside the running firmware.
"""
