"""What is asked about a device."""

from api.views import Ask
from gateway.fleet.model import Button


class DeviceChange(Ask):
    """What it means when a button of an off-the-shelf device is pressed."""

    button: Button
