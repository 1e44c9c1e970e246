"""One piece of hardware a file, on gpiozero. Every part takes its pins' factory and its timers."""
