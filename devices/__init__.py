"""What a device is: the words it speaks, and the firmware that runs on a real Pi."""
