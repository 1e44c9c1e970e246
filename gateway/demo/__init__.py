"""The demo centre: invented people, a pretended building's devices, and some weeks of life behind them."""
