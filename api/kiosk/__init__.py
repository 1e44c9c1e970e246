"""What a kiosk may ask: the doors of a screen that anybody may stand before."""
