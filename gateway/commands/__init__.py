"""What `hearth` can be told to do: one module a command, imported only when it is asked for."""
