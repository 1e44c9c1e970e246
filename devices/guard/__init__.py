"""The strikes, in a process of their own: a pulse ends on time even when the whole firmware hangs.

`Strike` ends its pulses on a second thread, which helps as long as the interpreter runs. A process that is stopped, or
stuck in a C call that holds the interpreter's lock, runs no thread at all. So the pins belong to a small child process
(`python -m devices.guard`), which ends every pulse by itself and switches everything off when its parent is gone; and
the parent replaces a guard that does not answer, which begins by switching everything off.
"""
