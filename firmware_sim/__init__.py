"""The pretended building: doors, hands, faults and time around the real firmware, which runs here unchanged."""
