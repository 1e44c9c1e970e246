"""What the kernel says of the air, in our units."""

import pytest

from devices.parts.air import AirSensor


def chip(folder, name, number=0, **files):
    """A sensor as the kernel shows it."""
    device = folder / f"iio:device{number}"
    device.mkdir()
    (device / "name").write_text(f"{name}\n")
    for file, text in files.items():
        (device / file).write_text(f"{text}\n")
    return device


def scd41(folder, number=0):
    """Raw numbers, with the scales and the offset that the kernel's driver for it gives."""
    return chip(
        folder,
        "scd41",
        number,
        in_concentration_co2_raw=812,
        in_concentration_co2_scale=0.0001,
        in_temp_raw=25_000,
        in_temp_offset=-16852,
        in_temp_scale=2.670_288,
        in_humidityrelative_raw=30_000,
        in_humidityrelative_scale=1.525_878,
    )


def test_raw_numbers_become_ppm_degrees_and_percent(tmp_path):
    scd41(tmp_path)

    assert AirSensor("scd41", folder=tmp_path).read() == pytest.approx(
        {"co2": 812, "temperature": 21.76, "humidity": 45.78}, abs=0.01
    )


def test_numbers_that_the_driver_has_reckoned_are_taken_as_they_are(tmp_path):
    chip(tmp_path, "bme280", in_temp_input=21_530, in_pressure_input=100.85, in_humidityrelative_input=48_250)

    assert AirSensor("bme280", folder=tmp_path).read() == pytest.approx(
        {"temperature": 21.53, "pressure": 1008.5, "humidity": 48.25}
    )


def test_it_is_found_by_its_name_among_others(tmp_path):
    chip(tmp_path, "ads1115", 0, in_voltage0_raw=1)
    scd41(tmp_path, 1)

    assert AirSensor("scd41", folder=tmp_path).read()["co2"] == pytest.approx(812)


def test_a_metric_that_cannot_be_read_is_unknown_and_the_others_are_told(tmp_path):
    device = scd41(tmp_path)
    sensor = AirSensor("scd41", folder=tmp_path)
    (device / "in_temp_raw").write_text("")

    read = sensor.read()
    assert read["temperature"] is None
    assert read["co2"] == pytest.approx(812)


def test_a_chip_that_has_gone_is_unknown(tmp_path):
    device = scd41(tmp_path)
    sensor = AirSensor("scd41", folder=tmp_path)
    for file in device.iterdir():
        file.unlink()

    assert sensor.read() == {"co2": None, "temperature": None, "humidity": None}


def test_a_chip_that_is_not_there_is_named_with_those_that_are(tmp_path):
    chip(tmp_path, "ads1115", in_voltage0_raw=1)

    with pytest.raises(OSError, match=r"no sensor 'scd41'.*ads1115"):
        AirSensor("scd41", folder=tmp_path)


def test_a_chip_that_measures_no_air_is_refused(tmp_path):
    chip(tmp_path, "ads1115", in_voltage0_raw=1)

    with pytest.raises(OSError, match="measures nothing"):
        AirSensor("ads1115", folder=tmp_path)
